import type { AnyScope } from './scope.js';
import type { StatementRun } from './statement-run.js';

/** Is told of statements when they have ended, for traces and for the log of slow ones. */
export interface StatementWatch {
  /**
   * `runs` were sent together, each with its own time; their values are nobody's to watch. Where one of them fails, it is the last:
   * those behind it were not run, and nothing stays of those before it.
   */
  ended(scope: AnyScope, runs: readonly StatementRun[]): void;
}
