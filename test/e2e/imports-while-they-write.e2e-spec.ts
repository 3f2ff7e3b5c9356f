import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api } from '../support/api.js';
import { startCommand } from '../support/command-line.js';
import { newDatabase, rowsAt } from '../support/database-copy.js';
import type { DoorlistProcess } from '../support/doorlist-process.js';
import { Instances } from '../support/instances.js';
import { withClient } from '../support/new-database.js';
import { storedRows } from '../support/stored-rows.js';
import { newTenant, type TestTenant } from '../support/tenant.js';
import { announce, importOnce, send, startUpload } from '../support/transfer-steps.js';
import { transactionsGone, waiting } from '../support/waiting.js';

// Services and commands are started, which takes seconds where others use the machine.
import.meta.jest.setTimeout(180_000);

const USERS = 200;
/** A file whose last user is `held`: all others are written when the writing comes to that one. */
const FILE = `user_name\n${Array.from({ length: USERS - 1 }, () => `${randomUUID()}\n`).join('')}held\n`;

let databaseUrl: string;
let instances: Instances;
let living: DoorlistProcess;

beforeAll(async () => {
  databaseUrl = await newDatabase('migrated');
  instances = new Instances(databaseUrl);
  living = await instances.start();
});
afterAll(() => instances.kill());

/** While `work` runs, who writes the user `held` waits: a transaction that may come to nothing calls another user so. */
async function whileHeld(tenant: TestTenant, work: () => Promise<void>): Promise<void> {
  const user = await tenant.user();
  await withClient(databaseUrl, async (holder) => {
    await holder.query('BEGIN');
    const rename = `UPDATE users SET user_name_key = 'held' WHERE tenant_id = $1 AND id = $2`;
    await holder.query(rename, [tenant.id, user]);
    await work();
    await holder.query('ROLLBACK');
  });
}

/** As if half a minute had gone by without a word of the import; answers what the service at `url` says of it. */
async function afterSilence(tenant: TestTenant, url: string, id: string): Promise<object> {
  await rowsAt(databaseUrl, `UPDATE imports SET heartbeat_at = now() - interval '31 seconds' WHERE id = $1`, [id]);
  return (await new Api(url, tenant.api.token).get(`${tenant.path}/imports/${id}`)).body.data as object;
}

const INTERRUPTED = {
  ...{ kind: 'users', format: 'csv', atomic: true, dry_run: false, state: 'interrupted', message: null },
  ...{ lines_written: 0, lines_unchanged: 0, lines_bad: 0, bytes_read: expect.any(Number) },
  ...{ lines_read: expect.any(Number), created_at: expect.any(String), started_at: expect.any(String) },
  finished_at: null,
};

describe('an import that writes', () => {
  it('leaves nothing where its instance is killed, and is told as interrupted; the file can be sent again', async () => {
    const dying = await instances.start();
    const tenant = await newTenant(dying.url);
    let id = '';
    let before: Record<string, number> = {};
    await whileHeld(tenant, async () => {
      id = await announce(tenant, 'users');
      before = await storedRows(tenant.id, databaseUrl);
      const sent = startUpload(tenant, id);
      sent.write(FILE);
      sent.end();
      await waiting(1, databaseUrl);
      await dying.stop('SIGKILL');
      expect(await sent.answer).toBeNull();
    });
    await transactionsGone(databaseUrl);
    expect(await storedRows(tenant.id, databaseUrl)).toEqual(before);
    const next = await instances.start();
    expect(await afterSilence(tenant, next.url, id)).toEqual({ id, ...INTERRUPTED });
    const moved = { ...tenant, api: new Api(next.url, tenant.api.token) };
    const again = await send(moved, id, FILE);
    expect([again.status, again.body.code]).toEqual([409, 'import_started']);
    const anew = await send(moved, await announce(moved, 'users'), FILE);
    expect(anew.body.data).toMatchObject({ state: 'succeeded', lines_written: USERS, lines_unchanged: 0 });
  });

  it('goes on where its client leaves once the whole file has arrived', async () => {
    const tenant = await newTenant(living.url);
    const before = await storedRows(tenant.id, databaseUrl);
    const id = await announce(tenant, 'users');
    await whileHeld(tenant, async () => {
      const sent = startUpload(tenant, id);
      sent.write(FILE);
      sent.end();
      await waiting(1, databaseUrl);
      sent.cut();
      expect(await sent.answer).toBeNull();
    });
    expect(await importOnce(tenant, id, ({ state }) => state !== 'running')).toMatchObject({
      ...{ state: 'succeeded', message: null, bytes_read: FILE.length },
      ...{ lines_read: USERS, lines_written: USERS, lines_unchanged: 0, lines_bad: 0 },
    });
    const after = await storedRows(tenant.id, databaseUrl);
    expect(after.users).toBe((before.users ?? 0) + USERS + 1);
  });

  it('leaves nothing where it is a command that is killed', async () => {
    const tenant = await newTenant(living.url);
    const folder = await mkdtemp(join(tmpdir(), 'doorlist-transfer-'));
    const path = join(folder, 'users.csv');
    await writeFile(path, FILE);
    let before: Record<string, number> = {};
    await whileHeld(tenant, async () => {
      before = await storedRows(tenant.id, databaseUrl);
      const variables = { DATABASE_URL: databaseUrl, PUBLIC_URL: 'http://127.0.0.1' };
      const running = startCommand(`import users ${path} --tenant ${tenant.id}`, variables);
      await waiting(1, databaseUrl);
      expect(await running.stop('SIGKILL')).toMatchObject({ code: null, lines: [] });
    });
    await rm(folder, { recursive: true });
    await transactionsGone(databaseUrl);
    expect(await storedRows(tenant.id, databaseUrl)).toEqual({ ...before, imports: 1 });
    const [left] = await rowsAt<{ id: string }>(databaseUrl, 'SELECT id FROM imports WHERE tenant_id = $1', [
      tenant.id,
    ]);
    expect(await afterSilence(tenant, living.url, left!.id)).toEqual({ id: left!.id, ...INTERRUPTED });
  });
});
