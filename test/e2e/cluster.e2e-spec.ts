import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Api } from '../support/api.js';
import { newDatabase, rowsAt } from '../support/database-copy.js';
import { freePort, launchDoorlist, startDoorlist } from '../support/doorlist-process.js';
import { enterScope } from '../support/enter-scope.js';
import { databaseAt, joinCluster, nodesAt, withClient } from '../support/new-database.js';
import { onCluster } from '../support/on-cluster.js';
import { newTenant } from '../support/tenant.js';
import { PLATFORM_CLIENT, testState, workerState } from '../support/test-state.js';

const CLI = fileURLToPath(new URL('../../dist/src/cli.js', import.meta.url));

/** A database of a cluster is made table by table, three times over. */
const TIMEOUT_MS = 240_000;

/** Runs the migration step; answers its lines, or what it said where it failed. */
async function migrate(databaseUrl: string, more: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const env = { PATH: process.env.PATH ?? '', DATABASE_URL: databaseUrl, ...more };
  const run = promisify(execFile)(process.execPath, [CLI, 'migrate'], { env });
  const { stdout } = await run.catch((error: unknown) => ({ stdout: (error as { stderr: string }).stderr }));
  return stdout.trim().split('\n');
}

/** Every table, and how it is kept: n copies, h by tenant, null on the coordinator. */
const KEPT = `
  SELECT c.relname AS name, p.partmethod::text AS method, p.colocationid AS together,
         EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id') AS of_tenants
    FROM pg_class c LEFT JOIN pg_dist_partition p ON p.logicalrelid = c.oid
   WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND NOT relation_is_a_known_shard(c.oid)
     AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
   ORDER BY 1`;

interface Kept {
  readonly name: string;
  readonly method: string | null;
  readonly together: number | null;
  readonly of_tenants: boolean;
}

onCluster('tables on a cluster', () => {
  it('are all distributed: those of tenants by tenant and together, the others as copies, but for those of the coordinator', async () => {
    const tables = await rowsAt<Kept>(workerState().databaseUrl, KEPT);
    const ofTenants = tables.filter((table) => table.of_tenants);
    expect(ofTenants.length).toBeGreaterThan(25);
    expect(ofTenants.filter(({ method }) => method !== 'h')).toEqual([]);
    expect(new Set(ofTenants.map(({ together }) => together)).size).toBe(1);
    const others = tables.filter((table) => !table.of_tenants);
    expect(others.filter(({ method }) => method !== 'n').map(({ name }) => name)).toEqual([
      'migrations',
      'platform_audit_events',
      'rate_counts',
      'service_secrets',
    ]);
  });

  it(
    'are distributed with the rows that they have, by a step that can be run again',
    async () => {
      const { adminUrl, templateName } = testState();
      const name = `${templateName}_plain`;
      await withClient(adminUrl, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE template0`));
      const databaseUrl = databaseAt(adminUrl, name);
      const env = {
        DATABASE_URL: databaseUrl,
        // Tokens of the one are good at the other.
        PUBLIC_URL: 'https://door.example',
        BOOTSTRAP_CLIENT_ID: PLATFORM_CLIENT.id,
        BOOTSTRAP_CLIENT_SECRET: PLATFORM_CLIENT.secret,
      };
      const before = await startDoorlist(env);
      const tenant = await newTenant(before.url);
      const ada = await tenant.user('ada');
      await tenant.api.put(`${tenant.path}/groups/${await tenant.group('Sales')}/members/${ada}`);
      await before.stop();
      expect((await migrate(databaseUrl, { DATABASE_TOPOLOGY: 'citus' })).join()).toContain('CREATE EXTENSION citus');

      await joinCluster(adminUrl, name, await nodesAt(adminUrl));
      const lines = await migrate(databaseUrl);
      expect(lines.every((line) => line.startsWith('distributed '))).toBe(true);
      expect(lines.length).toBeGreaterThanOrEqual(30);
      expect(await migrate(databaseUrl)).toEqual(['the schema is up to date']);
      expect((await migrate(databaseUrl, { DATABASE_TOPOLOGY: 'single' })).join()).toContain('does not fit');
      // What a step that was interrupted has not come to is done by the next one.
      await rowsAt(databaseUrl, `SELECT undistribute_table('rule_members')`);
      expect(await migrate(databaseUrl)).toEqual(['distributed rule_members']);

      const left = await rowsAt(
        databaseUrl,
        'SELECT logicalrelid FROM pg_dist_partition WHERE pg_relation_size(logicalrelid) > 0',
      );
      expect(left).toEqual([]);
      const after = await startDoorlist(env);
      const answer = await new Api(after.url, tenant.api.token).get(`${tenant.path}/groups`);
      expect(answer.body).toMatchObject({ data: [{ name: 'Sales' }] });
      await after.stop();
    },
    TIMEOUT_MS,
  );

  it('take the lock on rules where all take it', async () => {
    const tenant = await newTenant();
    await withClient(workerState().databaseUrl, async (other) => {
      await other.query('BEGIN');
      await enterScope(other, 'doorlist_tenant', tenant.id);
      await other.query(`SELECT pg_advisory_xact_lock(hashtextextended('doorlist.rules', hashtext($1::uuid::text)))`, [
        tenant.id,
      ]);
      const made = tenant.api.post(`${tenant.path}/users`, { user_name: `u-${randomUUID()}` });
      const waits = `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
      while ((await rowsAt(workerState().databaseUrl, waits)).length === 0);
      await other.query('COMMIT');
      expect((await made).status).toBe(201);
    });
  });
});

onCluster('a replica beside a cluster', () => {
  const REFUSED =
    'DATABASE_REPLICA_URL does not fit a cluster: what a standby of the coordinator has seen says nothing of the workers; leave it unset.';

  it('is refused by a start and by the migration step, which change nothing', async () => {
    // It has no tables yet: whoever went on would leave some in it.
    const databaseUrl = await newDatabase('empty');
    const env = { DATABASE_URL: databaseUrl, DATABASE_REPLICA_URL: databaseUrl, PORT: String(await freePort()) };
    expect(await migrate(databaseUrl, { DATABASE_REPLICA_URL: databaseUrl })).toEqual([REFUSED]);
    const { child, ended, output } = launchDoorlist({ ...env, PUBLIC_URL: 'https://door.example' });
    // One that starts after all is ended, or it would outlive the test.
    child.stdout?.on('data', () => output().includes('is listening') && child.kill());
    expect([await ended, output()]).toEqual([1, `${REFUSED}\n`]);
    expect(await rowsAt(databaseUrl, KEPT)).toEqual([]);
  });
});
