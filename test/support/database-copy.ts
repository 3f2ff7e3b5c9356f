import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { testState, workerState } from './test-state.js';

/** A database of a test's own. The global teardown drops it with the others of the run. */
export async function newDatabase(from: 'migrated' | 'empty'): Promise<string> {
  const { adminUrl, templateName } = testState();
  const name = `${templateName}_own_${randomBytes(4).toString('hex')}`;
  await withClient(adminUrl, (client) =>
    client.query(`CREATE DATABASE ${name} TEMPLATE ${from === 'migrated' ? templateName : 'template0'}`),
  );
  const url = new URL(workerState().databaseUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** Runs work on a connection of its own. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The rows of one statement in the database at `url`. */
export async function rowsAt<Row extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  return withClient(url, async (client) => (await client.query<Row>(text, values)).rows);
}
