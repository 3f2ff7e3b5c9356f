import { randomUUID } from 'node:crypto';
import { nest, wrongValue } from '../support/assignment-steps.js';
import { giveRole, newRole, rolesPath } from '../support/role-steps.js';
import { newTenant, type TestTenant } from '../support/tenant.js';

interface Row {
  readonly user_name: string;
  readonly assignment_type: string;
}

/** Who holds the permission by this query: `<user name> <type>`, and the total. */
async function holders(tenant: TestTenant, app: string, permission: string, more = ''): Promise<string> {
  const query = `permission=${encodeURIComponent(permission)}${more}`;
  const { status, body } = await tenant.api.get(`${tenant.path}/applications/${app}/permissions/holders?${query}`);
  if (status !== 200) throw new Error(JSON.stringify(body));
  const rows = (body as { data: Row[] }).data.map((row) => `${row.user_name} ${row.assignment_type}`);
  return `${rows.join(', ')} (${(body as { pagination: { total_items: number } }).pagination.total_items})`;
}

describe('the holders of a permission in an application', () => {
  it('are all users with a role that has it or everything, once each, directly or through groups', async () => {
    const tenant = await newTenant();
    const { api, path, application, user, group } = tenant;
    const [app, other] = [await application(), await application()];
    const [ada, bob, cid, dan, eve] = [
      await user('ada'),
      await user('bob'),
      await user('cid'),
      await user('dan'),
      await user('eve'),
    ];
    const [inner, outer] = [await group('inner', [bob, cid]), await group('outer', [dan])];
    await nest(tenant, outer, inner);
    const [editor, admin] = [
      await newRole(api, app, 'Editor', ['write', 'read']),
      await newRole(api, app, 'Admin', ['*']),
    ];
    const reader = await newRole(api, app, 'Reader', ['read']);
    await giveRole(api, { app: other, role: await newRole(api, other, 'Editor', ['write']) }, 'User', eve);
    await giveRole(api, { app, role: reader }, 'User', eve);
    await giveRole(api, { app, role: editor }, 'User', cid);
    await giveRole(api, { app, role: admin }, 'User', cid, ada);
    await giveRole(api, { app, role: editor }, 'Group', outer);
    // Whether the application is open does not matter, nor who may use it.
    await api.patch(`${path}/applications/${app}`, { status: 'disabled' });
    const answer = await api.get(`${path}/applications/${app}/permissions/holders?permission=write`);
    const row = { email: null, display_name: null, status: 'active' };
    const through = { ...row, role_id: editor, assignment_type: 'group', assigned_via: outer };
    const direct = { ...row, assignment_type: 'direct', assigned_via: null };
    expect(answer.body.data).toEqual([
      { ...direct, user_id: ada, user_name: 'ada', role_id: admin },
      { ...through, user_id: bob, user_name: 'bob' },
      { ...direct, user_id: cid, user_name: 'cid', role_id: editor },
      { ...through, user_id: dan, user_name: 'dan' },
    ]);
    expect(answer.body.pagination).toMatchObject({ total_items: 4, total_pages: 1, next_cursor: null });
    expect(await holders(tenant, app, 'read')).toBe('ada direct, bob group, cid direct, dan group, eve direct (5)');
    expect(await holders(tenant, app, 'delete')).toBe('ada direct, cid direct (2)');
    expect(await holders(tenant, app, '*')).toBe('ada direct, cid direct (2)');
    expect(await holders(tenant, app, 'Write')).toBe('ada direct, cid direct (2)');
    expect(await holders(tenant, other, 'write')).toBe('eve direct (1)');
    expect(await holders(tenant, app, 'write', '&sort=-user_name&per_page=2')).toBe('dan group, cid direct (4)');
    expect(await holders(tenant, app, 'write', '&assignment_type=group&page=2&per_page=1')).toBe('dan group (2)');
    expect(await holders(tenant, app, 'write', `&via_group=${inner}`)).toBe('bob group, cid direct (2)');
    expect(await holders(tenant, app, 'write', '&search=DA')).toBe('ada direct, dan group (2)');
    const first = await api.get(`${path}/applications/${app}/permissions/holders?permission=write&per_page=3`);
    const cursor = `&cursor=${String(first.body.pagination.next_cursor)}`;
    expect(await holders(tenant, app, 'write', cursor)).toBe('dan group (4)');
    // A cursor is good for its own permission only.
    const wrong = await api.get(`${path}/applications/${app}/permissions/holders?permission=read${cursor}`);
    expect([wrong.status, wrong.body.code]).toEqual([400, 'invalid_cursor']);
  });

  it('change with every write at once: suspensions, memberships, roles and their permissions', async () => {
    const tenant = await newTenant();
    const { api, path, application, user, group } = tenant;
    const [app, ada, bob] = [await application(), await user('ada'), await user('bob')];
    const team = await group('team', [bob]);
    const role = await newRole(api, app, 'Editor', ['write']);
    await giveRole(api, { app, role }, 'User', ada);
    await giveRole(api, { app, role }, 'Group', team);
    expect(await holders(tenant, app, 'write')).toBe('ada direct, bob group (2)');
    await api.patch(`${path}/users/${ada}`, { status: 'suspended' });
    expect(await holders(tenant, app, 'write')).toBe('bob group (1)');
    expect(await holders(tenant, app, 'write', '&status=suspended')).toBe('ada direct (1)');
    expect(await holders(tenant, app, 'write', '&status=any')).toBe('ada direct, bob group (2)');
    await api.patch(`${path}/groups/${team}/members/${bob}`, { valid_until: '2999-01-01T00:00:00Z' });
    expect(await holders(tenant, app, 'write')).toBe('bob group (1)');
    await api.patch(`${path}/groups/${team}/members/${bob}`, { valid_until: '2020-01-01T00:00:00Z' });
    expect(await holders(tenant, app, 'write')).toBe(' (0)');
    await giveRole(api, { app, role }, 'User', bob);
    expect(await holders(tenant, app, 'write')).toBe('bob direct (1)');
    await api.put(`${rolesPath(app)}/${role}`, { permissions: ['read'] });
    expect([await holders(tenant, app, 'write'), await holders(tenant, app, 'read')]).toEqual([
      ' (0)',
      'bob direct (1)',
    ]);
    await api.delete(`${rolesPath(app)}/${role}/assignments/${bob}`);
    expect(await holders(tenant, app, 'read', '&status=any')).toBe('ada direct (1)');
    await api.delete(`${rolesPath(app)}/${role}`);
    expect(await holders(tenant, app, 'read', '&status=any')).toBe(' (0)');
  });

  it('are asked for by one permission of an application that there is', async () => {
    const { api, path, application } = await newTenant();
    const url = `${path}/applications/${await application()}/permissions/holders`;
    for (const [query, name, type] of [
      ['', 'permission', 'missing'],
      ['?permission=', 'permission', 'line'],
      ['?permission=a%20', 'permission', 'line'],
      ['?permission=a&permission=b', 'permission', 'line'],
      [`?permission=${'x'.repeat(201)}`, 'permission', 'line'],
      ['?permission=a&sort=assigned_at', 'sort', 'choice'],
      ['?permission=a&status=gone', 'status', 'choice'],
    ] as const) {
      const answer = await api.get(url + query);
      expect(answer.status).toBe(422);
      expect(answer.body).toEqual(wrongValue(answer, ['query', name], type));
    }
    const missing = await api.get(`${path}/applications/${randomUUID()}/permissions/holders?permission=a`);
    expect([missing.status, missing.body.code]).toEqual([404, 'application_not_found']);
  });
});
