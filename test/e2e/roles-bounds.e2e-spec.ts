import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { startDoorlist, type DoorlistProcess } from '../support/doorlist-process.js';
import { manyUsers } from '../support/many-users.js';
import { forgetPeak, memoryOf } from '../support/peak-memory.js';
import { rolesPath } from '../support/role-steps.js';
import { assignmentsUrl, builtInRoles } from '../support/scoped-role-steps.js';
import { sql } from '../support/sql.js';
import { newTenant, type TestTenant } from '../support/tenant.js';
import { PLATFORM_CLIENT, workerState } from '../support/test-state.js';

const ROLES = 800;
const PERMISSIONS = 1000;
const HOLDERS = 4000;
/** What the service may grow by while it writes an answer of 40 MB; made in memory, such an answer takes several times its size. */
const ROOM = 110_000_000;

let service: DoorlistProcess;
let tenant: TestTenant;
let app: string;
let ada: string;
let viewer: string;

/** 800 roles of 1,000 permissions each, all held by ada's group; and 4,000 users of 12 KB each who are viewers. */
beforeAll(async () => {
  service = await startDoorlist({
    DATABASE_URL: workerState().databaseUrl,
    BOOTSTRAP_CLIENT_ID: PLATFORM_CLIENT.id,
    BOOTSTRAP_CLIENT_SECRET: PLATFORM_CLIENT.secret,
    LOG_LEVEL: 'warn',
  });
  tenant = await newTenant(service.url);
  [app, ada] = [await tenant.application(), await tenant.user('ada')];
  const group = await tenant.group('all', [ada]);
  const permissions = `ARRAY(SELECT 'documents:of-the-archive:of-the-year:' || lpad(p::text, 4, '0') || ':read' FROM generate_series(1, ${PERMISSIONS}) p)`;
  await sql(
    `WITH made AS (
       INSERT INTO roles (tenant_id, id, level, application_id, name, name_key, permissions, effective_permissions)
       SELECT $1, ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'application', $2, 'r' || n, 'r' || n, its, its
         FROM generate_series(1, ${ROLES}) n, (SELECT ${permissions}) given(its) RETURNING id
     )
     INSERT INTO role_assignments (tenant_id, id, role_id, level, application_id, scope_id, group_id, assigned_by)
     SELECT $1, gen_random_uuid(), id, 'application', $2, $2, $3, 'test' FROM made`,
    [tenant.id, app, group],
  );
  viewer = (await builtInRoles(tenant)).get('organization Viewer')!;
  await manyUsers(tenant.id, HOLDERS);
  await sql(
    `WITH held AS (
       INSERT INTO role_assignments (tenant_id, id, role_id, level, scope_id, user_id, user_ordinal, assigned_by)
       SELECT tenant_id, gen_random_uuid(), $2, 'organization', tenant_id, id, ordinal, 'test'
         FROM users WHERE tenant_id = $1 AND id <> $3
     )
     UPDATE users SET attributes = ('{"about": "' || repeat(md5(id::text), 375) || '"}')::jsonb WHERE tenant_id = $1`,
    [tenant.id, viewer, ada],
  );
}, 120_000);

afterAll(async () => service.stop());

const lists = (): [string, string][] => [
  ['contract 2', rolesPath(app)],
  ['contract 3', assignmentsUrl(viewer)],
];

async function open(path: string): Promise<IncomingMessage> {
  const request = get(service.url + path, { headers: { authorization: `Bearer ${tenant.api.token!}` }, agent: false });
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  return answer;
}

describe('a list that its contract gives no pages', () => {
  it('is whole, and takes no more memory however long it is and however slowly it is read', async () => {
    for (const [contract, path] of lists()) {
      await forgetPeak(service.pid);
      const before = await memoryOf(service.pid);
      const answer = await open(path);
      const read: Buffer[] = [];
      for await (const chunk of answer) {
        read.push(chunk as Buffer);
        // The first megabytes are taken one piece at a time, each after another request was answered.
        if (read.length < 50) expect((await fetch(`${service.url}/health/live`)).status).toBe(200);
      }
      const grown = (await memoryOf(service.pid)).peak - before.now;
      const text = Buffer.concat(read).toString();
      expect([contract, answer.statusCode, text.length > 35_000_000]).toEqual([contract, 200, true]);
      const body = JSON.parse(text) as unknown[] | { result: unknown[] };
      expect(Array.isArray(body) ? body.length : body.result.length).toBe(Array.isArray(body) ? HOLDERS : ROLES);
      expect(grown).toBeLessThan(ROOM);
    }
  }, 120_000);

  it('holds nothing of the service where its readers break off', async () => {
    for (const [, path] of lists()) {
      // More of them than there are connections to the database.
      const answers = await Promise.all(Array.from({ length: 12 }, () => open(path)));
      for (const answer of answers) {
        await once(answer, 'readable');
        answer.destroy();
      }
      const small = await tenant.api.get(`${tenant.path}/users?per_page=1`);
      expect([small.status, small.body.pagination.total_items]).toEqual([200, HOLDERS + 1]);
    }
    const busy = `SELECT count(*)::int AS n FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'`;
    // What was being read when they left is read to its end.
    for (let n = 1; n > 0;) n = (await sql<{ n: number }>(busy))[0]!.n;
  }, 120_000);
});

describe('the permissions of a user in an application', () => {
  it('come in pages of a bounded size, each with its first roles and the number of all', async () => {
    const path = `${tenant.path}/users/${ada}/applications/${app}/permissions`;
    const first = await tenant.api.get(path);
    const { data, pagination } = first.body as {
      data: { permissions: { permission: string; role_ids: string[] }[]; roles: { role_id: string }[] };
      pagination: { total_items: number; next_cursor: string };
    };
    const numbered = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
    const ids = Array.from({ length: 10 }, (_, at) => numbered(at + 1));
    const nameOf = (n: number): string => `documents:of-the-archive:of-the-year:${String(n).padStart(4, '0')}:read`;
    const names = Array.from({ length: PERMISSIONS }, (_, at) => nameOf(at + 1));
    expect(data.permissions).toEqual(
      names.slice(0, 50).map((permission) => ({ permission, role_ids: ids, roles_total: ROLES })),
    );
    expect(data.roles).toEqual(
      ids.map((id, at) =>
        expect.objectContaining({
          role_id: id,
          role_name: `r${at + 1}`,
          permissions: names.slice(0, 50),
          assignment_type: 'group',
          path_count: 1,
          paths_truncated: false,
        }),
      ),
    );
    expect(pagination.total_items).toBe(PERMISSIONS);
    expect(JSON.stringify(first.body).length).toBeLessThan(100_000);
    const walked: string[] = [];
    for (let next: string | null = `per_page=200`; next !== null;) {
      const { body } = await tenant.api.get(`${path}?${next}`);
      walked.push(...(body.data.permissions as { permission: string }[]).map(({ permission }) => permission));
      const cursor = body.pagination.next_cursor as string | null;
      next = cursor === null ? null : `cursor=${cursor}`;
    }
    expect(walked).toEqual(names);
    const last = await tenant.api.get(`${path}?page=20`);
    const shown = last.body.data.permissions as { permission: string }[];
    expect([shown.at(-1)?.permission, last.body.pagination.next_cursor]).toEqual([names.at(-1), null]);
    const beyond = await tenant.api.get(`${path}?page=21`);
    expect([beyond.body.data.permissions, beyond.body.data.roles]).toEqual([[], []]);
    const foreign = await tenant.api.get(`${tenant.path}/users/${ada}/roles?cursor=${pagination.next_cursor}`);
    expect([foreign.status, foreign.body.code]).toEqual([400, 'invalid_cursor']);
  }, 60_000);
});
