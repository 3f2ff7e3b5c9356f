/** What was asked of a memory: how often it knew, and how often it did not. */
export interface MemoryTally {
  hits: number;
  misses: number;
}

/** What access is asked about: an application as a whole, or a permission of a role. */
type AccessQuestion = 'application' | 'permission';

/** What a request was counted against. */
export type LimitedBy = 'client' | 'tenant' | 'address';

/**
 * What one instance has counted since it started: plain numbers, which cost nothing to keep and which metrics read when
 * they are asked for.
 */
export class Tallies {
  readonly memories: Readonly<Record<'tokens' | 'clients' | 'tenants', MemoryTally>> = {
    tokens: { hits: 0, misses: 0 },
    clients: { hits: 0, misses: 0 },
    tenants: { hits: 0, misses: 0 },
  };
  readonly refusedByLimit: Record<LimitedBy, number> = { client: 0, tenant: 0, address: 0 };
  slowStatements = 0;
  readonly #decisions = new Map<AccessQuestion, Map<string, number>>();

  /** Counts answers to a question about access, one where it is not said. `outcome` is `allowed` or one of the few codes for why not. */
  decided(question: AccessQuestion, outcome: string, times = 1): void {
    if (times === 0) return;
    let outcomes = this.#decisions.get(question);
    if (!outcomes) this.#decisions.set(question, (outcomes = new Map<string, number>()));
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + times);
  }

  /** How often each outcome was answered. */
  *decisions(): Iterable<readonly [question: AccessQuestion, outcome: string, count: number]> {
    for (const [question, outcomes] of this.#decisions) {
      for (const [outcome, count] of outcomes) yield [question, outcome, count];
    }
  }
}
