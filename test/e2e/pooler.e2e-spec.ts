import { chmod, mkdir, mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { newDatabase, rowsAt } from '../support/database-copy.js';
import { startDoorlist, type DoorlistProcess } from '../support/doorlist-process.js';
import { withClient } from '../support/new-database.js';
import { NO_POOLER, startPooler, type Pooler } from '../support/pooler.js';
import { newTenant, type TestTenant } from '../support/tenant.js';
import { PLATFORM_CLIENT } from '../support/test-state.js';
import { exported, importFile, importMeetingOther } from '../support/transfer-steps.js';

import.meta.jest.setTimeout(60_000);

/** How many temporary files a service has open. */
async function filesOf({ pid }: DoorlistProcess): Promise<number> {
  const folder = `/proc/${pid}/fd`;
  // Descriptors come and go meanwhile.
  const targets = (await readdir(folder)).map((name) => readlink(join(folder, name)).catch(() => ''));
  return (await Promise.all(targets)).filter((path) => path.includes('doorlist-file-')).length;
}

// eslint-disable-next-line no-restricted-syntax -- a pooler runs only where it is installed; the name of the tests says so
const withPooler = NO_POOLER === null ? describe : describe.skip;

withPooler(
  `PgBouncer in transaction mode, with one connection${NO_POOLER === null ? '' : ` (skipped: ${NO_POOLER})`}`,
  () => {
    let folder: string;
    let databaseUrl: string;
    let pooler: Pooler;
    let service: DoorlistProcess;
    let tenants: TestTenant[];
    const TURNS = 12;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'doorlist-pooler-'));
      // As root the pooler runs as another user, who must get through to its files.
      await chmod(folder, 0o711);
      // Empty, so that the service migrates it through the pooler.
      databaseUrl = await newDatabase('empty');
      pooler = await startPooler(databaseUrl, folder);
      await mkdir(join(folder, 'files'));
      service = await startDoorlist({
        TMPDIR: join(folder, 'files'),
        DATABASE_URL: pooler.url,
        DATABASE_POOLER: 'true',
        DATABASE_PREPARED_STATEMENTS: 'false',
        BOOTSTRAP_CLIENT_ID: PLATFORM_CLIENT.id,
        BOOTSTRAP_CLIENT_SECRET: PLATFORM_CLIENT.secret,
        STATEMENT_TIMEOUT_MS: '2000',
        LOG_LEVEL: 'error',
      });
      tenants = [await newTenant(service.url), await newTenant(service.url)];
    });

    afterAll(async () => {
      await service.stop();
      await pooler.stop();
      await rm(folder, { recursive: true, force: true });
    });

    const namesIn = async ({ api, path }: TestTenant): Promise<string[]> => {
      const { body } = await api.get(`${path}/users?per_page=200`);
      return (body.data as { user_name: string }[]).map(({ user_name: name }) => name);
    };

    it('shows nobody the rows of another tenant, however requests of both are mixed', async () => {
      const seen: string[][] = [];
      const work = tenants.flatMap((tenant, index) =>
        Array.from({ length: TURNS }, async (_, turn) => {
          await tenant.user(`tenant-${index}-${turn}`);
          seen[index] = [...(seen[index] ?? []), ...(await namesIn(tenant))];
        }),
      );
      await Promise.all(work);
      for (const [index, names] of seen.entries()) {
        expect(names.filter((name) => !name.startsWith(`tenant-${index}-`))).toEqual([]);
        expect(new Set(names).size).toBe(TURNS);
      }
    });

    it('leaves no scope behind on the connection that all share', async () => {
      const left = await rowsAt(
        pooler.url,
        `SELECT current_user = session_user AS is_login, coalesce(current_setting('doorlist.tenant_id', true), '') AS tenant,
              current_setting('statement_timeout') AS statement_timeout, current_setting('jit') = (SELECT reset_val FROM pg_settings WHERE name = 'jit') AS is_jit_its_own`,
      );
      expect(left).toEqual([{ is_login: true, tenant: '', statement_timeout: '0', is_jit_its_own: true }]);
      // Whoever speaks to the pooler as a role of requests, but names no tenant, sees nothing.
      await withClient(pooler.url, async (thief) => {
        await thief.query('BEGIN; SET LOCAL ROLE doorlist_tenant');
        expect((await thief.query('SELECT FROM users')).rowCount).toBe(0);
        await thief.query('COMMIT');
      });
      expect(await rowsAt(databaseUrl, 'SELECT count(*)::int > 0 AS are_there FROM users')).toEqual([
        { are_there: true },
      ]);
    });

    it('keeps the limits of time, which no session has', async () => {
      const [tenant] = tenants as [TestTenant];
      const answer = await withClient(databaseUrl, async (blocker) => {
        await blocker.query('BEGIN; LOCK TABLE groups IN ACCESS EXCLUSIVE MODE');
        return tenant.api.get(`${tenant.path}/groups`);
      });
      expect([answer.status, answer.body.code]).toEqual([503, 'statement_timeout']);
    });

    it('gives its one connection back when the reader of a file goes away, and keeps no file', async () => {
      const [tenant] = tenants as [TestTenant];
      const copies = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY (SELECT%'`;
      await withClient(databaseUrl, async (blocker) => {
        await blocker.query('BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
        const sent = get(`${service.url}${tenant.path}/exports/users`, {
          headers: { authorization: `Bearer ${tenant.api.token!}` },
          agent: false,
        });
        sent.on('error', () => undefined);
        while ((await rowsAt(databaseUrl, copies)).length === 0) await sleep(20);
        // The file loses its name as soon as it is there, so that it outlives the process by no way of ending.
        while ((await readdir(join(folder, 'files'))).length > 0) await sleep(20);
        expect(await filesOf(service)).toBe(2);
        sent.destroy();
        // What needs no user is answered, although the lock is held still.
        while ((await tenant.api.get(`${tenant.path}/groups`)).status !== 200);
        await blocker.query('ROLLBACK');
      });
      while ((await filesOf(service)) > 0) await sleep(20);
    });

    it('lets others go on while a file arrives, and takes and gives it whole', async () => {
      const tenant = await newTenant(service.url);
      expect(await importMeetingOther(tenant)).toMatchObject({
        state: 'succeeded',
        lines_written: 1,
        lines_unchanged: 1,
      });
      expect((await exported(tenant, 'users')).split('\n')).toHaveLength(4);
      while ((await filesOf(service)) > 0) await sleep(20);
      const { counts } = await importFile(tenant, 'groups', 'name\na\nb\n');
      expect(counts).toMatchObject({ state: 'succeeded', written: 2 });
    });
  },
);
