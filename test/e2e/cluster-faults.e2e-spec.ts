import pg from 'pg';
import { command } from '../support/command-line.js';
import { newDatabase, rowsAt } from '../support/database-copy.js';
import { startDoorlist } from '../support/doorlist-process.js';
import { databaseAt, nodesAt, withClient } from '../support/new-database.js';
import { onCluster } from '../support/on-cluster.js';
import { newTenant } from '../support/tenant.js';
import { PLATFORM_CLIENT, testState } from '../support/test-state.js';

/** A database of a cluster is made table by table. */
const TIMEOUT_MS = 240_000;

const { adminUrl } = testState();
/** The workers' own databases of that name. */
async function workersOf(name: string): Promise<string[]> {
  const nodes = await nodesAt(adminUrl);
  return nodes.filter((node) => !node.is_coordinator).map((node) => databaseAt(adminUrl, name, node));
}

/**
 * Runs `read` while it must wait at the workers, ends the session there that it waits in, and lets it go on; answers what it
 * answers.
 */
async function interrupted<T>(workers: readonly string[], read: () => Promise<T>): Promise<T> {
  const clients = await Promise.all(workers.map(holdUsers));
  const answer = read();
  const end = `SELECT pg_terminate_backend(pid, 10000) FROM pg_locks JOIN pg_stat_activity USING (pid)
                WHERE NOT granted AND datname = current_database()`;
  for (let ended = 0; ended === 0;) for (const client of clients) ended += (await client.query(end)).rowCount ?? 0;
  for (const client of clients) await client.end();
  return answer;
}

/** Locks all of the users at a worker against readers until its connection ends. */
async function holdUsers(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('SET citus.override_table_visibility = off; SET citus.enable_manual_changes_to_shards = on');
  const { rows } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relname ~ '^users_[0-9]+$'`,
  );
  await client.query('BEGIN');
  for (const { name } of rows) await client.query(`LOCK TABLE ${name} IN ACCESS EXCLUSIVE MODE`);
  return client;
}

onCluster('nodes of a cluster', () => {
  it(
    'that lose their sessions cost reads an attempt, and the service no connection',
    async () => {
      const databaseUrl = await newDatabase('migrated');
      const service = await startDoorlist({
        DATABASE_URL: databaseUrl,
        DATABASE_POOL_SIZE: '1',
        DATABASE_PIPELINES: '2',
        BOOTSTRAP_CLIENT_ID: PLATFORM_CLIENT.id,
        BOOTSTRAP_CLIENT_SECRET: PLATFORM_CLIENT.secret,
      });
      const { api, path, user } = await newTenant(service.url);
      await user('ada');
      const workers = await workersOf(new URL(databaseUrl).pathname.slice(1));
      for (let round = 1; round <= 10; round += 1) {
        const { status, body } = await interrupted(workers, () => api.get(`${path}/users`));
        expect([round, status, body.data]).toEqual([round, 200, [expect.objectContaining({ user_name: 'ada' })]]);
      }
      const open = await rowsAt(
        databaseUrl,
        `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'doorlist'`,
      );
      await service.stop();
      // One for transactions, two for quick reads and two for long ones.
      expect(open.length).toBeLessThanOrEqual(5);
    },
    TIMEOUT_MS,
  );

  it(
    'that have a role changed by somebody else meanwhile are distributed over all the same',
    async () => {
      const databaseUrl = await newDatabase('empty');
      const [worker] = await workersOf('postgres');
      await withClient(worker!, async (other) => {
        await other.query('BEGIN');
        await other.query('ALTER ROLE doorlist_tenant LOGIN');
        const migrated = command('migrate', { DATABASE_URL: databaseUrl });
        const held = `SELECT FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid`;
        while ((await other.query(held)).rowCount === 0);
        await other.query('COMMIT');
        const { code, lines, errors } = await migrated;
        expect({ code, errors }).toEqual({ code: 0, errors: [] });
        expect(lines.at(-1)).toMatch(/^distributed /);
      });
    },
    TIMEOUT_MS,
  );
});
