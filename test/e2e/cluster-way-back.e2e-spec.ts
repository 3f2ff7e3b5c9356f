import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api } from '../support/api.js';
import { assign } from '../support/assignment-steps.js';
import { command } from '../support/command-line.js';
import { newDatabase, rowsAt } from '../support/database-copy.js';
import { startDoorlist } from '../support/doorlist-process.js';
import { contentOf, lackingForDumps } from '../support/dumps.js';
import { databaseAt, withClient } from '../support/new-database.js';
import { NO_CITUS } from '../support/on-cluster.js';
import { giveRole, newRole } from '../support/role-steps.js';
import { newTenant } from '../support/tenant.js';
import { PLATFORM_CLIENT, testState } from '../support/test-state.js';

/** A database of a cluster is made table by table, and a service is started twice. */
const TIMEOUT_MS = 240_000;
const PUBLIC_URL = 'https://door.example';

const { adminUrl, templateName } = testState();
const reason = NO_CITUS ?? (await lackingForDumps());
// eslint-disable-next-line no-restricted-syntax -- only a cluster has a way back; the name of the test says so
const run = reason === null ? it : it.skip;

/** A database of the same server that no cluster has a part in, with the schema and no rows. */
async function onOneServer(): Promise<string> {
  const name = `${templateName}_one`;
  await withClient(adminUrl, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE template0`));
  const url = databaseAt(adminUrl, name);
  expect((await command('migrate', { DATABASE_URL: url })).code).toBe(0);
  return url;
}

function copyRows(from: string, to: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'doorlist-way-back-'));
  const dump = join(folder, 'rows.dump');
  const whose = ['--data-only', '--schema=public', '--exclude-table=migrations'];
  execFileSync('pg_dump', ['--format=custom', ...whose, `--file=${dump}`, from]);
  const how = ['--data-only', '--disable-triggers', '--exit-on-error', '--single-transaction'];
  execFileSync('pg_restore', [...how, `--dbname=${to}`, dump]);
  rmSync(folder, { recursive: true });
}

describe('the way back from a cluster to one server', () => {
  const name = 'is a dump of the coordinator: every row, sets that are true, tokens that still open the door';

  run(
    reason === null ? name : `${name} (skipped: ${reason})`,
    async () => {
      const [cluster, server] = [await newDatabase('migrated'), await onOneServer()];
      const { id: BOOTSTRAP_CLIENT_ID, secret: BOOTSTRAP_CLIENT_SECRET } = PLATFORM_CLIENT;
      // Tokens of the one are good at the other.
      const env = { PUBLIC_URL, BOOTSTRAP_CLIENT_ID, BOOTSTRAP_CLIENT_SECRET };
      const before = await startDoorlist({ ...env, DATABASE_URL: cluster });
      const tenant = await newTenant(before.url);
      const ada = await tenant.user('ada', { attributes: { naïve: ['ü', null, 1.5] } });
      const [crew, app] = [await tenant.group('Crew', [ada]), await tenant.application('Wiki')];
      await assign(tenant, 'group', crew, app);
      await giveRole(tenant.api, { app, role: await newRole(tenant.api, app, 'Editor', ['read']) }, 'Group', crew);
      await before.stop();

      copyRows(cluster, server);
      const held = await contentOf(server);
      expect(held).toEqual(await contentOf(cluster));
      expect(held).toMatchObject({
        users: [1, expect.any(String)],
        user_sets: [expect.any(Number), expect.any(String)],
      });
      expect(await rowsAt(server, `SELECT extname FROM pg_extension WHERE extname = 'citus'`)).toEqual([]);
      const verified = await command('verify', { DATABASE_URL: server, PUBLIC_URL });
      expect([verified.code, verified.lines.at(-1)]).toEqual([0, 'no difference']);

      const after = await startDoorlist({ ...env, DATABASE_URL: server });
      const api = new Api(after.url, tenant.api.token);
      const { body } = await api.get(`${tenant.path}/applications/${app}/effective-users`);
      expect(body.data).toEqual([expect.objectContaining({ user_id: ada, user_name: 'ada' })]);
      // The trail goes on behind what it holds.
      expect((await api.post(`${tenant.path}/users`, { user_name: 'bob' })).status).toBe(201);
      await after.stop();
    },
    TIMEOUT_MS,
  );
});
