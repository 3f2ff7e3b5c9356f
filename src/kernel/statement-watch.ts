import type { AnyScope } from './scope.js';

/** What a watch is told of a statement. */
export interface WatchedStatement {
  /** Empty where it has none. */
  readonly name: string;
  readonly text: string;
}

/** Is told of statements when they have ended, for traces and for the log of slow ones. */
export interface StatementWatch {
  /**
   * `statements` were sent together, at the time `begun` of `performance.now()`; their values are nobody's to watch.
   * Where one of them fails, nothing stays of any.
   */
  ended(scope: AnyScope, statements: readonly WatchedStatement[], begun: number, failed: boolean): void;
}
