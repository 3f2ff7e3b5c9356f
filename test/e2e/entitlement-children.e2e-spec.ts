import { randomUUID } from 'node:crypto';
import type { Api, ApiAnswer } from '../support/api.js';
import { ENTITLEMENTS, entitlementRefusal, grantUsers, newEntitlement } from '../support/entitlement-steps.js';
import { newRole, rolesPath } from '../support/role-steps.js';
import { sql } from '../support/sql.js';
import { newTenant, type TestTenant } from '../support/tenant.js';

const put = (api: Api, code: string, body: object): Promise<ApiAnswer> =>
  api.post(`${ENTITLEMENTS}/${code}/children`, body);

/** A change that the test counts on: what is read after one that was refused would look stale. */
async function done(change: Promise<ApiAnswer>): Promise<void> {
  const { status, body } = await change;
  expect({ isDone: status < 300, body }).toEqual({ isDone: true, body });
}

/** What the user may do in the application, each with the names of the roles that give it. */
async function permissionsOf({ api, path }: TestTenant, user: string, app: string): Promise<string[]> {
  const { body } = await api.get(`${path}/users/${user}/applications/${app}/permissions`);
  return (body as { data: { permissions: { permission: string }[] } }).data.permissions.map((each) => each.permission);
}

async function holders({ api, path }: TestTenant, app: string, permission: string): Promise<string[]> {
  const { body } = await api.get(`${path}/applications/${app}/permissions/holders?permission=${permission}`);
  return (body as { data: { user_id: string }[] }).data.map((each) => each.user_id);
}

/** A chain of roles of a new application: `top` holds `middle`, and that holds `bottom` and the permission `p`. */
async function chain(
  tenant: TestTenant,
): Promise<{ app: string; top: string; middle: string; bottom: string; permission: string }> {
  const { api, application } = tenant;
  const app = await application();
  const [top, middle, bottom] = [
    await newRole(api, app, 'Top', ['t', 'shared']),
    await newRole(api, app, 'Middle', ['m', 'shared']),
    await newRole(api, app, 'Bottom', ['b']),
  ];
  const permission = await newEntitlement(api, app, 'p', { type: 'permission' });
  await done(put(api, middle, { add: [bottom, permission] }));
  await done(put(api, top, { add: [middle] }));
  return { app, top, middle, bottom, permission };
}

describe('the children of a role', () => {
  it('add what they give to what it gives, to any depth, and follow every change', async () => {
    const tenant = await newTenant();
    const { api, user, path } = tenant;
    const ada = await user();
    const { app, top, middle, bottom, permission } = await chain(tenant);
    await done(grantUsers(api, top, [{ user: ada }]));
    expect(await permissionsOf(tenant, ada, app)).toEqual(['b', 'm', 'p', 'shared', 't']);
    expect(await holders(tenant, app, 'p')).toEqual([ada]);
    const check = `${path}/permissions/check?user_id=${ada}&action=b&resources=application:${app}`;
    expect((await api.get(check)).body.data.results).toEqual({ [`application:${app}`]: true });
    // What contract 2 shows of a role stays its own.
    expect((await api.get(`${rolesPath(app)}/${top}`)).body.result.permissions).toEqual(['t', 'shared']);
    await done(api.put(`${rolesPath(app)}/${bottom}`, { permissions: ['c', 't'] }));
    expect(await permissionsOf(tenant, ada, app)).toEqual(['c', 'm', 'p', 'shared', 't']);
    await done(api.put(`${rolesPath(app)}/${middle}`, { permissions: [] }));
    expect(await permissionsOf(tenant, ada, app)).toEqual(['c', 'p', 'shared', 't']);
    await done(api.patch(`${ENTITLEMENTS}/${permission}`, { name: 'q' }));
    expect(await permissionsOf(tenant, ada, app)).toEqual(['c', 'q', 'shared', 't']);
    await done(put(api, middle, { remove: [permission] }));
    expect(await holders(tenant, app, 'q')).toEqual([]);
    await done(api.delete(`${rolesPath(app)}/${bottom}`));
    expect(await permissionsOf(tenant, ada, app)).toEqual(['shared', 't']);
    expect((await api.get(check)).body.data.results).toEqual({ [`application:${app}`]: false });
    const events = await sql<{ action: string; n: number }>(
      `SELECT action, count(*)::int AS n FROM audit_events WHERE tenant_id = $1 AND resource_type = 'role_child' GROUP BY 1 ORDER BY 1`,
      [tenant.id],
    );
    expect(events).toEqual([
      { action: 'role_child.created', n: 3 },
      { action: 'role_child.deleted', n: 2 },
    ]);
    expect((await api.delete(`${path}/applications/${app}`)).status).toBe(204);
    expect(await sql('SELECT 1 FROM role_children WHERE tenant_id = $1', [tenant.id])).toEqual([]);
  });

  it('are listed, alone and below what a user or a group was granted', async () => {
    const tenant = await newTenant();
    const { api, user, group } = tenant;
    const [ada, team] = [await user(), await group()];
    const { top, middle } = await chain(tenant);
    await api.post(`${ENTITLEMENTS}/${top}`, { grant: { users: [{ user: ada }], groups: [{ group: team }] } });
    const names = async (path: string): Promise<unknown[]> => {
      const { body } = await api.get(`/v1.0/${path}`);
      return [body.count, ...(body.resources as { name: string }[]).map(({ name }) => name)];
    };
    expect(await names(`entitlements/${middle}/children`)).toEqual([2, 'Bottom', 'p']);
    expect(await names(`entitlements/${middle}/children?limit=1&page=2`)).toEqual([2, 'p']);
    for (const holder of [`users/${ada}`, `groups/${team}`]) {
      expect(await names(`${holder}/entitlements`)).toEqual([1, 'Top']);
      expect(await names(`${holder}/entitlements?sublevels=true`)).toEqual([4, 'Top', 'Middle', 'Bottom', 'p']);
      expect(await names(`${holder}/entitlements?sublevels=true&limit=3&page=2`)).toEqual([4, 'p']);
    }
    const nobody = await api.get(`/v1.0/users/${team}/entitlements`);
    expect([nobody.status, nobody.body]).toEqual([404, entitlementRefusal('DLE40404')]);
  });

  it('make no cycle, are of the same application, and of roles only; a call that is refused changes nothing', async () => {
    const tenant = await newTenant();
    const { api } = tenant;
    const { top, middle, bottom, permission } = await chain(tenant);
    const other = await chain(tenant);
    const before = await sql('SELECT parent_id, child_id FROM role_children WHERE tenant_id = $1 ORDER BY 1, 2', [
      tenant.id,
    ]);
    const nobody = randomUUID();
    const cases: [string, object, number, string, string][] = [
      [bottom, { add: [top] }, 409, 'DLE40903', 'This would close a cycle: "Bottom" > "Top" > "Middle" > "Bottom".'],
      [top, { add: [top] }, 409, 'DLE40903', 'This would close a cycle: "Top" > "Top".'],
      [top, { add: [permission, other.bottom] }, 404, 'DLE40402', `No entitlement ${other.bottom} in this tenant.`],
      [top, { add: [nobody], remove: [middle] }, 404, 'DLE40402', `No entitlement ${nobody} in this tenant.`],
      [
        permission,
        { add: [top] },
        409,
        'DLE40906',
        `Entitlement ${permission} is a permission, which has nothing inside; take a role.`,
      ],
    ];
    for (const [code, body, status, id, message] of cases) {
      const answer = await put(api, code, body);
      expect([answer.status, answer.body]).toEqual([status, entitlementRefusal(id, message)]);
    }
    expect((await put(api, top, { add: [] })).status).toBe(400);
    expect((await put(api, top, { add: [middle] })).body.count).toBe(1);
    expect(
      await sql('SELECT parent_id, child_id FROM role_children WHERE tenant_id = $1 ORDER BY 1, 2', [tenant.id]),
    ).toEqual(before);
  });

  it('make no cycle either where two calls would close it together, and every change at once is counted', async () => {
    const tenant = await newTenant();
    const { api, application } = tenant;
    const app = await application();
    const [left, right] = [await newRole(api, app, 'Left', ['l']), await newRole(api, app, 'Right', ['r'])];
    const answers = await Promise.all([put(api, left, { add: [right] }), put(api, right, { add: [left] })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const parent = await newRole(api, app, 'Parent');
    const parts = await Promise.all(Array.from({ length: 6 }, (_, at) => newRole(api, app, `Part ${at}`, [`p${at}`])));
    const changes = await Promise.all([
      ...parts.map((part) => put(api, parent, { add: [part] })),
      ...parts.map((part, at) => api.put(`${rolesPath(app)}/${part}`, { permissions: [`q${at}`] })),
      api.put(`${rolesPath(app)}/${parent}`, { permissions: ['own'] }),
    ]);
    expect(changes.filter(({ status }) => status >= 300)).toEqual([]);
    const [row] = await sql<{ given: string[] }>(
      'SELECT effective_permissions AS given FROM roles WHERE tenant_id = $1 AND id = $2',
      [tenant.id, parent],
    );
    expect(row!.given).toEqual(['own', 'q0', 'q1', 'q2', 'q3', 'q4', 'q5']);
  });

  it('give no more than 10,000 permissions', async () => {
    const { api, application } = await newTenant();
    const app = await application();
    const many = (at: number): string[] => Array.from({ length: 1000 }, (_, place) => `${at}:${place}`);
    const parts = await Promise.all(Array.from({ length: 10 }, (_, at) => newRole(api, app, `Part ${at}`, many(at))));
    const parent = await newRole(api, app, 'Parent', ['one more']);
    expect((await put(api, parent, { add: parts.slice(0, 9) })).status).toBe(200);
    const answer = await put(api, parent, { add: parts });
    expect([answer.status, answer.body]).toEqual([409, entitlementRefusal('DLE40905')]);
  });
});
