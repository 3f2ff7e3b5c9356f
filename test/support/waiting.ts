import { rowsAt } from './database-copy.js';
import { sql } from './sql.js';
import { testState } from './test-state.js';
import { POOLER_VARIABLE } from './through-pooler.js';

const HERE = `SELECT 1 FROM pg_locks l JOIN pg_stat_activity a USING (pid)
               WHERE a.datname = current_database() AND NOT l.granted`;
/** Who waits at a node of a cluster. */
const AT_NODES = `${HERE} UNION ALL SELECT 1 FROM citus_lock_waits`;

/**
 * Waits until so many statements wait for locks in the worker's database, or that at `url`. Behind a pooler with one connection no more than one
 * can: what comes after it waits in front of the pooler, and is no less late.
 */
export async function waiting(count: number, url?: string): Promise<void> {
  const most = process.env[POOLER_VARIABLE] === undefined ? count : Math.min(count, 1);
  const text = testState().isCluster ? AT_NODES : HERE;
  while ((await (url === undefined ? sql(text) : rowsAt(url, text))).length < most);
}

/** Waits until no transaction is under way in the database at `url`: what was left by a process that is gone is taken back. */
export async function transactionsGone(url: string): Promise<void> {
  const text = `SELECT 1 FROM pg_stat_activity
                 WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid()
                   AND backend_type = 'client backend'`;
  while ((await rowsAt(url, text)).length > 0);
}
