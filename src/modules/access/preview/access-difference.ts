import type { UserSet } from '../../users/index.js';

/** An application that some gain or lose, with those who do. */
export interface ChangedApplication {
  readonly applicationId: string;
  readonly users: UserSet;
}

/** One user of one application. */
export interface Pair {
  readonly applicationId: string;
  readonly ordinal: number;
}

/** One side of a difference: applications in the order of their ids. */
export class Side {
  readonly #applications: ChangedApplication[] = [];

  add(applicationId: string, users: UserSet): void {
    if (users.size > 0) this.#applications.push({ applicationId, users });
  }

  get count(): number {
    return this.#applications.reduce((sum, { users }) => sum + users.size, 0);
  }

  /** The next pairs after one (from the first on where it is null). */
  after(last: Pair | null, limit: number): Pair[] {
    const found: Pair[] = [];
    for (const { applicationId, users } of this.#applications) {
      if (found.length >= limit) break;
      if (last !== null && applicationId < last.applicationId) continue;
      const skipped = applicationId === last?.applicationId ? users.rank(last.ordinal) : 0;
      const next = users.slice(skipped, limit - found.length);
      found.push(...next.map((ordinal) => ({ applicationId, ordinal })));
    }
    return found;
  }
}
