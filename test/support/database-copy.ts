import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { createDatabase, withClient } from './new-database.js';
import { testState } from './test-state.js';

/** A database of a test's own. The global teardown drops it with the others of the run. */
export async function newDatabase(from: 'migrated' | 'empty'): Promise<string> {
  const { adminUrl, templateName } = testState();
  const name = `${templateName}_own_${randomBytes(4).toString('hex')}`;
  return createDatabase(adminUrl, name, from === 'migrated' ? templateName : null);
}

/** The rows of one statement in the database at `url`. */
export async function rowsAt<Row extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  return withClient(url, async (client) => (await client.query<Row>(text, values)).rows);
}
