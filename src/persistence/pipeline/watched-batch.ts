import type pg from 'pg';
import type { AnyScope } from '../../kernel/scope.js';
import type { StatementRun, WatchedStatement } from '../../kernel/statement-run.js';
import type { StatementWatch } from '../../kernel/statement-watch.js';
import type { Sent } from './batch.js';
import type { PooledConnection } from './pooled-connections.js';

/** What goes to the server together with others, and what a watch is told of it. */
export interface Ahead {
  readonly sent: Sent;
  /** Null for what only serves another statement. */
  readonly told: WatchedStatement | null;
  /** Whether it does nothing that could take its time, such as to begin a transaction. */
  readonly instant?: boolean;
}

/**
 * Sends a batch and tells the watch how long each of its statements took. PostgreSQL keeps its messages back until Sync or Flush
 * (manual, "Message Flow", "Extended Query"), so behind all that may take its time there goes a Flush. What is instant counts to the
 * statement behind it, and most batches, which only begin a transaction for one statement, need none.
 */
export async function sendWatched(
  watch: StatementWatch,
  scope: AnyScope,
  connection: PooledConnection,
  batch: readonly Ahead[],
): Promise<pg.QueryResult> {
  const begun = performance.now();
  const ends = new Map<number, number>();
  const sent = batch.map((each, at) => (isTimed(each, at, batch) ? { ...each.sent, flushed: true } : each.sent));
  let failed = true;
  try {
    const result = await connection.send(sent, (at) => ends.set(at, performance.now()));
    failed = false;
    return result;
  } finally {
    watch.ended(scope, runsOf(batch, { begun, ends, failed }));
  }
}

/** The end of the last one is that of the batch. */
function isTimed({ told, instant }: Ahead, at: number, batch: readonly Ahead[]): boolean {
  return told !== null && !instant && at < batch.length - 1;
}

interface BatchRun {
  readonly begun: number;
  /** By the places in the batch; those of timed ones are true. */
  readonly ends: ReadonlyMap<number, number>;
  readonly failed: boolean;
}

/** Up to the one that failed, where one has. */
function runsOf(batch: readonly Ahead[], { begun, ends, failed }: BatchRun): StatementRun[] {
  const now = performance.now();
  const runs: StatementRun[] = [];
  let from = begun;
  for (const [at, each] of batch.entries()) {
    if (!each.told) continue;
    const isInstant = each.instant === true && at < batch.length - 1;
    const ended = isInstant ? from : isTimed(each, at, batch) ? ends.get(at) : undefined;
    runs.push({ statement: each.told, begun: from, ended: ended ?? now, failed: failed && ended === undefined });
    if (ended === undefined) break;
    from = ended;
  }
  return runs;
}
