import type { Api, ApiAnswer } from '../support/api.js';
import { giveRole, newRole, rolesPath, storedHolders } from '../support/role-steps.js';
import { dynamicGroup, memberIds } from '../support/rule-steps.js';
import { assign, builtInRoles, newRole as newScopedRole } from '../support/scoped-role-steps.js';
import { sql } from '../support/sql.js';
import { newTenant, type TestTenant } from '../support/tenant.js';
import { UserTokens } from '../support/user-tokens.js';

let users: UserTokens;

beforeAll(async () => {
  users = await UserTokens.start();
}, 90_000);

afterAll(async () => users.stop());

type Attack = [method: string, url: string, body?: object];

/** Who holds what, who is where, what roles and clients may do: all that an attack could have changed. */
async function everything(tenant: TestTenant): Promise<unknown> {
  const of = async (text: string): Promise<unknown[]> => sql(text, [tenant.id]);
  return {
    holders: await storedHolders(tenant),
    roles: await of('SELECT id, permissions FROM roles WHERE tenant_id = $1 ORDER BY id'),
    members: await of(
      'SELECT group_id, user_id, valid_from, valid_until FROM memberships WHERE tenant_id = $1 ORDER BY group_id, user_id',
    ),
    nestings: await of('SELECT parent_id, child_id FROM group_nestings WHERE tenant_id = $1 ORDER BY 1, 2'),
    clients: await of('SELECT id, scopes, secret_hash FROM api_clients WHERE tenant_id = $1 ORDER BY id'),
    owner: await of('SELECT user_id FROM organization_owners WHERE tenant_id = $1'),
    imports: await of('SELECT id, state FROM imports WHERE tenant_id = $1 ORDER BY id'),
    rules: await of('SELECT id, rule FROM groups WHERE tenant_id = $1 ORDER BY id'),
    users: await of('SELECT id, status, display_name, attributes FROM users WHERE tenant_id = $1 ORDER BY id'),
  };
}

/** Tries all, each as it is and (where it can be) as a dry run; all are refused by 403, and nothing changes. */
async function expectAllRefused(tenant: TestTenant, api: Api, attacks: readonly Attack[]): Promise<void> {
  const before = await everything(tenant);
  for (const [method, url, body] of attacks) {
    const answer = await api.call(method, url, { body });
    expect([method, url, body, answer.status]).toEqual([method, url, body, 403]);
    expect(codeOf(answer)).toMatch(/permission_not_held|scope_not_held|insufficient_scope|contract/);
  }
  expect(await everything(tenant)).toEqual(before);
}

/** The code of a refusal; the surfaces of contracts have none. */
function codeOf({ body }: ApiAnswer): string {
  return (body as { code?: string }).code ?? 'contract';
}

/** A tenant with an application, an Admin's group, and a stronger role of the application. */
async function world(): Promise<{
  tenant: TestTenant;
  app: string;
  roles: ReadonlyMap<string, string>;
  admins: string;
  strong: string;
}> {
  const tenant = await newTenant(users.url);
  const app = await tenant.application();
  const roles = await builtInRoles(tenant);
  const [admins, strong] = [
    await tenant.group('Admins'),
    await newRole(tenant.api, app, 'Strong', ['documents:delete']),
  ];
  await assign(tenant.api, roles.get('organization Admin')!, { team_id: admins });
  return { tenant, app, roles, admins, strong };
}

describe("an application's administrator who wants more", () => {
  it('gets no other role, no more permissions, no group, no client and no other application', async () => {
    const { tenant, app, roles, admins, strong } = await world();
    const { path, api, user, group, application } = tenant;
    const eve = await user();
    const own = await newRole(api, app, 'Owner', ['doorlist:roles:write', 'doorlist:assignments:write']);
    await giveRole(api, { app, role: own }, 'User', eve);
    const other = await application();
    const otherRole = await newRole(api, other, 'Reader', []);
    const mine = await group('Mine', [eve]);
    const acting = await users.as(tenant, eve, 'tenantadmin');
    const role = (id: string, of = app): string => `${rolesPath(of)}/${id}`;
    const holder = `?user_id=${eve}`;
    await expectAllRefused(tenant, acting, [
      // A stronger role, for oneself, for a group one is in, by the application itself.
      ['POST', `${role(strong)}/assignments`, { entity_type: 'User', entity_ids: [eve] }],
      ['POST', `${role(strong)}/assignments`, { entity_type: 'Group', entity_ids: [mine] }],
      ['POST', `${role(strong)}/assignments`, { entity_type: 'Application', entity_ids: [app] }],
      // More in the role that one holds, or in a new one.
      ['PUT', role(own), { permissions: ['doorlist:roles:write', '*'] }],
      ['PUT', role(own), { permissions: ['doorlist:tenantadmin'] }],
      ['PUT', role(own), { permissions: ['doorlist:applications:read'] }],
      ['PUT', role(strong), { permissions: ['documents:delete', 'documents:read'] }],
      ['POST', rolesPath(app), { role_name: 'All', permissions: ['*'] }],
      ['POST', rolesPath(app), { role_name: 'Deleter', permissions: ['documents:delete'] }],
      // Another application, named anywhere.
      ['POST', rolesPath(other), { role_name: 'Mine' }],
      ['DELETE', role(otherRole, other)],
      ['POST', `${role(otherRole, other)}/assignments`, { entity_type: 'User', entity_ids: [eve] }],
      ['PUT', `${path}/users/${eve}/applications/${other}`],
      ['PUT', `${path}/users/${eve}/applications/${other}?dry_run=true`],
      ['POST', `${path}/users/${eve}/applications`, { application_id: other }],
      ['POST', `${path}/users/${eve}/applications/bulk`, { application_ids: [app, other] }],
      ['POST', `${path}/applications/${other}/assignments/bulk`, { operations: [{ op: 'add', user_id: eve }] }],
      // Roles of the organization, of workspaces and projects, by every way.
      ['POST', `/roles/${roles.get('organization Member')!}/assignments${holder}`],
      ['DELETE', `/roles/${roles.get('organization Admin')!}/assignments?team_id=${admins}`],
      ['POST', `${path}/roles`, { name: 'Mine', level: 'organization', permissions: [] }],
      ['PUT', `${path}/owner`, { user_id: eve }],
      ['PUT', `${path}/groups/${admins}/members/${eve}`],
      ['PUT', `${path}/groups/${admins}/members/${eve}?dry_run=true`],
      ['PUT', `${path}/groups/${admins}/groups/${mine}`],
      ['PATCH', `${path}/users/${eve}`, { status: 'active' }],
      ['POST', `${path}/api-clients`, { name: 'Mine', scopes: ['roles:write'] }],
      ['POST', `${path}/imports`, { kind: 'memberships' }],
      ['POST', '/api/v1/tenants', { slug: 'mine', name: 'Mine' }],
    ]);
    // One's own application is named where the route does not look: it is no such request at all.
    for (const [url, body] of [
      ['/bulk', { application_ids: [app], application_id: other }],
      ['/bulk', { application_ids: [app, 7, other] }],
      ['', { application_id: [app], application_ids: [other] }],
    ] as const) {
      expect([403, 422]).toContain((await acting.post(`${path}/users/${eve}/applications${url}`, body)).status);
    }
    expect((await api.get(`${path}/users/${eve}/applications`)).body.data.total_count).toBe(0);
  });

  it('has nothing any more once suspended, deleted, or without the role', async () => {
    const { tenant, app, strong } = await world();
    const { path, api, user } = tenant;
    const eve = await user();
    const own = await newRole(api, app, 'Owner', ['*']);
    await giveRole(api, { app, role: own }, 'User', eve);
    const acting = await users.as(tenant, eve);
    const give: Attack = [
      'POST',
      `${rolesPath(app)}/${strong}/assignments`,
      { entity_type: 'User', entity_ids: [eve] },
    ];
    const tried = async (): Promise<number> => (await acting.call(give[0], give[1], { body: give[2] })).status;
    expect(await tried()).toBe(204);
    for (const status of ['suspended', 'active'] as const) {
      await api.patch(`${path}/users/${eve}`, { status });
      expect(await tried()).toBe(status === 'active' ? 204 : 403);
    }
    await api.delete(`${rolesPath(app)}/${own}/assignments/${eve}`);
    expect(await tried()).toBe(403);
    await giveRole(api, { app, role: own }, 'User', eve);
    expect(await tried()).toBe(204);
    await api.delete(`${path}/users/${eve}`);
    expect(await tried()).toBe(403);
  });
});

describe('a manager of the organization who wants more', () => {
  it('gets it neither by roles nor by groups, imports, clients, the owner or whom they reactivate', async () => {
    const { tenant, app, roles, admins, strong } = await world();
    const { path, api, user, group, workspace } = tenant;
    const eve = await user();
    const scopes = ['directory', 'applications', 'assignments', 'roles', 'clients'].map(
      (each) => `doorlist:${each}:write`,
    );
    const managing = await newScopedRole(tenant, 'organization', { permissions: scopes });
    await assign(api, managing, { user_id: eve });
    const acting = await users.as(tenant, eve, 'tenantadmin');
    const [sleeper, member, late] = [await user('sleeper'), await user(), await user()];
    const [mine, carrying, above] = [await group('Mine', [eve]), await group('Carrying'), await group('Above')];
    await api.put(`${path}/groups/${above}/groups/${carrying}`);
    await giveRole(api, { app, role: strong }, 'Group', above);
    await api.put(`${path}/groups/${admins}/members/${sleeper}`);
    await api.patch(`${path}/users/${sleeper}`, { status: 'suspended' });
    await api.put(`${path}/groups/${carrying}/members/${member}`, { valid_until: '2026-01-01T00:00:00Z' });
    await api.put(`${path}/groups/${carrying}/members/${late}`, { valid_from: '2100-01-01T00:00:00Z' });
    const star = await newScopedRole(tenant, 'organization', { permissions: ['doorlist:tenantadmin'] });
    const work = await workspace();
    const client = await api.post(`${path}/api-clients`, { name: 'Strong', scopes: ['roles:write', 'audit:read'] });
    const weak = await api.post(`${path}/api-clients`, { name: 'Weak', scopes: ['assignments:read'] });
    const clients = `${path}/api-clients`;
    const file = await api.post(`${path}/imports`, { kind: 'memberships' });
    const members = (of: string, who = eve): string => `${path}/groups/${of}/members/${who}`;
    await expectAllRefused(tenant, acting, [
      // Roles.
      ...['organization Admin', 'organization Billing Admin'].map((name): Attack => [
        'POST',
        `/roles/${roles.get(name)!}/assignments?user_id=${eve}`,
      ]),
      ['POST', `/roles/${roles.get('organization Admin')!}/assignments?team_id=${mine}`],
      ['POST', `/roles/${star}/assignments?user_id=${eve}`],
      ['POST', `/roles/${roles.get('workspace Admin')!}/assignments?user_id=${eve}&workspace_id=${work}`],
      ['PATCH', `${path}/roles/${managing}`, { permissions: [...scopes, '*'] }],
      ['PATCH', `${path}/roles/${managing}`, { permissions: [...scopes, 'doorlist:audit:read'] }],
      ['POST', `${path}/roles`, { name: 'All', level: 'organization', permissions: ['*'] }],
      ['POST', `${path}/roles`, { name: 'All', level: 'workspace', permissions: ['project:read'] }],
      ['POST', `${rolesPath(app)}/${strong}/assignments`, { entity_type: 'User', entity_ids: [eve] }],
      ['PUT', `${path}/owner`, { user_id: eve }],
      // Groups, directly, nested, above, by bounds, many at once, and dry.
      ['PUT', members(admins)],
      ['PUT', `${members(admins)}?dry_run=true`],
      ['PUT', members(carrying)],
      ['POST', `${path}/groups/${carrying}/members`, { user_ids: [late, eve] }],
      ['POST', `${path}/groups/${carrying}/members?dry_run=true`, { user_ids: [eve] }],
      ['PUT', members(carrying, member)],
      ['PATCH', members(carrying, member), { valid_until: null }],
      ['PATCH', members(carrying, member), { valid_until: '2100-01-01T00:00:00Z' }],
      ['PATCH', `${members(carrying, member)}?dry_run=true`, { valid_until: null }],
      ['PUT', members(carrying, late), {}],
      ['PATCH', members(carrying, late), { valid_from: '2026-01-01T00:00:00Z' }],
      ['PUT', `${path}/groups/${admins}/groups/${mine}`],
      ['PUT', `${path}/groups/${carrying}/groups/${mine}`],
      ['PUT', `${path}/groups/${carrying}/groups/${mine}?dry_run=true`],
      // Somebody else who is stronger.
      ['PATCH', `${path}/users/${sleeper}`, { status: 'active' }],
      ['PATCH', `${path}/users/${sleeper}?dry_run=true`, { status: 'active' }],
      // Files.
      ...['users', 'memberships', 'nestings'].map((kind): Attack => ['POST', `${path}/imports`, { kind }]),
      // Clients: what one does not hold, and what could give roles in one's stead.
      ...['audit:read', 'tenantadmin', 'roles:write', 'directory:write', 'clients:write', 'manageEntitlements'].map(
        (scope): Attack => ['POST', clients, { name: 'Mine', scopes: [scope] }],
      ),
      ['PATCH', `${clients}/${weak.body.data.id}`, { scopes: ['assignments:read', 'roles:write'] }],
      ['POST', `${clients}/${client.body.data.id}/rotate`],
    ]);
    const before = await everything(tenant);
    const headers = { 'content-type': 'text/csv' };
    const raw = `group_id,user_id\n${admins},${eve}\n`;
    const sent = await acting.call('PUT', `${path}/imports/${file.body.data.id}/content`, { raw, headers });
    expect([sent.status, sent.body.code]).toEqual([403, 'permission_not_held']);
    expect(await everything(tenant)).toEqual(before);
    // What is theirs to do they can do: shorter memberships, users who hold nothing more, clients that give no roles.
    expect((await acting.patch(members(carrying, late), { valid_until: '2101-01-01T00:00:00Z' })).status).toBe(200);
    await api.patch(`${path}/users/${late}`, { status: 'suspended' });
    expect((await acting.patch(`${path}/users/${late}`, { status: 'active' })).status).toBe(403);
    expect((await acting.delete(members(carrying, late))).status).toBe(204);
    expect((await acting.patch(`${path}/users/${late}`, { status: 'active' })).status).toBe(200);
    expect((await acting.post(clients, { name: 'Mine', scopes: ['assignments:write'] })).status).toBe(201);
  });

  it('gets nothing by giving at the moment in which the right to do so is taken', async () => {
    const { tenant, app } = await world();
    const { api, user } = tenant;
    const role = await newRole(api, app, 'Given', ['documents:read']);
    const own = await newRole(api, app, 'Owner', ['*']);
    for (let round = 0; round < 5; round += 1) {
      const [eve, bob] = [await user(), await user()];
      await giveRole(api, { app, role: own }, 'User', eve);
      const acting = await users.as(tenant, eve);
      const [taken, given] = await Promise.all([
        api.delete(`${rolesPath(app)}/${own}/assignments/${eve}`),
        giveRole(acting, { app, role }, 'User', bob),
      ]);
      // Either it was given before the right was gone, or it was refused; afterwards it is always refused.
      expect(taken.status).toBe(204);
      expect([204, 403]).toContain(given.status);
      const held = (await storedHolders(tenant)).filter((each) => each === `Given: user ${bob}`);
      expect(held).toHaveLength(given.status === 204 ? 1 : 0);
      expect((await giveRole(acting, { app, role }, 'User', bob)).status).toBe(403);
    }
  });

  it('joins by no rule a group that gives what they do not hold, and lets nobody else join', async () => {
    const { tenant, app, admins, strong } = await world();
    const { path, api, user, group } = tenant;
    const [eve, bob] = [await user('eve'), await user('bob')];
    const permissions = ['doorlist:directory:write', 'doorlist:assignments:read'];
    const keeper = await newScopedRole(tenant, 'organization', { permissions });
    await assign(api, keeper, { user_id: eve });
    // One rule leads into Admins by way of a group around it, one carries a role itself, one gives nothing.
    const chiefs = await dynamicGroup(tenant, 'chiefs', 'attributes.rank eq "chief"');
    await api.put(`${path}/groups/${admins}/groups/${chiefs}`);
    const able = await dynamicGroup(tenant, 'able', 'display_name sw "Able"');
    await giveRole(api, { app, role: strong }, 'Group', able);
    const free = await dynamicGroup(tenant, 'free', 'attributes.free eq true');
    const mine = await group('Mine', [eve]);
    const acting = await users.as(tenant, eve);
    const chief = { attributes: { rank: 'chief' } };
    await expectAllRefused(tenant, acting, [
      ['PATCH', `${path}/users/${eve}`, chief],
      ['PATCH', `${path}/users/${eve}?dry_run=true`, chief],
      ['PATCH', `${path}/users/${bob}`, { display_name: 'able bob' }],
      ['POST', `${path}/users`, { user_name: 'mallory', ...chief }],
      ['POST', `${path}/users?dry_run=true`, { user_name: 'mallory', ...chief }],
      // Also a rule that nobody meets yet: others may come to meet it.
      ['PATCH', `${path}/groups/${chiefs}`, { rule: 'user_name eq "eve"' }],
      ['PATCH', `${path}/groups/${chiefs}?dry_run=true`, { rule: 'user_name eq "eve"' }],
      ['PATCH', `${path}/groups/${able}`, { rule: 'user_name eq "nobody"' }],
      ['PUT', `${path}/groups/${admins}/groups/${free}`],
      ['PUT', `${path}/groups/${able}/groups/${mine}`],
    ]);
    // What gives nothing more is theirs to do, and so is taking away.
    expect((await acting.patch(`${path}/users/${eve}`, { attributes: { free: true } })).status).toBe(200);
    expect((await acting.patch(`${path}/groups/${free}`, { rule: 'user_name eq "bob"' })).status).toBe(200);
    await api.patch(`${path}/users/${bob}`, chief);
    expect((await acting.patch(`${path}/users/${bob}`, { attributes: null })).status).toBe(200);
    expect(await memberIds(tenant, chiefs)).toEqual([]);
    // Whoever holds it all may.
    await api.put(`${path}/groups/${admins}/members/${eve}`);
    expect((await acting.patch(`${path}/users/${bob}`, chief)).status).toBe(200);
    expect(await memberIds(tenant, chiefs)).toEqual([bob]);
  });
});
