/** To whom an application is given: the two kinds differ in nothing but the column that holds them. */
export interface Assignee {
  readonly kind: 'user' | 'group';
  readonly id: string;
}

/** A user as an assignee. */
export function user(id: string): Assignee {
  return { kind: 'user', id };
}

/** A group as an assignee. */
export function group(id: string): Assignee {
  return { kind: 'group', id };
}
