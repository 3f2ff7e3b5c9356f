import type { UserSet } from '../../users/index.js';

/** The keys of a row in the order of its list, as cursors keep them. */
export type Keys = readonly (string | number)[];

/** Where a page begins: after a row, or after so many rows. */
export interface Start {
  readonly after: Keys;
  readonly offset: number;
  readonly limit: number;
}

/** One order of the users of a list: their ordinals, a page at a time. */
export interface UserOrder {
  page(users: UserSet, start: Start): Promise<readonly number[]> | readonly number[];
}

/** The order in which the users were made, which is that of their ordinals. */
export class CreationOrder implements UserOrder {
  constructor(private readonly descending: boolean) {}

  page(users: UserSet, { after, offset, limit }: Start): readonly number[] {
    const [ordinal] = after;
    const skipped = ordinal === undefined ? offset : users.rank(Number(ordinal), this.descending);
    return users.slice(skipped, limit, this.descending);
  }
}
