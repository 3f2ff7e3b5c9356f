import { randomUUID } from 'node:crypto';
import type { ApiAnswer } from '../support/api.js';
import { nest } from '../support/assignment-steps.js';
import { manyUsers } from '../support/many-users.js';
import { giveRole, newRole as newApplicationRole, rolesPath } from '../support/role-steps.js';
import { assign, newRole } from '../support/scoped-role-steps.js';
import { sql } from '../support/sql.js';
import { newTenant, type TestTenant } from '../support/tenant.js';

type Method = 'post' | 'put' | 'patch' | 'delete';

interface Side {
  readonly count: number;
  readonly items: readonly Record<
    'user_id' | 'user_name' | 'permission' | 'level' | 'scope_id' | 'scope_name',
    string
  >[];
  readonly next_cursor: string | null;
}

const LEVELS: Readonly<Record<string, string>> = {
  Crm: 'application',
  Tenant: 'organization',
  Lab: 'workspace',
  Den: 'workspace',
  Kit: 'project',
};

interface World {
  readonly tenant: TestTenant;
  readonly id: Readonly<Record<string, string>>;
  readonly change: (method: Method, url: string, body?: object) => Promise<ApiAnswer>;
}

/**
 * Staff holds Sales; ada and bob are in Sales, sue is suspended and in Sales, cleo and dan are in nothing.
 * In Crm Staff is Reader (read), bob Writer (read, write), cleo Boss (*). In the organization ada is Clerk (file, stamp), dan
 * Guest (file). In Lab ada and Sales are Guide (show), in Den dan is; in the project Kit of Lab cleo is Maker (make).
 */
async function world(): Promise<World> {
  const tenant = await newTenant();
  const { api } = tenant;
  const id: Record<string, string> = { Tenant: tenant.id };
  for (const name of ['ada', 'bob', 'cleo', 'dan']) id[name] = await tenant.user(name);
  id.sue = await tenant.user('sue', { status: 'suspended' });
  id.Crm = await tenant.application('Crm');
  id.Staff = await tenant.group('Staff');
  id.Sales = await tenant.group('Sales', [id.ada!, id.bob!, id.sue]);
  await nest(tenant, id.Staff, id.Sales);
  id.Lab = await tenant.workspace('Lab');
  id.Den = await tenant.workspace('Den');
  id.Kit = await tenant.project(id.Lab, 'Kit');
  id.Reader = await newApplicationRole(api, id.Crm, 'Reader', ['read']);
  id.Writer = await newApplicationRole(api, id.Crm, 'Writer', ['read', 'write']);
  id.Boss = await newApplicationRole(api, id.Crm, 'Boss', ['*']);
  await giveRole(api, { app: id.Crm, role: id.Reader }, 'Group', id.Staff);
  await giveRole(api, { app: id.Crm, role: id.Writer }, 'User', id.bob!);
  await giveRole(api, { app: id.Crm, role: id.Boss }, 'User', id.cleo!);
  id.Clerk = await newRole(tenant, 'organization', { permissions: ['file', 'stamp'] });
  id.Guest = await newRole(tenant, 'organization', { permissions: ['file'] });
  id.Guide = await newRole(tenant, 'workspace', { permissions: ['show'] });
  id.Maker = await newRole(tenant, 'project', { permissions: ['make'] });
  await assign(api, id.Clerk, { user_id: id.ada! });
  await assign(api, id.Guest, { user_id: id.dan! });
  await assign(api, id.Guest, { team_id: id.Staff });
  await assign(api, id.Guide, { user_id: id.ada!, workspace_id: id.Lab });
  await assign(api, id.Guide, { team_id: id.Sales, workspace_id: id.Lab });
  await assign(api, id.Guide, { user_id: id.dan!, workspace_id: id.Den });
  await assign(api, id.Maker, { user_id: id.cleo!, workspace_id: id.Lab, project_id: id.Kit });
  const named = (text: string): string => text.replace(/\b[A-Za-z]+\b/g, (name) => id[name] ?? name);
  const change: World['change'] = (method, url, body) =>
    api[method](named(url), body && (JSON.parse(named(JSON.stringify(body))) as object));
  return { tenant, id, change };
}

/** What each role may do, before any change. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  Reader: ['read'],
  Writer: ['read', 'write'],
  Boss: ['*'],
  Clerk: ['file', 'stamp'],
  Guide: ['show'],
  Maker: ['make'],
  owner: ['*'],
};

/** Who may do which of these, as `user permission place`, worked out from all that is stored. */
async function holders({ tenant, id }: World, asked: readonly string[]): Promise<string[]> {
  const rows = await sql<{ held: string }>(
    `SELECT DISTINCT u.user_name || ' ' || p.permission || ' ' || a.scope_id AS held
       FROM users u
       JOIN role_assignments a ON a.tenant_id = u.tenant_id
        AND (a.user_id = u.id OR a.group_id IN (
              SELECT c.ancestor_id FROM group_members m
                JOIN group_closure c ON c.tenant_id = m.tenant_id AND c.descendant_id = m.group_id
               WHERE m.tenant_id = u.tenant_id AND m.user_id = u.id))
       JOIN roles r ON r.tenant_id = a.tenant_id AND r.id = a.role_id
       JOIN unnest($2::text[]) p(permission) ON r.permissions && ARRAY[p.permission, '*']
      WHERE u.tenant_id = $1 AND u.status = 'active'`,
    [tenant.id, asked],
  );
  const nameOf = new Map(Object.entries(id).map(([name, value]) => [value, name]));
  return rows.map(({ held }) => held.replace(/\S+$/, (scope) => nameOf.get(scope) ?? scope)).sort();
}

/** The items of one side, as `user permission place`, each with the ids that go with the names. */
function triplesOf({ id, tenant }: World, side: Side): string[] {
  return side.items
    .map((item) => {
      const place = item.scope_id === tenant.id ? 'Tenant' : item.scope_name;
      expect([item.user_id, item.scope_id, item.level]).toEqual([id[item.user_name], id[place], LEVELS[place]]);
      return `${item.user_name} ${item.permission} ${place}`;
    })
    .sort();
}

/** Everything about roles that the tenant has stored, trail included. */
async function stored({ id }: TestTenant): Promise<unknown[]> {
  const tables = ['roles', 'role_assignments', 'organization_owners', 'organization_members', 'user_sets'];
  const all = [...tables, 'audit_events', 'idempotency_keys'].map((table) =>
    sql(`SELECT to_jsonb(t) AS row FROM ${table} t WHERE tenant_id = $1 ORDER BY to_jsonb(t)::text`, [id]),
  );
  return Promise.all(all);
}

const ROLES = '/v1/applications/Crm/roles';

describe('a dry run of a change of roles', () => {
  it.each<[string, [Method, string, object?], string[], string[]]>([
    [
      'an application role given to a user',
      ['post', `${ROLES}/Writer/assignments`, { entity_ids: ['dan', 'ada', 'cleo'], entity_type: 'User' }],
      ['ada write Crm', 'dan read Crm', 'dan write Crm'],
      [],
    ],
    [
      'an application role given to a group',
      ['post', `${ROLES}/Boss/assignments`, { entity_ids: ['Staff'], entity_type: 'Group' }],
      ['ada * Crm', 'bob * Crm'],
      [],
    ],
    ['an application role taken from a user', ['delete', `${ROLES}/Writer/assignments/bob`], [], ['bob write Crm']],
    ['an application role taken from a group', ['delete', `${ROLES}/Reader/assignments/Staff`], [], ['ada read Crm']],
    [
      'other permissions of an application role',
      ['put', `${ROLES}/Reader`, { permissions: ['write', 'erase'] }],
      ['ada erase Crm', 'ada write Crm', 'bob erase Crm'],
      ['ada read Crm'],
    ],
    ['a role that gives everything no more', ['put', `${ROLES}/Boss`, { permissions: ['read'] }], [], ['cleo * Crm']],
    ['a new name of an application role', ['put', `${ROLES}/Reader`, { role_name: 'Onlooker' }], [], []],
    ["an application role's deletion", ['delete', `${ROLES}/Writer`], [], ['bob write Crm']],
    ['a role of the organization given', ['post', '/roles/Clerk/assignments?user_id=dan'], ['dan stamp Tenant'], []],
    [
      'a role of the organization given to a group',
      ['post', '/roles/Clerk/assignments?team_id=Sales'],
      ['bob stamp Tenant'],
      [],
    ],
    [
      'a role of a workspace given',
      ['post', '/roles/Guide/assignments?user_id=bob&workspace_id=Den'],
      ['bob show Den'],
      [],
    ],
    ['what a group gives as well taken', ['delete', '/roles/Guide/assignments?user_id=ada&workspace_id=Lab'], [], []],
    [
      'a role of a workspace taken from a group',
      ['delete', '/roles/Guide/assignments?team_id=Sales&workspace_id=Lab'],
      [],
      ['bob show Lab'],
    ],
    [
      'a role of a project taken',
      ['delete', '/roles/Maker/assignments?user_id=cleo&workspace_id=Lab&project_id=Kit'],
      [],
      ['cleo make Kit'],
    ],
    [
      'other permissions of a role held in many places',
      ['patch', 'BASE/roles/Guide', { permissions: ['show', 'open'] }],
      ['ada open Lab', 'bob open Lab', 'dan open Den'],
      [],
    ],
    [
      "the deletion of a workspace's role",
      ['delete', 'BASE/roles/Guide'],
      [],
      ['ada show Lab', 'bob show Lab', 'dan show Den'],
    ],
    ['an owner', ['put', 'BASE/owner', { user_id: 'bob' }], ['bob * Tenant'], []],
  ])('of %s says who would gain and lose what, writes nothing, and is what then happens', async (...row) => {
    const [, [method, path, body], gained, lost] = row;
    const it = await world();
    const url = path.replace('BASE', it.tenant.path);
    const dry = `${url}${url.includes('?') ? '&' : '?'}dry_run=true`;
    const role = Object.keys(ALLOWED).find((name) => path.includes(name))!;
    const asked = [...ALLOWED[role]!, ...((body as { permissions?: string[] } | undefined)?.permissions ?? [])];
    const [before, had] = [await stored(it.tenant), await holders(it, asked)];
    const answer = await it.change(method, dry, body);
    expect([answer.status, await stored(it.tenant)]).toEqual([200, before]);
    const data = (path.startsWith('BASE') ? answer.body.data : answer.body) as Record<'gained' | 'lost', Side>;
    expect([triplesOf(it, data.gained), triplesOf(it, data.lost)]).toEqual([gained, lost]);
    expect(data).toEqual({
      dry_run: true,
      gained: { count: gained.length, items: expect.any(Array), next_cursor: null },
      lost: { count: lost.length, items: expect.any(Array), next_cursor: null },
    });
    const real = await it.change(method, url, body);
    expect(real.status).toBeLessThan(300);
    const has = await holders(it, asked);
    expect(has.filter((each) => !had.includes(each))).toEqual(gained);
    expect(had.filter((each) => !has.includes(each))).toEqual(lost);
  });

  it('is refused like the real thing, and writes nothing then either', async () => {
    const it = await world();
    const { path } = it.tenant;
    const nobody = randomUUID();
    const wrong: [[Method, string, object?], number][] = [
      [['post', `${ROLES}/Writer/assignments`, { entity_ids: [nobody], entity_type: 'User' }], 404],
      [['post', `${ROLES}/Writer/assignments`, { entity_ids: 7, entity_type: 'User' }], 422],
      [['delete', `${ROLES}/Writer/assignments/dan`], 404],
      [['delete', `${ROLES}/${nobody}`], 404],
      [['delete', `${ROLES}/organization.admin`], 422],
      [['put', `${ROLES}/Writer`, { role_name: 'reader' }], 409],
      [['put', `${ROLES}/Writer`, { permissions: ['doorlist:nothing'] }], 422],
      [['post', '/roles/Guide/assignments?user_id=dan'], 403],
      [['post', '/roles/Clerk/assignments?x=1'], 400],
      [['delete', '/roles/Guest/assignments?user_id=dan'], 403],
      [['delete', '/roles/Maker/assignments?user_id=dan&workspace_id=Lab&project_id=Kit'], 404],
      [['delete', `${path}/roles/Guest`], 409],
      [['patch', `${path}/roles/Guide`, { type: 'share' }], 409],
      [['put', `${path}/owner`, { user_id: nobody }], 404],
    ];
    const before = await stored(it.tenant);
    for (const [[method, url, body], status] of wrong) {
      const dry = await it.change(method, `${url}${url.includes('?') ? '&' : '?'}dry_run=true`, body);
      const real = await it.change(method, url, body);
      expect([url, dry.status]).toEqual([url, status]);
      expect([real.status, withoutRequest(real.body)]).toEqual([status, withoutRequest(dry.body)]);
    }
    expect(await stored(it.tenant)).toEqual(before);
  });

  it('counts many exactly and gives 100 at a time, each once, with cursors that fit nothing else', async () => {
    const tenant = await newTenant();
    const { api } = tenant;
    const ids = await manyUsers(tenant.id, 70);
    const team = await tenant.group('all', ids);
    const app = await tenant.application('One');
    const role = await newApplicationRole(api, app, 'Both', ['b', 'a']);
    const url = `${rolesPath(app)}/${role}/assignments?dry_run=true`;
    const body = { entity_ids: [team], entity_type: 'Group' };
    const first = (await api.post(url, body)).body as Record<'gained' | 'lost', Side>;
    const goesOn = `&cursor=${encodeURIComponent(first.gained.next_cursor!)}`;
    const second = (await api.post(url + goesOn, body)).body as typeof first;
    expect([first.gained.count, second.gained.count, second.gained.next_cursor]).toEqual([140, 140, null]);
    expect([first.gained.items.length, first.lost]).toEqual([100, { count: 0, items: [], next_cursor: null }]);
    expect([...first.gained.items, ...second.gained.items].map((item) => `${item.permission} ${item.user_id}`)).toEqual(
      ['a', 'b'].flatMap((permission) => ids.map((user) => `${permission} ${user}`)),
    );
    const other = await api.post(url + goesOn, { ...body, entity_ids: [team, team] });
    expect(other.status).toBe(400);
    expect((await api.post(`${url.replace('true', 'false')}${goesOn}`, body)).status).toBe(422);
    expect((await api.post(url.replace('true', 'maybe'), body)).status).toBe(422);
  });

  it('is refused where it would look at too many places, or remember too many users, at once', async () => {
    const tenant = await newTenant();
    const { api, path, id } = tenant;
    const roles = await Promise.all(
      ['Everywhere', 'Spread'].map(async (name) => {
        const made = await api.post(`${path}/roles`, { name, level: 'workspace', permissions: ['a'] });
        return (made.body as { data: { id: string } }).data.id;
      }),
    );
    const one = await tenant.user();
    const [small, team] = [await tenant.group('small', [one]), await tenant.group('team', [one])];
    // Users of 128 rows of a set, whose numbers are far apart: 256 KB of memory wherever the second role is held.
    await sql(
      `WITH made AS (
         INSERT INTO users (tenant_id, id, ordinal, user_name, user_name_key, display_name_key, search_key)
         SELECT $1, gen_random_uuid(), n * 16384, 'far ' || n, 'far ' || n, 'far ' || n, 'far ' || n
           FROM generate_series(1, 128) n RETURNING id, ordinal
       ) INSERT INTO group_members (tenant_id, group_id, user_id, user_ordinal, valid_until)
         SELECT $1, $2, id, ordinal, '2999-01-01' FROM made`,
      [id, team],
    );
    await sql(
      `INSERT INTO workspaces (tenant_id, id, name, name_key)
       SELECT $1, gen_random_uuid(), 'w' || n, 'w' || n FROM generate_series(1, 5001) n`,
      [id],
    );
    const give = (role: number, most: number): Promise<unknown> =>
      sql(
        `INSERT INTO role_assignments (tenant_id, id, role_id, level, workspace_id, scope_id, group_id, assigned_by)
         SELECT $1, gen_random_uuid(), $2, 'workspace', w.id, w.id, $3, 'test' FROM workspaces w
          WHERE w.tenant_id = $1 ORDER BY w.name LIMIT $4`,
        [id, roles[role], role === 0 ? small : team, most],
      );
    const dry = (role: number): Promise<ApiAnswer> =>
      api.patch(`${path}/roles/${roles[role]!}?dry_run=true`, { permissions: ['b'] });
    await give(0, 5001);
    await give(1, 300);
    for (const [role, scopes] of [
      [0, 5001],
      [1, 300],
    ] as const) {
      const answer = await dry(role);
      expect([answer.status, answer.body]).toEqual([
        409,
        {
          code: 'dry_run_too_large',
          detail: expect.stringContaining(`${scopes} scopes`),
          request_id: expect.any(String),
        },
      ]);
    }
    await sql('DELETE FROM role_assignments WHERE tenant_id = $1', [id]);
    await give(1, 2);
    expect((await dry(1)).body.data.gained.count).toBe(2 * 129);
    const stored = await sql('SELECT permissions FROM roles WHERE tenant_id = $1 AND id = ANY ($2)', [id, roles]);
    expect(stored).toEqual([{ permissions: ['a'] }, { permissions: ['a'] }]);
  });

  it('is not remembered for its Idempotency-Key', async () => {
    const it = await world();
    const url = `${rolesPath(it.id.Crm!)}/${it.id.Writer!}/assignments`;
    const body = { entity_ids: [it.id.dan], entity_type: 'User' };
    const options = { headers: { 'idempotency-key': 'try-then-do' } };
    expect((await it.tenant.api.post(`${url}?dry_run=true`, body, options)).body.gained.count).toBe(2);
    expect((await it.tenant.api.post(url, body, options)).status).toBe(204);
    expect((await it.tenant.api.post(`${url}?dry_run=true`, body)).body.gained.count).toBe(0);
  });
});

/** A refusal without what tells one request from another. */
function withoutRequest(body: object): object {
  return JSON.parse(JSON.stringify(body).replace(/"(request_id|trace_id|instance)":"[^"]*"/g, '"$1":""')) as object;
}
