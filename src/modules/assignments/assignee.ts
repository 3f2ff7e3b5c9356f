import { DomainError } from '../../kernel/domain-error.js';

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

/** 404: the application is not given to this very assignee. */
export function notAssigned({ kind, id }: Assignee, applicationId: string): DomainError {
  const message = `Application ${applicationId} is not assigned to ${kind} ${id} itself.`;
  return new DomainError('not_found', 'assignment_not_found', message);
}
