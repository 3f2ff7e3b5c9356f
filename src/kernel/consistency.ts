import type { AnyScope } from './scope.js';

/**
 * What a caller has seen, as a token: a write answers one, and a read that sends it may be answered by a replica that
 * has come so far. It names a moment of the database and is good for every tenant.
 */
export abstract class Consistency {
  /** The token of all that is committed by now; null where the database cannot say. */
  abstract tokenNow(scope: AnyScope): Promise<string | null>;

  /** Lets the reads of this scope be answered by a replica that has come as far as the token says. Errors: 400. */
  abstract require(scope: AnyScope, token: string): void;
}
