import pg from 'pg';
import { workerState } from './test-state.js';

/** How long a connection waits for the next statement. */
const IDLE_MS = 2000;
let pool: pg.Pool | undefined;

/** Looks into the worker's database behind the service's back, as its owner: row-level security does not bind it on these servers. */
export async function sql<Row extends pg.QueryResultRow = pg.QueryResultRow>(
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  pool ??= newPool();
  return (await pool.query<Row>(text, values)).rows;
}

function newPool(): pg.Pool {
  const made = new pg.Pool({
    connectionString: workerState().databaseUrl,
    idleTimeoutMillis: IDLE_MS,
    allowExitOnIdle: true,
  });
  // An idle connection that the server ends is no test's concern.
  made.on('error', () => undefined);
  return made;
}
