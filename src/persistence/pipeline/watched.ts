import type { AnyScope } from '../../kernel/scope.js';
import type { StatementWatch, WatchedStatement } from '../../kernel/statement-watch.js';

/** Who is told of statements. */
export interface Watching {
  /** Null where nobody watches: they are not timed then. */
  readonly watch: StatementWatch | null;
}

/** Runs statements that are sent together and tells the watch of their end, whatever it was. */
export async function watched<T>(
  watch: StatementWatch | null,
  scope: AnyScope,
  statements: readonly WatchedStatement[],
  run: () => Promise<T>,
): Promise<T> {
  if (!watch) return run();
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
