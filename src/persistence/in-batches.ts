/** Rows that one statement removes: a second's work or two, so that no time limit of statements is met. */
const BATCH = 20_000;

/**
 * The rows of a tenant's table ($1: tenant) that the next statement of a batch takes, as a condition. `where` is SQL. The
 * tenant stands outside too: on a cluster it tells the shard.
 */
export function nextBatch(table: string, where: string): string {
  return `tenant_id = $1 AND ctid = ANY (ARRAY(SELECT ctid FROM ${table} WHERE ${where} LIMIT ${BATCH}))`;
}

/** Repeats a removal, which answers how many rows it took, until there are no more. */
export async function inBatches(remove: () => Promise<{ readonly removed: number } | undefined>): Promise<void> {
  for (let removed = BATCH; removed === BATCH;) removed = (await remove())?.removed ?? 0;
}
