import pg from 'pg';
import { workerState } from './test-state.js';

/** Looks into the worker's database behind the service's back, as its owner: row-level security does not bind it on these servers. */
export async function sql<Row extends pg.QueryResultRow = pg.QueryResultRow>(
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: workerState().databaseUrl });
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}
