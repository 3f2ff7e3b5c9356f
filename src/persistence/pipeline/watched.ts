import type { AnyScope } from '../../kernel/scope.js';
import type { WatchedStatement } from '../../kernel/statement-run.js';
import type { StatementWatch } from '../../kernel/statement-watch.js';

/** Who is told of statements. */
export interface Watching {
  /** Null where nobody watches: they are not timed then. */
  readonly watch: StatementWatch | null;
}

/** Runs a statement and tells the watch, if there is one, of its end, whatever it was. */
export function watched<T>(
  watch: StatementWatch | null,
  scope: AnyScope,
  statement: WatchedStatement,
  run: () => Promise<T>,
): Promise<T> {
  return watch ? runWatched(watch, scope, statement, run) : run();
}

async function runWatched<T>(
  watch: StatementWatch,
  scope: AnyScope,
  statement: WatchedStatement,
  run: () => Promise<T>,
): Promise<T> {
  const begun = performance.now();
  let failed = true;
  try {
    const result = await run();
    failed = false;
    return result;
  } finally {
    watch.ended(scope, [{ statement, begun, ended: performance.now(), failed }]);
  }
}
