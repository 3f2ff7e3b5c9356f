import type { Api, ApiAnswer } from '../support/api.js';
import { giveRole, newRole, rolesPath } from '../support/role-steps.js';
import { assign, builtInRoles, newRole as newScopedRole, revoke } from '../support/scoped-role-steps.js';
import { sql } from '../support/sql.js';
import { newTenant, type TestTenant } from '../support/tenant.js';
import { UserTokens } from '../support/user-tokens.js';

const NOBODY = '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44';

let users: UserTokens;

beforeAll(async () => {
  users = await UserTokens.start();
}, 90_000);

afterAll(async () => users.stop());

/** A tenant of the service that takes the tokens of users. */
const aTenant = async (): Promise<TestTenant> => newTenant(users.url);

const told = ({ status, body }: ApiAnswer): unknown[] => [status, (body as { code?: string } | null)?.code];

const statementsOf = ({ headers }: ApiAnswer): number =>
  Number(/statements=(\d+)/.exec(headers.get('server-timing') ?? '')?.[1]);

/** A user who holds these permissions in one application, and a caller who acts for them. */
async function owner(
  tenant: TestTenant,
  app: string,
  permissions: readonly string[],
  scope?: string,
): Promise<{ id: string; api: Api; role: string }> {
  const id = await tenant.user();
  const role = await newRole(tenant.api, app, `Owner ${Math.random()}`, permissions);
  await giveRole(tenant.api, { app, role }, 'User', id);
  return { id, role, api: await users.as(tenant, id, scope) };
}

describe('whom a token acts for', () => {
  it('is the user that its subject names, in either case, who must be there and active', async () => {
    const tenant = await aTenant();
    const ada = await tenant.user();
    const path = `${tenant.path}/users`;
    const [api, loud] = await Promise.all([users.as(tenant, ada), users.as(tenant, ada.toUpperCase())]);
    for (const caller of [api, loud]) expect(told(await caller.get(path))).toEqual([403, 'permission_not_held']);
    await assign(tenant.api, (await builtInRoles(tenant)).get('organization Viewer')!, { user_id: ada });
    for (const caller of [api, loud]) expect((await caller.get(path)).status).toBe(200);
    expect(told(await (await users.as(tenant, NOBODY)).get(path))).toEqual([403, 'user_unknown']);
    const elsewhere = await (await aTenant()).user();
    expect(told(await (await users.as(tenant, elsewhere)).get(path))).toEqual([403, 'user_unknown']);

    await tenant.api.patch(`${path}/${ada}`, { status: 'suspended' });
    expect(told(await api.get(path))).toEqual([403, 'user_suspended']);
    await tenant.api.patch(`${path}/${ada}`, { status: 'active' });
    expect((await api.get(path)).status).toBe(200);
    expect((await tenant.api.delete(`${path}/${ada}`)).status).toBe(204);
    expect(told(await api.get(path))).toEqual([403, 'user_unknown']);
  });

  it('is nobody of the tenant for other subjects, and for clients of the issuer, who are as their scopes say', async () => {
    const tenant = await aTenant();
    const path = `${tenant.path}/users`;
    for (const [subject, claims] of [
      ['ada', {}],
      [`{${NOBODY}}`, {}],
      [NOBODY, { azp: NOBODY }],
      [NOBODY, { client_id: NOBODY }],
    ] as const) {
      const api = await users.as(tenant, subject, 'directory:write', claims);
      expect((await api.get(path)).status).toBe(200);
      expect((await api.post(path, { user_name: `u${Math.random()}` })).status).toBe(201);
      expect(told(await api.get(`${tenant.path}/audit-events`))).toEqual([403, 'insufficient_scope']);
    }
    // Whoever is a user is one, whatever the token calls its client.
    const ada = await tenant.user();
    const api = await users.as(tenant, ada, 'tenantadmin', { azp: ada });
    expect(told(await api.get(path))).toEqual([403, 'permission_not_held']);
  });

  it('costs one statement more for a user, and none for a client', async () => {
    const tenant = await aTenant();
    const ada = await tenant.user();
    await assign(tenant.api, (await builtInRoles(tenant)).get('organization Viewer')!, { user_id: ada });
    const path = `${tenant.path}/users/${ada}`;
    const ofClient = statementsOf(await tenant.api.get(path));
    expect(ofClient).toBe(1);
    expect(statementsOf(await (await users.as(tenant, ada)).get(path))).toBe(ofClient + 1);
    expect(statementsOf(await (await users.as(tenant, 'ada')).get(path))).toBe(ofClient);
  });
});

describe('what a user may do', () => {
  it('is what token and roles both allow', async () => {
    const tenant = await aTenant();
    const ada = await tenant.user();
    const roles = await builtInRoles(tenant);
    await assign(tenant.api, roles.get('organization Manager')!, { user_id: ada });
    const narrow = await users.as(tenant, ada, 'directory:read');
    const post = async (api: Api): Promise<ApiAnswer> =>
      api.post(`${tenant.path}/users`, { user_name: `u${Math.random()}` });
    expect((await narrow.get(`${tenant.path}/users`)).status).toBe(200);
    expect(told(await post(narrow))).toEqual([403, 'insufficient_scope']);
    const wide = await users.as(tenant, ada);
    expect((await post(wide)).status).toBe(201);
    const audit = await wide.get(`${tenant.path}/audit-events`);
    expect(audit.body).toEqual({
      detail: 'You do not hold the permission doorlist:audit:read in the organization.',
      code: 'permission_not_held',
      request_id: expect.any(String),
    });
    expect(told(await wide.get(`${tenant.path}/api-clients`))).toEqual([403, 'permission_not_held']);
  });

  it('ends with the role, at the next request, however it was held', async () => {
    const tenant = await aTenant();
    const { api, path, user, group } = tenant;
    const roles = await builtInRoles(tenant);
    const [viewer, member] = [roles.get('organization Viewer')!, roles.get('organization Member')!];
    const ada = await user();
    const caller = await users.as(tenant, ada);
    const reads = async (): Promise<number> => (await caller.get(`${path}/users`)).status;
    for (const role of [viewer, member]) await assign(api, role, { user_id: ada });
    expect(await reads()).toBe(200);
    await revoke(api, viewer, { user_id: ada });
    expect(await reads()).toBe(403);
    // Through nested groups, until the membership, the nesting, or the permission of the role goes.
    const [inner, outer] = [await group('inner', [ada]), await group('outer')];
    const role = await newScopedRole(tenant, 'organization', { permissions: ['doorlist:directory:write'] });
    await assign(api, role, { team_id: outer });
    const nesting = `${path}/groups/${outer}/groups/${inner}`;
    const membership = `${path}/groups/${inner}/members/${ada}`;
    expect(await reads()).toBe(403);
    await api.put(nesting);
    expect(await reads()).toBe(200);
    await api.patch(membership, { valid_until: '2026-01-01T00:00:00Z' });
    expect(await reads()).toBe(403);
    await api.patch(membership, { valid_until: null });
    expect(await reads()).toBe(200);
    await api.patch(`${path}/roles/${role}`, { permissions: ['doorlist:roles:write'] });
    expect(await reads()).toBe(403);
    await api.patch(`${path}/roles/${role}`, { permissions: ['*'] });
    expect(await reads()).toBe(200);
    await api.delete(nesting);
    expect(await reads()).toBe(403);
  });

  it('in an application where an own role allows it, is to administer that application and nothing else', async () => {
    const tenant = await aTenant();
    const { path, user, group, application } = tenant;
    const [crm, erp] = [await application(), await application()];
    const { api } = await owner(tenant, crm, ['*']);
    const [bob, team] = [await user(), await group()];
    const of = (app: string, audit = ''): [string, string, object?][] => [
      ['GET', `${path}/applications/${app}`],
      ['PATCH', `${path}/applications/${app}`, { description: 'Mine' }],
      ['GET', `${path}/applications/${app}/effective-users`],
      ['GET', `${path}/applications/${app}/assignments`],
      ['GET', `${path}/applications/${app}/assignees`],
      ['POST', `${path}/applications/${app}/assignments/bulk`, { operations: [{ op: 'add', user_id: bob }] }],
      ['GET', `${path}/users/${bob}/applications/${app}`],
      ['GET', `${path}/users/${bob}/applications/${app}/access`],
      ['PUT', `${path}/users/${bob}/applications/${app}`],
      ['DELETE', `${path}/users/${bob}/applications/${app}?dry_run=true`],
      ['DELETE', `${path}/users/${bob}/applications/${app}`],
      ['POST', `${path}/users/${bob}/applications`, { application_id: app }],
      ['POST', `${path}/users/${bob}/applications/bulk`, { application_ids: [app, app.toUpperCase()] }],
      ['PUT', `${path}/groups/${team}/applications/${app}`],
      ['POST', `${path}/groups/${team}/applications/bulk`, { application_ids: [app] }],
      ['POST', `${path}/access/check`, { checks: [{ user_id: bob, application_id: app }] }],
      ['GET', `${path}/audit-events?application_id=${app}${audit}`],
      ['GET', `${path}/permissions/check?user_id=${bob}&action=x&resources=application:${app}`],
      ['POST', `${path}/permissions/check`, { user_id: bob, action: 'x', resources: [`application:${app}`] }],
      ['GET', `${path}/applications/${app}/permissions/holders?permission=x`],
      ['GET', `${path}/users/${bob}/applications/${app}/permissions`],
      ['GET', rolesPath(app)],
      ['POST', rolesPath(app), { role_name: 'Reader', permissions: ['documents:read'] }],
    ];
    const call = async ([method, url, body]: [string, string, object?]): Promise<ApiAnswer> =>
      api.call(method, url, { body });
    for (const request of of(crm)) {
      expect([request, (await call(request)).status < 300]).toEqual([request, true]);
    }
    for (const request of of(erp)) expect([request, (await call(request)).status]).toEqual([request, 403]);
    const both = { application_ids: [crm, erp] };
    const others: [string, string, object?][] = [
      ['POST', `${path}/users/${bob}/applications/bulk`, both],
      ['POST', `${path}/access/check`, { checks: [crm, erp].map((id) => ({ user_id: bob, application_id: id })) }],
      ['POST', `${path}/access/check`, { checks: [{ user_id: bob, application_id: crm }, { user_id: bob }] }],
      [
        'POST',
        `${path}/permissions/check`,
        { user_id: bob, action: 'x', resources: [`application:${crm}`, `workspace:${crm}`] },
      ],
      ['GET', `${path}/audit-events`],
      ['GET', `${path}/audit-events?application_id=${crm}&application_id=${erp}`],
      ['GET', `${path}/applications`],
      ['POST', `${path}/applications`, { name: 'Another' }],
      ['GET', `${path}/users`],
      ['GET', `${path}/users/${bob}/applications`],
      ['GET', `${path}/users/${bob}/access`],
      ['GET', `${path}/users/${bob}/roles`],
      ['GET', `${path}/exports/assignments`],
      ['GET', `${path}/roles`],
      ['GET', `${path}/owner`],
      ['GET', `${path}/imports`],
      ['GET', '/api/v1/tenants'],
    ];
    for (const request of others) expect([request, (await call(request)).status]).toEqual([request, 403]);
    expect((await call(['DELETE', `${path}/applications/${crm}`])).status).toBe(204);
  });

  it('with a permission in an application alone, is what that permission says', async () => {
    const tenant = await aTenant();
    const { path, user, application } = tenant;
    const [app, bob] = [await application(), await user()];
    const { api } = await owner(tenant, app, ['doorlist:assignments:write', 'documents:write']);
    expect((await api.put(`${path}/users/${bob}/applications/${app}`)).status).toBe(201);
    expect((await api.get(`${path}/applications/${app}/effective-users`)).status).toBe(200);
    expect((await api.get(`${path}/applications/${app}`)).status).toBe(403);
    const roles = await api.get(rolesPath(app));
    expect(roles.body).toEqual({
      message: `You do not hold the permission doorlist:roles:read in the organization or in application ${app}.`,
      error_code: 403,
    });
  });
});

describe('what a user may give', () => {
  it('is what the user holds: roles, permissions of roles, places in groups, and no more is needed to take', async () => {
    const tenant = await aTenant();
    const { path, user, group, application } = tenant;
    const app = await application();
    const { api } = await owner(tenant, app, ['doorlist:roles:write', 'documents:write']);
    const bob = await user();
    const strong = await newRole(tenant.api, app, 'Strong', ['documents:write', 'documents:delete']);
    const weak = await newRole(tenant.api, app, 'Weak', ['documents:write', 'doorlist:roles:read']);
    const refused = await giveRole(api, { app, role: strong }, 'User', bob);
    const lacking = `You do not hold the permission documents:delete in application ${app}, so you cannot give it.`;
    expect(refused.body).toEqual({ message: lacking, error_code: 403 });
    expect((await giveRole(api, { app, role: weak }, 'User', bob)).status).toBe(204);
    // What the role loses may be anything; what it gets must be held.
    const url = `${rolesPath(app)}/${strong}`;
    expect((await api.put(url, { permissions: ['documents:delete', 'documents:write', 'x'] })).status).toBe(403);
    expect(
      (await api.put(url, { description: 'As it was', permissions: ['documents:delete', 'documents:write'] })).status,
    ).toBe(202);
    expect((await api.put(url, { permissions: ['documents:write'] })).status).toBe(202);
    expect((await giveRole(api, { app, role: strong }, 'User', bob)).status).toBe(204);
    // To take away what one does not hold takes the administration permission alone.
    await tenant.api.put(url, { permissions: ['*'] });
    expect((await api.delete(`${url}/assignments/${bob}`)).status).toBe(204);
    expect((await api.delete(url)).status).toBe(202);

    const manager = await user();
    const roles = await builtInRoles(tenant);
    await assign(tenant.api, roles.get('organization Manager')!, { user_id: manager });
    const acting = await users.as(tenant, manager);
    const carrying = await group('Carrying');
    const plain = await group('Plain');
    await giveRole(tenant.api, { app, role: weak }, 'Group', carrying);
    expect((await acting.put(`${path}/groups/${plain}/members/${bob}`)).status).toBe(201);
    expect(told(await acting.put(`${path}/groups/${carrying}/members/${bob}`))).toEqual([403, 'permission_not_held']);
    expect((await acting.put(`${path}/groups/${carrying}/groups/${plain}`)).status).toBe(403);
    await tenant.api.put(`${path}/groups/${carrying}/members/${bob}`);
    expect((await acting.delete(`${path}/groups/${carrying}/members/${bob}`)).status).toBe(204);
    // Administration permissions of the organization count in every application, in every workspace and project.
    await tenant.api.put(`${rolesPath(app)}/${weak}`, { permissions: ['doorlist:roles:read'] });
    expect((await acting.put(`${path}/groups/${carrying}/members/${bob}`)).status).toBe(201);
    expect((await giveRole(acting, { app, role: weak }, 'User', bob)).status).toBe(204);
    // A manager takes the role Admin from its holder, and cannot give it.
    const admin = roles.get('organization Admin')!;
    for (const role of [admin, roles.get('organization Member')!]) await assign(tenant.api, role, { user_id: bob });
    expect((await revoke(acting, admin, { user_id: bob })).status).toBe(200);
    expect((await assign(acting, admin, { user_id: bob })).body.detail[0]).toBe('IllegalOperationError');
  });

  it('is everything for an Admin of the organization, imports, clients and the ownership included', async () => {
    const tenant = await aTenant();
    const { path, user, group, workspace } = tenant;
    const roles = await builtInRoles(tenant);
    const [admin, bob] = [await user(), await user()];
    await assign(tenant.api, roles.get('organization Admin')!, { team_id: await group('Admins', [admin]) });
    const api = await users.as(tenant, admin);
    const work = await workspace();
    expect((await assign(api, roles.get('organization Admin')!, { user_id: bob })).status).toBe(200);
    expect((await assign(api, roles.get('workspace Admin')!, { user_id: bob, workspace_id: work })).status).toBe(200);
    expect((await api.post(`${path}/roles`, { name: 'All', level: 'project', permissions: ['*'] })).status).toBe(201);
    const client = { name: 'All', scopes: ['tenantadmin'] };
    expect((await api.post(`${path}/api-clients`, client)).status).toBe(201);
    expect((await api.put(`${path}/owner`, { user_id: bob })).body.data.user_id).toBe(bob);
    const made = await api.post(`${path}/imports`, { kind: 'users' });
    const headers = { 'content-type': 'text/csv' };
    const url = `${path}/imports/${made.body.data.id}/content`;
    const run = await api.call('PUT', url, { raw: 'user_name\nimported\n', headers });
    expect(run.body.data).toMatchObject({ state: 'succeeded', lines_written: 1 });
  });

  it('in a workspace, is what the user holds there', async () => {
    const tenant = await aTenant();
    const { user, workspace, project } = tenant;
    const roles = await builtInRoles(tenant);
    const [ada, bob] = [await user(), await user()];
    const [w1, w2] = [await workspace(), await workspace()];
    const [p1, p2] = [await project(w1), await project(w2)];
    await assign(tenant.api, roles.get('organization Manager')!, { user_id: ada });
    await assign(tenant.api, roles.get('workspace Admin')!, { user_id: ada, workspace_id: w1 });
    const api = await users.as(tenant, ada);
    const given = async (role: string, place: object): Promise<number> =>
      (await assign(api, roles.get(role)!, { user_id: bob, ...place })).status;
    expect(await given('workspace Admin', { workspace_id: w1 })).toBe(200);
    expect(await given('project Admin', { workspace_id: w1, project_id: p1 })).toBe(200);
    expect(await given('workspace Viewer', { workspace_id: w2 })).toBe(403);
    expect(await given('project Viewer', { workspace_id: w2, project_id: p2 })).toBe(403);
    // `*` of a role of one's own reaches no projects, so it does not give the built-in Admin, who does.
    const carol = await user();
    const star = await newScopedRole(tenant, 'workspace', { permissions: ['*'] });
    await assign(tenant.api, roles.get('organization Manager')!, { user_id: carol });
    await assign(tenant.api, star, { user_id: carol, workspace_id: w2 });
    const acting = await users.as(tenant, carol);
    expect((await assign(acting, star, { user_id: bob, workspace_id: w2 })).status).toBe(200);
    const refused = await assign(acting, roles.get('workspace Admin')!, { user_id: bob, workspace_id: w2 });
    expect(refused.body.detail).toEqual([
      'IllegalOperationError',
      `Only an Admin of workspace ${w2} can do this: you do not hold that role.`,
    ]);
  });

  it('is found among very many permissions at once', async () => {
    const tenant = await aTenant();
    const app = await tenant.application();
    const { id, api } = await owner(tenant, app, ['doorlist:roles:write']);
    // 200 roles of 1,000 permissions each, all held by the user.
    await sql(
      `WITH made AS (
         INSERT INTO roles (tenant_id, id, level, application_id, name, name_key, type, permissions, effective_permissions)
         SELECT $1, gen_random_uuid(), 'application', $2, 'many' || n, 'many' || n, 'normal', many.permissions, many.permissions
           FROM generate_series(1, 200) n
          CROSS JOIN LATERAL (SELECT ARRAY(SELECT 'permission:' || n || ':' || p FROM generate_series(1, 1000) p)) many(permissions)
         RETURNING id
       )
       INSERT INTO role_assignments (tenant_id, id, role_id, level, application_id, scope_id, user_id, user_ordinal, assigned_by)
       SELECT $1, gen_random_uuid(), made.id, 'application', $2, $2, u.id, u.ordinal, 'test'
         FROM made, users u WHERE u.tenant_id = $1 AND u.id = $3`,
      [tenant.id, app, id],
    );
    const held = Array.from({ length: 1000 }, (_, n) => `permission:200:${n + 1}`);
    const made = await api.post(rolesPath(app), { role_name: 'Copy', permissions: held });
    expect(made.status).toBe(201);
    const lacking = [...held.slice(1), 'permission:200:1001'];
    expect((await api.post(rolesPath(app), { role_name: 'More', permissions: lacking })).body).toEqual({
      message: `You do not hold the permission permission:200:1001 in application ${app}, so you cannot give it.`,
      error_code: 403,
    });
  }, 10_000);
});
