import { randomUUID } from 'node:crypto';
import { Api } from '../support/api.js';
import { newDatabase, rowsAt } from '../support/database-copy.js';
import type { DoorlistProcess } from '../support/doorlist-process.js';
import { Instances } from '../support/instances.js';
import { sql } from '../support/sql.js';
import { storedRows } from '../support/stored-rows.js';
import { newTenant, type TestTenant } from '../support/tenant.js';
import { announce, importFile, importMeetingOther, importOnce, send, startUpload } from '../support/transfer-steps.js';

import.meta.jest.setTimeout(60_000);

const names = (count: number): string => Array.from({ length: count }, () => `${randomUUID()}\n`).join('');

describe('an import while it runs', () => {
  it('shows how far it is to whoever asks, and answers when all is written', async () => {
    const tenant = await newTenant();
    const id = await announce(tenant, 'users');
    const waiting = await tenant.api.get(`${tenant.path}/imports/${id}`);
    expect(waiting.body.data).toEqual({
      ...{ id, kind: 'users', format: 'csv', atomic: true, dry_run: false, state: 'waiting', message: null },
      ...{ bytes_read: 0, lines_read: 0, lines_written: 0, lines_unchanged: 0, lines_bad: 0 },
      ...{ created_at: expect.any(String), started_at: null, finished_at: null },
    });
    const upload = startUpload(tenant, id);
    upload.write(`user_name\n${names(3)}`);
    const running = await importOnce(tenant, id, ({ lines_read: lines }) => lines >= 2);
    expect(running).toMatchObject({
      state: 'running',
      bytes_read: 121,
      started_at: expect.any(String),
      finished_at: null,
    });
    expect((await storedRows(tenant.id)).users).toBe(0);
    upload.write(names(2));
    upload.end();
    const answer = await upload.answer;
    const finished = await tenant.api.get(`${tenant.path}/imports/${id}`);
    expect(finished.body.data).toMatchObject({ state: 'succeeded', bytes_read: 195, lines_read: 5, lines_written: 5 });
    expect(answer).toEqual({ status: 200, body: { data: finished.body.data, meta: expect.any(Object) } });
    expect((await storedRows(tenant.id)).users).toBe(5);
  });

  it('leaves nothing where its connection is cut', async () => {
    const tenant = await newTenant();
    const before = await storedRows(tenant.id);
    for (const atomic of [true, false]) {
      const id = await announce(tenant, 'users', { atomic });
      const upload = startUpload(tenant, id);
      upload.write(`user_name\n${names(2000)}`);
      await importOnce(tenant, id, ({ state, lines_read: lines }) => state === 'running' && lines > 0);
      upload.cut();
      expect(await upload.answer).toBeNull();
      expect(await importOnce(tenant, id, ({ state }) => state !== 'running')).toMatchObject({
        state: 'interrupted',
        lines_written: 0,
        message: 'The upload was cut before the whole file had arrived; nothing was written.',
      });
    }
    expect(await storedRows(tenant.id)).toEqual({ ...before, imports: 2 });
  });

  it('can be started once: 409, and 404 for what was never announced', async () => {
    const [tenant, other] = [await newTenant(), await newTenant()];
    const id = await announce(tenant, 'users');
    const both = await Promise.all([send(tenant, id, 'user_name\na\n'), send(tenant, id, 'user_name\nb\n')]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(both.find(({ status }) => status === 409)?.body.code).toBe('import_started');
    expect((await send(tenant, randomUUID(), 'user_name\nc\n')).body.code).toBe('import_not_found');
    expect((await send(other, id, 'user_name\nc\n')).status).toBe(404);
    expect((await storedRows(tenant.id)).users).toBe(1);
  });

  it('keeps nobody from making users meanwhile, and takes those for what is there', async () => {
    const tenant = await newTenant();
    expect(await importMeetingOther(tenant)).toMatchObject({
      state: 'succeeded',
      lines_written: 1,
      lines_unchanged: 1,
    });
  });

  it('takes the scopes of what the file holds, and no others', async () => {
    const tenant = await newTenant();
    const [directory, applications] = [
      await tenant.apiWith('directory:write'),
      await tenant.apiWith('applications:write', 'directory:read'),
    ];
    const groups = await announce(tenant, 'groups');
    await announce(tenant, 'applications');
    await announce(tenant, 'assignments');
    const kinds = async (api: TestTenant['api']): Promise<string[]> => {
      const { body } = await api.get(`${tenant.path}/imports`);
      return (body.data as { kind: string }[]).map(({ kind }) => kind);
    };
    expect(await kinds(directory)).toEqual(['groups']);
    expect(await kinds(applications)).toEqual(['applications', 'groups']);
    expect(await kinds(tenant.api)).toEqual(['assignments', 'applications', 'groups']);
    const refused = await applications.post(`${tenant.path}/imports`, { kind: 'groups' });
    expect([refused.status, refused.body.detail]).toEqual([403, 'The token needs the scope directory:write.']);
    const sent = await send({ ...tenant, api: applications }, groups, 'name\na\n');
    expect([sent.status, sent.body.code]).toEqual([403, 'insufficient_scope']);
    expect((await send({ ...tenant, api: directory }, groups, 'name\na\n')).status).toBe(200);
  });

  it('writes one event for the file beside those of its rows', async () => {
    const tenant = await newTenant();
    const { id } = await importFile(tenant, 'users', 'user_name\na\nb\n');
    const { body } = await tenant.api.get(`${tenant.path}/audit-events?action=import.completed`);
    expect(body.data).toEqual([
      expect.objectContaining({
        ...{ resource_type: 'import', resource_id: id, before: null },
        after: {
          ...{ id, kind: 'users', format: 'csv', atomic: true },
          ...{ lines_read: 2, lines_written: 2, lines_unchanged: 0, lines_bad: 0 },
        },
      }),
    ]);
    const all = await sql('SELECT count(*)::int AS count FROM audit_events WHERE tenant_id = $1 AND request_id = $2', [
      tenant.id,
      body.data[0].request_id,
    ]);
    expect(all).toEqual([{ count: 3 }]);
  });
});

describe('an instance', () => {
  let instances: Instances;
  let living: DoorlistProcess;
  let dying: DoorlistProcess;

  beforeAll(async () => {
    instances = new Instances(await newDatabase('migrated'), { IMPORTS_AT_ONCE: '1' });
    [living, dying] = await Promise.all([instances.start(), instances.start()]);
  });
  afterAll(() => instances.kill());

  it('reads as many files at once as it may, and no more (429)', async () => {
    const tenant = await newTenant(living.url);
    const [first, second] = [await announce(tenant, 'users'), await announce(tenant, 'users')];
    const upload = startUpload(tenant, first);
    upload.write('user_name\na\n');
    await importOnce(tenant, first, ({ state }) => state === 'running');
    const refused = await send(tenant, second, 'user_name\nb\n');
    expect([refused.status, refused.body.code]).toEqual([429, 'too_many_imports']);
    upload.end();
    expect((await upload.answer)?.status).toBe(200);
    expect((await send(tenant, second, 'user_name\nb\n')).status).toBe(200);
  });

  it('that is killed leaves nothing of its file; another one says that it was interrupted', async () => {
    const tenant = await newTenant(dying.url);
    const id = await announce(tenant, 'users');
    const upload = startUpload(tenant, id);
    upload.write(`user_name\n${names(5000)}`);
    await importOnce(tenant, id, ({ lines_read: lines }) => lines > 0);
    await dying.stop('SIGKILL');
    expect(await upload.answer).toBeNull();
    const moved = { ...tenant, api: new Api(living.url, tenant.api.token) };
    const before = await moved.api.get(`${tenant.path}/imports/${id}`);
    expect(before.body.data.state).toBe('running');
    // As if half a minute had gone by.
    await rowsAt(
      instances.databaseUrl,
      `UPDATE imports SET heartbeat_at = now() - interval '31 seconds' WHERE id = $1`,
      [id],
    );
    const after = await moved.api.get(`${tenant.path}/imports/${id}`);
    expect(after.body.data).toMatchObject({ state: 'interrupted', lines_written: 0 });
    const left = await rowsAt(instances.databaseUrl, 'SELECT count(*)::int AS users FROM users WHERE tenant_id = $1', [
      tenant.id,
    ]);
    expect(left).toEqual([{ users: 0 }]);
  });
});
