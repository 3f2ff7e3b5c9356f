import { statement, type Statement } from './statement.js';

/** Rows that one statement removes: a second's work or two, so that no time limit of statements is met. */
const BATCH = 20_000;

/** The rows of a table that the next statement of a batch takes, as a condition. `where` is SQL. */
type NextBatch = (table: string, where: string) => string;

function nextBatch(table: string, where: string): string {
  return `ctid = ANY (ARRAY(SELECT ctid FROM ${table} WHERE ${where} LIMIT ${BATCH}))`;
}

/**
 * The same of a tenant ($1) on a cluster: outside too it tells the shard. On one server the planner may take that for the
 * better way to the rows, and compare each row of the tenant with each place.
 */
const nextBatchOnCitus: NextBatch = (table, where) => `tenant_id = $1 AND ${nextBatch(table, where)}`;

/** A statement that removes a batch; `text` is told how it is found. */
export function batchStatement(name: string, text: (next: NextBatch) => string): Statement {
  return statement(name, text(nextBatch), text(nextBatchOnCitus));
}

/** Repeats a removal, which answers how many rows it took, until there are no more. */
export async function inBatches(remove: () => Promise<{ readonly removed: number } | undefined>): Promise<void> {
  for (let removed = BATCH; removed === BATCH;) removed = (await remove())?.removed ?? 0;
}
