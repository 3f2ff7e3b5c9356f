import type { UserSet } from '../../users/index.js';

/** Something that some gain or lose, such as an application by its id, with those who do. */
interface Changed {
  readonly key: string;
  readonly users: UserSet;
}

/** One user who gains or loses it. */
export interface Pair {
  readonly key: string;
  readonly ordinal: number;
}

/** One side of a difference. What is gained or lost is added in the order of its keys. */
export class Side {
  readonly #changed: Changed[] = [];

  add(key: string, users: UserSet): void {
    if (users.size > 0) this.#changed.push({ key, users });
  }

  get count(): number {
    return this.#changed.reduce((sum, { users }) => sum + users.size, 0);
  }

  /** The next pairs after one (from the first on where it is null). */
  after(last: Pair | null, limit: number): Pair[] {
    const found: Pair[] = [];
    for (const { key, users } of this.#changed) {
      if (found.length >= limit) break;
      if (last !== null && key < last.key) continue;
      const skipped = key === last?.key ? users.rank(last.ordinal) : 0;
      const next = users.slice(skipped, limit - found.length);
      found.push(...next.map((ordinal) => ({ key, ordinal })));
    }
    return found;
  }
}
