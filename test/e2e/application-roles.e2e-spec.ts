import { randomUUID } from 'node:crypto';
import type { ApiAnswer } from '../support/api.js';
import { giveRole, newRole, roleCounts, roleRefusal, rolesPath, storedHolders } from '../support/role-steps.js';
import { sql } from '../support/sql.js';
import { newTenant } from '../support/tenant.js';
import { tenantsWithCheckedSets } from '../support/user-sets.js';

const checkedTenant = tenantsWithCheckedSets();

/** The events of one resource, oldest first, as who did what. */
async function eventsOf(tenantId: string, type: string): Promise<object[]> {
  return sql(
    `SELECT action, resource_id, before, after, application_id, user_id, group_id FROM audit_events
      WHERE tenant_id = $1 AND resource_type = $2 ORDER BY seq`,
    [tenantId, type],
  );
}

describe('a role of an application', () => {
  it('is made with all its fields or with its name alone, and read back', async () => {
    const { api, application, id } = await newTenant();
    const app = await application();
    const full = {
      role_name: 'Editor',
      permissions: ['documents:write', 'documents:read', 'documents:write', '*', 'doorlist:roles:write'],
      description: '',
      display_name: 'Editor in chief',
    };
    const made = await api.post(rolesPath(app.toUpperCase()), full);
    expect(made.status).toBe(201);
    const role = {
      ...full,
      role_id: expect.any(String),
      app_id: app,
      permissions: ['documents:write', 'documents:read', '*', 'doorlist:roles:write'],
    };
    expect(made.body).toEqual({ result: role });
    const { role_id: roleId } = (made.body as { result: { role_id: string } }).result;
    expect(made.headers.get('location')).toBe(`${api.url}${rolesPath(app.toUpperCase())}/${roleId}`);
    const bare = await api.post(rolesPath(app), { role_name: 'Reader' });
    const reader = { role_name: 'Reader', app_id: app, permissions: [], description: null, display_name: null };
    expect(bare.body).toEqual({ result: { ...reader, role_id: expect.any(String) } });
    expect((await api.get(`${rolesPath(app)}/${roleId.toUpperCase()}`)).body).toEqual(made.body);
    expect((await api.get(rolesPath(app))).body).toEqual({ result: [made.body.result, bare.body.result] });
    const [event] = await eventsOf(id, 'role');
    expect(event).toMatchObject({
      action: 'role.created',
      resource_id: roleId,
      application_id: app,
      before: null,
      after: { name: 'Editor', level: 'application', application_id: app, permissions: role.permissions },
    });
  });

  it('has a name of its own in its application, whatever the case, and may have the same elsewhere', async () => {
    const { api, application } = await newTenant();
    const [app, other] = [await application(), await application()];
    await newRole(api, app, 'Straße');
    const second = await newRole(api, app, 'Second');
    for (const name of ['STRASSE', 'straße', 'ﬆraße']) {
      const answer = await api.post(rolesPath(app), { role_name: name });
      expect(answer.status).toBe(409);
      expect(answer.body).toEqual(
        roleRefusal(409, `role_name "${name}" is already taken in this application; choose another.`),
      );
    }
    expect((await api.put(`${rolesPath(app)}/${second}`, { role_name: 'strasse' })).status).toBe(409);
    await newRole(api, other, 'Straße');
    // Built-in roles are of the organization, so that their names are free here.
    await newRole(api, app, 'Admin');
  });

  it('changes in the fields that are sent alone, and in nothing where none is', async () => {
    const { api, application, id } = await newTenant();
    const app = await application();
    const made = await api.post(rolesPath(app), {
      role_name: 'Editor',
      permissions: ['a'],
      description: 'Writes.',
      display_name: 'Ed',
    });
    const before = made.body.result as Record<string, unknown>;
    const path = `${rolesPath(app)}/${String(before.role_id)}`;
    const unchanged = await api.put(path, {});
    expect([unchanged.status, unchanged.body]).toEqual([202, { result: before }]);
    expect(await eventsOf(id, 'role')).toHaveLength(1);
    let now = before;
    for (const change of [
      { permissions: [] },
      { role_name: 'EDITOR' },
      { description: 'Publishes.' },
      { display_name: 'Chief', permissions: ['b', 'a', 'b'] },
    ]) {
      const answer = await api.put(path, change);
      now = { ...now, ...change, ...('display_name' in change ? { permissions: ['b', 'a'] } : {}) };
      expect([answer.status, answer.body]).toEqual([202, { result: now }]);
    }
    expect((await api.get(path)).body).toEqual({ result: now });
    // Contract 2 has no null in requests: empty text takes the display name away.
    const cleared = await api.put(path, { display_name: '' });
    expect([cleared.status, cleared.body]).toEqual([202, { result: { ...now, display_name: null } }]);
    const nameless = await api.post(rolesPath(app), { role_name: 'Plain', display_name: '' });
    expect([nameless.status, nameless.body.result.display_name]).toEqual([201, null]);
    expect((await eventsOf(id, 'role')).at(-2)).toMatchObject({
      before: { display_name: 'Chief' },
      after: { display_name: null },
    });
    const events = await eventsOf(id, 'role');
    expect(events).toHaveLength(7);
    expect(events.at(4)).toMatchObject({
      action: 'role.updated',
      before: { display_name: 'Ed', permissions: [] },
      after: { display_name: 'Chief', permissions: ['b', 'a'] },
    });
  });

  it('goes with all its assignments, and the trail tells of each', async () => {
    const tenant = await checkedTenant();
    const { api, application, user, group, id } = tenant;
    const [app, robot, ada, team] = [await application(), await application(), await user(), await group()];
    const role = await newRole(api, app, 'Gone');
    const stays = await newRole(api, app, 'Stays');
    await giveRole(api, { app, role }, 'User', ada);
    await giveRole(api, { app, role }, 'Group', team);
    await giveRole(api, { app, role }, 'Application', robot);
    await giveRole(api, { app, role: stays }, 'User', ada);
    const gone = await api.delete(`${rolesPath(app)}/${role}`);
    expect([gone.status, gone.body]).toEqual([202, null]);
    expect(await storedHolders(tenant)).toEqual([`Stays: user ${ada}`]);
    expect(await roleCounts(tenant)).toEqual({ rows: 1, given: 4, taken: 3 });
    const events = await eventsOf(id, 'role_assignment');
    const taken = events.filter((event) => (event as { action: string }).action === 'role_assignment.deleted');
    expect(taken.map((event) => (event as { before: { role_id: string } }).before.role_id)).toEqual([role, role, role]);
    for (const call of [
      () => api.get(`${rolesPath(app)}/${role}`),
      () => api.put(`${rolesPath(app)}/${role}`, {}),
      () => api.delete(`${rolesPath(app)}/${role}`),
      () => giveRole(api, { app, role }, 'User', ada),
      () => api.delete(`${rolesPath(app)}/${role}/assignments/${ada}`),
    ]) {
      const answer = await call();
      expect([answer.status, answer.body]).toEqual([404, roleRefusal(404, `No role ${role} in this tenant.`)]);
    }
  });

  it('is found in its own application and tenant alone, and the answer is the same as for one that there is not', async () => {
    const [mine, theirs] = [await newTenant(), await newTenant()];
    const [app, other, foreignApp] = [await mine.application(), await mine.application(), await theirs.application()];
    const role = await newRole(mine.api, app, 'Mine');
    const foreign = await newRole(theirs.api, foreignApp, 'Theirs');
    const organization = await sql<{ id: string }>(
      `SELECT id FROM roles WHERE tenant_id = $1 AND built_in = 'organization.admin'`,
      [mine.id],
    );
    const ada = await mine.user();
    for (const [appId, roleId, missing] of [
      [other, role, `No role ${role}`],
      [app, foreign, `No role ${foreign}`],
      [app, organization[0]!.id, `No role ${organization[0]!.id}`],
      [foreignApp, foreign, `No application ${foreignApp}`],
      [randomUUID(), role, 'No application '],
    ] as const) {
      const path = `${rolesPath(appId)}/${roleId}`;
      const answers = [
        await mine.api.get(path),
        await mine.api.put(path, { role_name: 'Taken over' }),
        await mine.api.delete(path),
        await giveRole(mine.api, { app: appId, role: roleId }, 'User', ada),
        await mine.api.delete(`${path}/assignments/${ada}`),
      ];
      for (const { status, body } of answers) {
        expect([status, body]).toEqual([404, roleRefusal(404, expect.stringContaining(missing))]);
      }
    }
    const answer = await mine.api.get(rolesPath(foreignApp));
    expect(answer.body).toEqual(roleRefusal(404, `No application ${foreignApp} in this tenant.`));
    expect((await mine.api.post(rolesPath(foreignApp), { role_name: 'Mine' })).body).toEqual(answer.body);
    expect(await storedHolders(mine)).toEqual([]);
  });

  it.each<[unknown, string]>([
    [{}, 'body.role_name: role_name is required: text of 1 to 200 characters'],
    [{ role_name: ' Editor' }, 'body.role_name: role_name must be text of 1 to 200 characters'],
    [{ role_name: 'a\tb' }, 'body.role_name: role_name must be text of 1 to 200 characters'],
    [{ role_name: 'x'.repeat(201) }, 'body.role_name: role_name must be text of 1 to 200 characters'],
    [{ role_name: 7 }, 'body.role_name: role_name must be text of 1 to 200 characters'],
    [{ role_name: 'x', permissions: null }, 'body.permissions: permissions must be a list'],
    [{ role_name: 'x', permissions: 'a' }, 'body.permissions: permissions must be a list'],
    [{ role_name: 'x', permissions: ['a\u0007'] }, 'body.permissions: permissions must be a list'],
    [{ role_name: 'x', permissions: ['a '] }, 'body.permissions: permissions must be a list'],
    [{ role_name: 'x', permissions: [''] }, 'body.permissions: permissions must be a list'],
    [{ role_name: 'x', permissions: ['a\u00adb'] }, 'body.permissions: permissions must be a list'],
    [{ role_name: 'x', permissions: [7] }, 'body.permissions: permissions must be a list'],
    [{ role_name: 'x', permissions: ['y'.repeat(201)] }, 'body.permissions: permissions must be a list'],
    [
      { role_name: 'x', permissions: Array.from({ length: 1001 }, (_, at) => `p${at}`) },
      'body.permissions: permissions must be a list of at most 1000 texts',
    ],
    [
      { role_name: 'x', permissions: ['a', 'doorlist:rolls:write'] },
      'body.permissions.1: a permission that begins with doorlist: must be one of doorlist:directory:read, ',
    ],
    [{ role_name: 'x', description: null }, 'body.description: description must be text'],
    [
      { role_name: 'x', display_name: ' ' },
      'body.display_name: display_name must be empty, or text of 1 to 200 characters',
    ],
    [{ role_name: 'x', display_name: 'y'.repeat(201) }, 'body.display_name: display_name must be empty, or text'],
    [{ role_name: 'x', display_name: null }, 'body.display_name: display_name must be empty, or text'],
    [
      { role_name: 'Edi\u200btor' },
      'without control or invisible characters or spaces at its ends, not "Edi\u200btor"',
    ],
    [{ role_name: 'x', level: 'organization' }, 'body.level: level is not a field of this request'],
    [[], 'body: must be a JSON object'],
  ])('is refused with 422 and a list of messages: %j', async (body, message) => {
    const { api, application, id } = await newTenant();
    const app = await application();
    const answer = await api.post(rolesPath(app), body);
    expect(answer.status).toBe(422);
    expect(answer.body).toEqual(roleRefusal(422, [expect.stringContaining(message)]));
    expect(await sql(`SELECT id FROM roles WHERE tenant_id = $1 AND level = 'application'`, [id])).toEqual([]);
  });

  it('may hold a thousand permissions of 200 characters, repeats not counted', async () => {
    const { api, application } = await newTenant();
    const permissions = Array.from({ length: 1000 }, (_, at) => `${at}:`.padEnd(200, 'ü'));
    const answer = await api.post(rolesPath(await application()), {
      role_name: 'x'.repeat(200),
      permissions: [...permissions, ...permissions.slice(0, 10)],
    });
    expect([answer.status, answer.body.result.permissions]).toEqual([201, permissions]);
  });

  it('names every wrong value at once, and words all refusals alike', async () => {
    const { api, application, apiWith } = await newTenant();
    const path = rolesPath(await application());
    const wrong = await api.post(path, { role_name: '', permissions: {}, colour: 'red' });
    expect(wrong.body).toEqual(roleRefusal(422, [expect.any(String), expect.any(String), expect.any(String)]));
    expect((await api.get(`${path}?page=1`)).body).toEqual(
      roleRefusal(422, ['query.page: page is not a parameter of this request']),
    );
    expect((await api.get(rolesPath('crm'))).body).toEqual(
      roleRefusal(422, ['path.app_id: app_id must be a UUID, not "crm"']),
    );
    const malformed = await api.call('POST', path, { raw: '{' });
    expect([malformed.status, malformed.body]).toEqual([400, roleRefusal(400, 'The body is not valid JSON in UTF-8.')]);
    expect((await api.call('POST', path, { raw: '{}', headers: { 'content-type': 'text/plain' } })).body).toEqual(
      roleRefusal(415),
    );
    expect((await api.patch(path, {})).body).toEqual(roleRefusal(405, 'This path answers GET, HEAD, POST.'));
    const reader = await apiWith('roles:read');
    expect((await reader.post(path, { role_name: 'x' })).body).toEqual(
      roleRefusal(403, 'The token needs the scope roles:write.'),
    );
    const nobody = await fetch(api.url + path);
    expect([nobody.status, await nobody.json()]).toEqual([401, roleRefusal(401)]);
    expect(nobody.headers.get('www-authenticate')).toBe('Bearer realm="doorlist"');
  });
});

describe('a role of an application at the same moment', () => {
  it('is made once of 20 equal requests, and once of equal ones with an Idempotency-Key', async () => {
    const { api, application } = await newTenant();
    const app = await application();
    const names = ['Once', 'ONCE', 'once', 'oNCE'];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) => api.post(rolesPath(app), { role_name: names[at % 4] })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(19).fill(409)]);
    const headers = { 'idempotency-key': 'twice' };
    const twice = [1, 2].map(() => api.post(rolesPath(app), { role_name: 'Twice' }, { headers }));
    const [first, second] = (await Promise.all(twice)) as [ApiAnswer, ApiAnswer];
    expect([first.status, second.status, second.body]).toEqual([201, 201, first.body]);
    const { result } = (await api.get(rolesPath(app))).body as { result: object[] };
    expect(result).toHaveLength(2);
  });
});
