import type { AnyScope } from '../../kernel/scope.js';
import type { StatementWatch } from '../../kernel/statement-watch.js';

/** Who is told of statements. */
export interface Watching {
  /** Null where nobody watches: they are not timed then. */
  readonly watch: StatementWatch | null;
}

/** Runs a statement and tells the watch of its end, whatever it was. */
export async function watched<T>(
  watch: StatementWatch,
  scope: AnyScope,
  statement: { readonly name: string; readonly text: string },
  run: () => Promise<T>,
): Promise<T> {
  const begun = performance.now();
  let failed = true;
  try {
    const result = await run();
    failed = false;
    return result;
  } finally {
    watch.ended(scope, statement, begun, failed);
  }
}
