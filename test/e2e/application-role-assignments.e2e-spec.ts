import { randomUUID } from 'node:crypto';
import type { ApiAnswer } from '../support/api.js';
import { giveRole, newRole, roleCounts, roleRefusal, rolesPath, storedHolders } from '../support/role-steps.js';
import { sql } from '../support/sql.js';
import { newTenant } from '../support/tenant.js';
import { expectSetsTrue, tenantsWithCheckedSets } from '../support/user-sets.js';

const checkedTenant = tenantsWithCheckedSets();

const statusesOf = (answers: readonly ApiAnswer[]): number[] => answers.map(({ status }) => status).sort();

describe('the assignments of a role of an application', () => {
  it('give it to users, groups and applications, once each, and tell the trail who gave it', async () => {
    const tenant = await checkedTenant();
    const { api, application, user, group, id } = tenant;
    const [app, robot, ada, eve, team] = [
      await application(),
      await application(),
      await user(),
      await user(),
      await group(),
    ];
    const role = await newRole(api, app, 'Editor');
    const first = await giveRole(api, { app, role }, 'User', ada);
    expect([first.status, first.body]).toEqual([204, null]);
    // Who has it keeps it, repeats count once, and capitals are the same id.
    const again = await giveRole(api, { app, role }, 'User', ada, eve.toUpperCase(), eve, ada);
    expect(again.status).toBe(204);
    expect((await giveRole(api, { app, role }, 'Group', team)).status).toBe(204);
    expect((await giveRole(api, { app, role }, 'Application', robot, app)).status).toBe(204);
    const held = [`user ${ada}`, `user ${eve}`, `group ${team}`, `application ${robot}`, `application ${app}`];
    expect(await storedHolders(tenant)).toEqual(held.map((holder) => `Editor: ${holder}`).sort());
    expect(await roleCounts(tenant)).toEqual({ rows: 5, given: 5, taken: 0 });
    const events = await sql(
      `SELECT e.actor_type, e.user_id, e.group_id, e.application_id, e.before, e.after - 'assigned_at' AS after, e.resource_id,
              a.scope_id, a.assigned_by
         FROM audit_events e JOIN role_assignments a ON a.tenant_id = $1 AND a.id = e.resource_id
        WHERE e.tenant_id = $1 AND e.user_id = $2`,
      [id, ada],
    );
    const [{ assigned_by: by, resource_id: made }] = events as [{ assigned_by: string; resource_id: string }];
    const nowhere = { workspace_id: null, project_id: null, group_id: null, holder_application_id: null };
    expect(events).toEqual([
      {
        actor_type: 'client',
        user_id: ada,
        group_id: null,
        application_id: app,
        before: null,
        after: {
          ...nowhere,
          id: made,
          role_id: role,
          level: 'application',
          application_id: app,
          user_id: ada,
          assigned_by: by,
        },
        resource_id: made,
        scope_id: app,
        assigned_by: by,
      },
    ]);
  });

  it('are taken back from whichever holder the id is of; what is not held is 404', async () => {
    const tenant = await checkedTenant();
    const { api, application, user, group } = tenant;
    const [app, robot, ada, team] = [await application(), await application(), await user(), await group()];
    const [role, other] = [await newRole(api, app, 'Editor'), await newRole(api, app, 'Reader')];
    const inGroup = await user();
    await api.put(`${tenant.path}/groups/${team}/members/${inGroup}`);
    await giveRole(api, { app, role }, 'User', ada);
    await giveRole(api, { app, role: other }, 'User', ada);
    await giveRole(api, { app, role }, 'Group', team);
    await giveRole(api, { app, role }, 'Application', robot);
    for (const holder of [inGroup, randomUUID()]) {
      const answer = await api.delete(`${rolesPath(app)}/${role}/assignments/${holder}`);
      const message = `Role ${role} is not held by ${holder} itself.`;
      expect([answer.status, answer.body]).toEqual([404, roleRefusal(404, message)]);
    }
    for (const holder of [ada.toUpperCase(), team, robot]) {
      const path = `${rolesPath(app)}/${role}/assignments/${holder}`;
      const answer = await api.delete(path);
      expect([answer.status, answer.body]).toEqual([204, null]);
      expect((await api.delete(path)).status).toBe(404);
    }
    expect(await storedHolders(tenant)).toEqual([`Reader: user ${ada}`]);
    expect(await roleCounts(tenant)).toEqual({ rows: 1, given: 4, taken: 3 });
  });

  it('are all or nothing: 404 names every id that is not of the type, and nobody gets the role', async () => {
    const [tenant, theirs] = [await newTenant(), await newTenant()];
    const { api, application, user, group } = tenant;
    const [app, ada, team] = [await application(), await user(), await group()];
    const role = await newRole(api, app, 'Editor');
    const [foreign, unknown] = [await theirs.user(), randomUUID()];
    const answer = await giveRole(api, { app, role }, 'User', ada, team, foreign, unknown, app);
    expect(answer.status).toBe(404);
    expect(answer.body).toEqual(roleRefusal(404, `No user ${team}, ${foreign}, ${unknown}, ${app} in this tenant.`));
    const strangers = Array.from({ length: 110 }, () => randomUUID());
    const many = await giveRole(api, { app, role }, 'User', ...strangers);
    expect(many.body).toEqual(roleRefusal(404, `No user ${strangers.join(', ')} in this tenant.`));
    for (const [type, kind] of [
      ['Group', 'group'],
      ['Application', 'application'],
    ] as const) {
      const refused = await giveRole(api, { app, role }, type, ada);
      expect([refused.status, refused.body]).toEqual([404, roleRefusal(404, `No ${kind} ${ada} in this tenant.`)]);
    }
    expect(await roleCounts(tenant)).toEqual({ rows: 0, given: 0, taken: 0 });
    await expectSetsTrue(tenant.id);
  });

  it.each<[object, string]>([
    [{}, 'body.entity_ids: entity_ids is required'],
    [{ entity_ids: [], entity_type: 'User' }, 'body.entity_ids: entity_ids must be a list of 1 to 10000 UUIDs'],
    [
      { entity_ids: [randomUUID(), 'ada', randomUUID(), 'b'.repeat(99)], entity_type: 'User' },
      `body.entity_ids: entity_ids must be a list of 1 to 10000 UUIDs, not "ada", "${'b'.repeat(59)}...`,
    ],
    [{ entity_ids: Array.from({ length: 103 }, () => 'x'), entity_type: 'User' }, '"x", "x" and 3 more'],
    [{ entity_ids: randomUUID(), entity_type: 'User' }, 'body.entity_ids: entity_ids must be a list'],
    [{ entity_ids: [null], entity_type: 'User' }, 'body.entity_ids: entity_ids must be a list'],
    [
      { entity_ids: Array.from({ length: 10_001 }, () => randomUUID()), entity_type: 'User' },
      'body.entity_ids: entity_ids must be a list of 1 to 10000 UUIDs',
    ],
    [{ entity_ids: [randomUUID()] }, 'body.entity_type: entity_type is required'],
    [{ entity_ids: [randomUUID()], entity_type: 'user' }, 'body.entity_type: entity_type must be one of User, Group'],
    [{ entity_ids: [randomUUID()], entity_type: 'User', app_id: 'x' }, 'body.app_id: app_id is not a field'],
  ])('are refused with 422 and a list of messages (%#)', async (body, message) => {
    const { api, application } = await newTenant();
    const app = await application();
    const role = await newRole(api, app, 'Editor');
    const answer = await api.post(`${rolesPath(app)}/${role}/assignments`, body);
    expect(answer.status).toBe(422);
    expect((answer.body as { message: string[] }).message.join('\n')).toContain(message);
  });

  it('are made and taken once with an Idempotency-Key, although nothing is answered', async () => {
    const tenant = await newTenant();
    const { api, application, user } = tenant;
    const [app, ada] = [await application(), await user()];
    const role = await newRole(api, app, 'Editor');
    const path = `${rolesPath(app)}/${role}/assignments`;
    const body = { entity_ids: [ada], entity_type: 'User' };
    const headers = { 'idempotency-key': 'give' };
    expect((await api.post(path, body, { headers })).status).toBe(204);
    await api.delete(`${path}/${ada}`);
    const repeated = await api.post(path, body, { headers });
    expect([repeated.status, repeated.body, repeated.headers.get('idempotency-replayed')]).toEqual([204, null, 'true']);
    expect(await roleCounts(tenant)).toEqual({ rows: 0, given: 1, taken: 1 });
    const reused = await api.post(path, { ...body, entity_type: 'Group' }, { headers });
    expect(reused.body).toEqual(roleRefusal(422, ['header.Idempotency-Key: was used for another request']));
  });

  it('go with their holder or their application, with an event for each and for each role', async () => {
    const tenant = await checkedTenant();
    const { api, application, user, group, id, path } = tenant;
    const [app, robot, ada, eve, team] = [
      await application(),
      await application(),
      await user(),
      await user(),
      await group(),
    ];
    const [role, second] = [await newRole(api, app, 'Editor', ['a']), await newRole(api, app, 'Reader')];
    await giveRole(api, { app, role }, 'User', ada, eve);
    await giveRole(api, { app, role: second }, 'User', ada);
    await giveRole(api, { app, role }, 'Group', team);
    await giveRole(api, { app, role }, 'Application', robot);
    expect((await api.delete(`${path}/users/${ada}`)).status).toBe(204);
    expect(await roleCounts(tenant)).toEqual({ rows: 3, given: 5, taken: 2 });
    expect((await api.delete(`${path}/groups/${team}`)).status).toBe(204);
    expect((await api.delete(`${path}/applications/${robot}`)).status).toBe(204);
    expect(await storedHolders(tenant)).toEqual([`Editor: user ${eve}`]);
    expect((await api.delete(`${path}/applications/${app}`)).status).toBe(204);
    expect(await roleCounts(tenant)).toEqual({ rows: 0, given: 5, taken: 5 });
    const events = await sql(
      `SELECT resource_id, before - 'created_at' - 'updated_at' AS before, after FROM audit_events
        WHERE tenant_id = $1 AND action = 'role.deleted' AND application_id = $2 ORDER BY before->>'name'`,
      [id, app],
    );
    const ofEntitlement = { entitlement_type: 'role', category: null, ext_ref: null };
    const ofRole = { level: 'application', application_id: app, display_name: null, description: null, type: 'normal' };
    const common = { ...ofRole, ...ofEntitlement };
    expect(events).toEqual([
      { resource_id: role, before: { ...common, id: role, name: 'Editor', permissions: ['a'] }, after: null },
      { resource_id: second, before: { ...common, id: second, name: 'Reader', permissions: [] }, after: null },
    ]);
  });
});

describe('requests for one role at the same moment', () => {
  it('give it once: of 20 equal ones all answer 204, and there is one assignment with one event', async () => {
    const tenant = await checkedTenant();
    const { api, application, user } = tenant;
    const [app, ada, eve] = [await application(), await user(), await user()];
    const role = await newRole(api, app, 'Editor');
    const given = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        giveRole(api, { app, role }, 'User', ...(at % 2 === 0 ? [ada, eve] : [eve, ada])),
      ),
    );
    expect(statusesOf(given)).toEqual(Array<number>(20).fill(204));
    expect(await roleCounts(tenant)).toEqual({ rows: 2, given: 2, taken: 0 });
    const path = `${rolesPath(app)}/${role}/assignments/${ada}`;
    const taken = await Promise.all(Array.from({ length: 10 }, () => api.delete(path)));
    expect(statusesOf(taken)).toEqual([204, ...Array<number>(9).fill(404)]);
    expect(await roleCounts(tenant)).toEqual({ rows: 1, given: 2, taken: 1 });
  });

  it('leave nothing behind where the role, its application or the holder goes', async () => {
    for (const goes of ['role', 'application', 'user'] as const) {
      const tenant = await checkedTenant();
      const { api, application, user, path } = tenant;
      const [app, ada] = [await application(), await user()];
      const others = await Promise.all(Array.from({ length: 12 }, () => user()));
      const role = await newRole(api, app, 'Editor');
      const removal = {
        role: `${rolesPath(app)}/${role}`,
        application: `${path}/applications/${app}`,
        user: `${path}/users/${ada}`,
      }[goes];
      const [gone, ...answers] = await Promise.all([
        api.delete(removal),
        ...others.map((other) => giveRole(api, { app, role }, 'User', ada, other)),
      ]);
      expect(gone.status).toBe(goes === 'role' ? 202 : 204);
      expect(answers.filter(({ status }) => status !== 204 && status !== 404)).toEqual([]);
      const { rows, given, taken } = await roleCounts(tenant);
      expect(given - taken).toBe(rows);
      const left = await storedHolders(tenant);
      expect(left.filter((holder) => goes !== 'user' || holder.includes(ada))).toEqual([]);
    }
  });
});
