import type { ApiAnswer } from '../support/api.js';
import { assign, builtInRoles, newRole, revoke, storedRoles } from '../support/scoped-role-steps.js';
import { sql } from '../support/sql.js';
import { newTenant } from '../support/tenant.js';

const META = { request_id: expect.any(String), timestamp: expect.any(String) };

const namesIn = (answer: ApiAnswer): string[] => (answer.body.data as { name: string }[]).map(({ name }) => name);

describe('roles of the organization, its workspaces and projects', () => {
  it('are there with every tenant, and those are nobody’s to change', async () => {
    const { id, api, path } = await newTenant();
    const listed = await api.get(`${path}/roles`);
    const of = (level: string): string[] =>
      (listed.body.data as { name: string; level: string }[])
        .filter((each) => each.level === level)
        .map(({ name }) => name);
    expect(listed.body.pagination.total_items).toBe(14);
    expect(of('organization')).toEqual(['Admin', 'Manager', 'Viewer', 'Billing Admin', 'Member']);
    expect(of('workspace')).toEqual(['Admin', 'Developer', 'Contributor', 'Viewer', 'Stack Admin']);
    expect(of('project')).toEqual(['Admin', 'Developer', 'Contributor', 'Viewer']);
    expect(listed.body.data[0]).toEqual({
      id: expect.any(String),
      name: 'Admin',
      description: 'Everything in the organization.',
      level: 'organization',
      type: 'normal',
      permissions: ['*'],
      system_managed: true,
      created_at: expect.any(String),
      updated_at: listed.body.data[0].created_at,
    });
    const url = `${path}/roles/${listed.body.data[0].id}`;
    for (const answer of [
      await api.patch(url, { name: 'Boss' }),
      await api.patch(url, {}),
      await api.delete(url),
      await api.delete(url, { headers: { 'if-match': '"9"' } }),
    ]) {
      expect([answer.status, answer.body.code, answer.body.detail]).toEqual([
        403,
        'role_built_in',
        'Role Admin of level organization is part of every tenant and cannot be changed or deleted; make one of your own.',
      ]);
    }
    const stored = await sql('SELECT 1 FROM roles WHERE tenant_id = $1 AND version = 1 AND built_in IS NOT NULL', [id]);
    expect(stored).toHaveLength(14);
  });

  it('are made, read, filtered, changed and deleted', async () => {
    const { api, path } = await newTenant();
    const made = await api.post(`${path}/roles`, {
      name: 'Auditor',
      level: 'workspace',
      permissions: ['b', 'a', 'b', 'doorlist:roles:read'],
    });
    const auditor = {
      id: expect.any(String),
      name: 'Auditor',
      description: null,
      level: 'workspace',
      type: 'normal',
      permissions: ['b', 'a', 'doorlist:roles:read'],
      system_managed: false,
      created_at: expect.any(String),
      updated_at: expect.any(String),
    };
    expect([made.status, made.headers.get('etag'), made.body]).toEqual([201, '"1"', { data: auditor, meta: META }]);
    const url = `${path}/roles/${made.body.data.id}`;
    expect(made.headers.get('location')).toBe(api.url + url);
    expect((await api.get(url)).body.data).toEqual(made.body.data);
    await api.post(`${path}/roles`, { name: 'Guest', level: 'workspace', type: 'share', description: 'Others.' });
    await api.post(`${path}/roles`, { name: 'Guest', level: 'project', type: 'share' });

    const shares = await api.get(`${path}/roles?level=workspace&type=share`);
    expect([namesIn(shares), shares.body.pagination.total_items]).toEqual([['Guest'], 1]);
    expect(namesIn(await api.get(`${path}/roles?type=share`))).toEqual(['Guest', 'Guest']);
    expect(namesIn(await api.get(`${path}/roles?level=workspace`)).slice(5)).toEqual(['Auditor', 'Guest']);
    for (const query of ['level=application', 'level=', 'type=other', 'level=project&level=project']) {
      expect((await api.get(`${path}/roles?${query}`)).status).toBe(422);
    }

    const patched = await api.patch(url, { description: 'Looks.', permissions: [], type: 'share' });
    expect([patched.status, patched.headers.get('etag')]).toEqual([200, '"2"']);
    expect(patched.body.data).toEqual({
      ...made.body.data,
      description: 'Looks.',
      permissions: [],
      type: 'share',
      updated_at: expect.any(String),
    });
    expect((await api.patch(url, { description: null })).body.data.description).toBeNull();
    expect((await api.delete(url, { headers: { 'if-match': '"2"' } })).status).toBe(412);
    expect((await api.delete(url)).status).toBe(204);
    expect([(await api.get(url)).status, (await api.get(url)).body.code]).toEqual([404, 'role_not_found']);
  });

  it('are refused where a value is not right', async () => {
    const { api, path } = await newTenant();
    const good = { name: 'Auditor', level: 'project' };
    for (const [more, loc, type] of [
      [{ name: undefined }, ['name'], 'missing'],
      [{ name: 'Auditor ' }, ['name'], 'line'],
      [{ level: undefined }, ['level'], 'missing'],
      [{ level: 'application' }, ['level'], 'choice'],
      [{ type: 'built-in' }, ['type'], 'choice'],
      [{ permissions: 'a' }, ['permissions'], 'permissions'],
      [{ permissions: ['a\u0000'] }, ['permissions', 0], expect.any(String)],
      [{ permissions: [' a'] }, ['permissions'], 'permissions'],
      [{ permissions: ['a', 'doorlist:all'] }, ['permissions', 1], 'permission'],
      [{ permissions: Array.from({ length: 1001 }, (_, at) => `p${at}`) }, ['permissions'], 'permissions'],
      [{ application_id: null }, ['application_id'], 'unknown_field'],
    ] as const) {
      const answer = await api.post(`${path}/roles`, { ...good, ...more });
      expect([answer.status, answer.body.detail]).toEqual([
        422,
        [{ loc: ['body', ...loc], msg: expect.any(String), type }],
      ]);
    }
    const made = await api.post(`${path}/roles`, good);
    const url = `${path}/roles/${made.body.data.id}`;
    for (const wrong of [
      { level: 'workspace' },
      { name: null },
      { permissions: null },
      { permissions: ['doorlist:'] },
    ]) {
      expect((await api.patch(url, wrong)).status).toBe(422);
    }
    expect((await api.get(url)).body.data).toEqual(made.body.data);
  });

  it('have names of their own at their level, also where 20 ask for one at the same moment', async () => {
    const { api, path } = await newTenant();
    const taken = await api.post(`${path}/roles`, { name: 'ADMIN', level: 'organization' });
    expect([taken.status, taken.body.code]).toEqual([409, 'name_taken']);
    expect(taken.body.detail).toBe('name "ADMIN" is already taken in the roles of this level; choose another.');
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => api.post(`${path}/roles`, { name: 'Owner', level: 'project' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
    const { id } = answers.find(({ status }) => status === 201)!.body.data;
    expect((await api.patch(`${path}/roles/${id}`, { name: 'viewer' })).body.code).toBe('name_taken');
  });

  it('of applications are none of these', async () => {
    const { api, path, application } = await newTenant();
    const made = await api.post(`/v1/applications/${await application()}/roles`, { role_name: 'Editor' });
    const { role_id: id } = made.body.result as { role_id: string };
    for (const answer of [
      await api.get(`${path}/roles/${id}`),
      await api.patch(`${path}/roles/${id}`, { name: 'Mine' }),
      await api.delete(`${path}/roles/${id}`),
    ]) {
      expect([answer.status, answer.body.detail]).toEqual([404, `No role ${id} in this tenant.`]);
    }
    expect(namesIn(await api.get(`${path}/roles?per_page=200`))).not.toContain('Editor');
  });

  it('that are held cannot become share roles, and go from all who hold them unless it is their last one', async () => {
    const tenant = await newTenant();
    const { api, path, user, group } = tenant;
    const [someone, team] = [await user(), await group()];
    const role = await newRole(tenant, 'organization');
    const url = `${path}/roles/${role}`;
    await assign(api, role, { user_id: someone });
    await assign(api, role, { team_id: team });
    const shared = await api.patch(url, { type: 'share' });
    expect([shared.status, shared.body.code]).toEqual([409, 'role_assigned']);
    expect((await api.get(url)).body.data.type).toBe('normal');

    const last = await api.delete(url);
    expect([last.status, last.body.code]).toEqual([409, 'last_role']);
    expect((await storedRoles(tenant)).held).toHaveLength(2);
    await assign(api, (await builtInRoles(tenant)).get('organization Member')!, { user_id: someone });
    expect((await api.delete(url)).status).toBe(204);
    const stored = await storedRoles(tenant);
    expect(stored.held).toHaveLength(1);
    expect([stored.members, stored.events]).toEqual([[{ user_id: someone, role_count: 1 }], { given: 3, taken: 2 }]);
    const free = await newRole(tenant, 'workspace');
    expect((await api.patch(`${path}/roles/${free}`, { type: 'share' })).body.data.type).toBe('share');
  });
});

describe('the owner of an organization', () => {
  it('is a user who becomes Admin, keeps that role, and can be changed', async () => {
    const tenant = await newTenant();
    const { id, api, path, user } = tenant;
    const roles = await builtInRoles(tenant);
    const admin = roles.get('organization Admin')!;
    const [ada, eve] = [await user('ada', { display_name: 'Ada Lovelace' }), await user('eve')];
    const none = await api.get(`${path}/owner`);
    expect([none.status, none.body.code]).toEqual([404, 'owner_not_set']);

    const set = await api.put(`${path}/owner`, { user_id: ada.toUpperCase() });
    expect([set.status, set.body]).toEqual([
      200,
      { data: { user_id: ada, user_name: 'ada', display_name: 'Ada Lovelace' }, meta: META },
    ]);
    expect((await api.get(`${path}/owner`)).body.data).toEqual(set.body.data);
    await api.put(`${path}/owner`, { user_id: ada });
    const held = { role_id: admin, holder: ada, scope_id: id };
    expect(await storedRoles(tenant)).toEqual({
      held: [held],
      members: [{ user_id: ada, role_count: 1 }],
      events: { given: 1, taken: 0 },
    });

    await assign(api, roles.get('organization Member')!, { user_id: ada });
    const kept = await revoke(api, admin, { user_id: ada });
    expect([kept.status, kept.body]).toEqual([
      403,
      {
        detail: [
          'IllegalOperationError',
          'The owner of the organization keeps the role Admin; transfer the ownership first.',
        ],
      },
    ]);
    const gone = await api.delete(`${path}/users/${ada}`);
    expect([gone.status, gone.body.code]).toEqual([409, 'owner_keeps_role']);
    // Nobody could act for the organization.
    for (const dry of ['', '?dry_run=true']) {
      const suspended = await api.patch(`${path}/users/${ada}${dry}`, { status: 'suspended' });
      expect([suspended.status, suspended.body.code, suspended.body.detail]).toEqual([
        409,
        'owner_stays_active',
        'The owner of the organization cannot be suspended; transfer the ownership first.',
      ]);
    }
    expect((await api.get(`${path}/users/${ada}`)).body.data.status).toBe('active');
    expect((await api.patch(`${path}/users/${eve}`, { status: 'suspended' })).status).toBe(200);
    const asleep = await api.put(`${path}/owner`, { user_id: eve });
    expect([asleep.status, asleep.body.code]).toEqual([409, 'user_suspended']);
    expect((await api.patch(`${path}/users/${eve}`, { status: 'active' })).status).toBe(200);

    await assign(api, admin, { user_id: eve });
    expect((await api.put(`${path}/owner`, { user_id: eve })).body.data.user_name).toBe('eve');
    expect((await revoke(api, admin, { user_id: eve })).status).toBe(403);
    expect((await revoke(api, admin, { user_id: ada })).status).toBe(200);
    expect((await api.patch(`${path}/users/${ada}`, { status: 'suspended' })).status).toBe(200);
    expect((await api.delete(`${path}/users/${ada}`)).status).toBe(204);
    const events = await api.get(`${path}/audit-events?per_page=200`);
    const owned = (events.body.data as { action: string; before: object; after: object }[]).filter(({ action }) =>
      action.startsWith('owner.'),
    );
    expect(owned.map(({ action, before, after }) => [action, before, after])).toEqual([
      ['owner.updated', expect.objectContaining({ user_id: ada }), expect.objectContaining({ user_id: eve })],
      ['owner.created', null, { user_id: ada, assignment_id: expect.any(String) }],
    ]);
  });

  it('is a user of this tenant', async () => {
    const [{ api, path }, other] = [await newTenant(), await newTenant()];
    const stranger = await other.user();
    const answer = await api.put(`${path}/owner`, { user_id: stranger });
    expect([answer.status, answer.body.detail]).toEqual([404, `No user ${stranger} in this tenant.`]);
    for (const body of [{}, { user_id: null }, { user_id: 'ada' }, { user_id: stranger, why: 1 }]) {
      expect((await api.put(`${path}/owner`, body)).status).toBe(422);
    }
    expect((await api.get(`${path}/owner`)).status).toBe(404);
  });
});
