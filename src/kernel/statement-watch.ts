import type { AnyScope } from './scope.js';

/** Is told of each statement when it has ended, for traces and for the log of slow ones. */
export interface StatementWatch {
  /** `begun` is the time of `performance.now()` at which the statement was sent; its values are nobody's to watch. */
  ended(
    scope: AnyScope,
    statement: { readonly name: string; readonly text: string },
    begun: number,
    failed: boolean,
  ): void;
}
