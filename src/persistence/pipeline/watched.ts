import type { AnyScope } from '../../kernel/scope.js';
import type { StatementWatch, WatchedStatement } from '../../kernel/statement-watch.js';

/** Who is told of statements. */
export interface Watching {
  /** Null where nobody watches: they are not timed then. */
  readonly watch: StatementWatch | null;
}

/** Runs statements that are sent together and tells the watch, if there is one, of their end, whatever it was. */
export function watched<T>(
  watch: StatementWatch | null,
  scope: AnyScope,
  statements: readonly WatchedStatement[],
  run: () => Promise<T>,
): Promise<T> {
  return watch ? runWatched(watch, scope, statements, run) : run();
}

async function runWatched<T>(
  watch: StatementWatch,
  scope: AnyScope,
  statements: readonly WatchedStatement[],
  run: () => Promise<T>,
): Promise<T> {
  const begun = performance.now();
  let failed = true;
  try {
    const result = await run();
    failed = false;
    return result;
  } finally {
    watch.ended(scope, statements, begun, failed);
  }
}
