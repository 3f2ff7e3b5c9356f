import { randomUUID } from 'node:crypto';
import { assign, metaOf, nest, refusal } from '../support/assignment-steps.js';
import { sql } from '../support/sql.js';
import { newTenant } from '../support/tenant.js';

describe('the applications of a group', () => {
  it('are listed with all that contract 1 says of an assignment, and without pages', async () => {
    const tenant = await newTenant();
    const group = await tenant.group();
    const crm = await tenant.application('CRM', { client_id: 'crm-web' });
    const made = await assign(tenant, 'group', group, crm);
    const answer = await tenant.api.get(`${tenant.path}/groups/${group}/applications`);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      data: [
        {
          application_id: crm,
          application_name: 'CRM',
          application_client_id: 'crm-web',
          assigned_at: made.assigned_at,
          assignment_type: 'group',
          assigned_via: group,
        },
      ],
      meta: metaOf(answer),
    });
  });

  it('are none for a group without any, and 404 for a group that the tenant does not have', async () => {
    const tenant = await newTenant();
    const [group, unknown] = [await tenant.group(), randomUUID()];
    const none = await tenant.api.get(`${tenant.path}/groups/${group}/applications`);
    expect(none.body).toEqual({ data: [], meta: metaOf(none) });
    const nobody = await tenant.api.get(`${tenant.path}/groups/${unknown}/applications`);
    expect(nobody.status).toBe(404);
    expect(nobody.body).toEqual(refusal(nobody, 'group_not_found', `No group ${unknown} in this tenant.`));
  });

  it('are those of the group itself: not of the groups around it, inside of it, or of its members', async () => {
    const tenant = await newTenant();
    const user = await tenant.user();
    const [parent, group, child] = [
      await tenant.group('Parent'),
      await tenant.group('Middle', [user]),
      await tenant.group('Child'),
    ];
    await nest(tenant, parent, group);
    await nest(tenant, group, child);
    const [own, ...others] = [
      await tenant.application(),
      await tenant.application(),
      await tenant.application(),
      await tenant.application(),
    ];
    await assign(tenant, 'group', group, own);
    await assign(tenant, 'group', parent, others[0]);
    await assign(tenant, 'group', child, others[1]);
    await assign(tenant, 'user', user, others[2]);
    const answer = await tenant.api.get(`${tenant.path}/groups/${group}/applications`);
    expect(answer.body.data).toEqual([expect.objectContaining({ application_id: own, assigned_via: group })]);
  });

  it('are ordered by assigned_at, and by the id of the assignment where that is the same', async () => {
    const tenant = await newTenant();
    const group = await tenant.group();
    const made = [];
    for (let count = 0; count < 4; count += 1) {
      const application = await tenant.application();
      made.push({ application, ...(await assign(tenant, 'group', group, application)) });
    }
    const oldest = made.pop()!;
    await sql(`UPDATE assignments SET assigned_at = '2026-02-02T00:00:00Z' WHERE group_id = $1`, [group]);
    await sql(`UPDATE assignments SET assigned_at = '2026-02-01T00:00:00Z' WHERE id = $1`, [oldest.id]);
    const byId = made.toSorted((left, right) => (left.id < right.id ? -1 : 1));
    const answer = await tenant.api.get(`${tenant.path}/groups/${group}/applications`);
    const listed = (answer.body.data as { application_id: string }[]).map(({ application_id }) => application_id);
    expect(listed).toEqual([oldest, ...byId].map(({ application }) => application));
  });
});

describe('the assignees of an application', () => {
  it('are the users and groups that it is assigned to itself, with their numbers', async () => {
    const tenant = await newTenant();
    const application = await tenant.application();
    const [first, second, member] = [await tenant.user(), await tenant.user(), await tenant.user()];
    const [group, inner] = [await tenant.group('Outer', [member]), await tenant.group('Inner')];
    await nest(tenant, group, inner);
    await assign(tenant, 'user', second, application);
    await assign(tenant, 'group', group, application);
    await assign(tenant, 'user', first, application);
    const answer = await tenant.api.get(`${tenant.path}/applications/${application}/assignees`);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      data: { application_id: application, users: [second, first], groups: [group], total_users: 2, total_groups: 1 },
      meta: metaOf(answer),
    });
  });

  it('are none where it is assigned to nobody, and 404 where the tenant has no such application', async () => {
    const tenant = await newTenant();
    const [application, unknown] = [await tenant.application(), randomUUID()];
    await assign(tenant, 'user', await tenant.user(), await tenant.application());
    const none = await tenant.api.get(`${tenant.path}/applications/${application}/assignees`);
    expect(none.body).toEqual({
      data: { application_id: application, users: [], groups: [], total_users: 0, total_groups: 0 },
      meta: metaOf(none),
    });
    const nothing = await tenant.api.get(`${tenant.path}/applications/${unknown}/assignees`);
    expect(nothing.status).toBe(404);
    expect(nothing.body).toEqual(
      refusal(nothing, 'application_not_found', `No application ${unknown} in this tenant.`),
    );
  });

  it('stay while they cannot use it: suspended users, and all of a disabled application', async () => {
    const tenant = await newTenant();
    const [user, application] = [await tenant.user('sue', { status: 'suspended' }), await tenant.application()];
    await assign(tenant, 'user', user, application);
    await tenant.api.patch(`${tenant.path}/applications/${application}`, { status: 'disabled' });
    const answer = await tenant.api.get(`${tenant.path}/applications/${application}/assignees`);
    expect(answer.body.data).toEqual({
      application_id: application,
      users: [user],
      groups: [],
      total_users: 1,
      total_groups: 0,
    });
  });

  it('are gone with the user, the group and the application themselves', async () => {
    const tenant = await newTenant();
    const [user, group, application] = [await tenant.user(), await tenant.group(), await tenant.application()];
    await assign(tenant, 'user', user, application);
    await assign(tenant, 'group', group, application);
    await tenant.api.delete(`${tenant.path}/users/${user}`);
    const withoutUser = await tenant.api.get(`${tenant.path}/applications/${application}/assignees`);
    expect(withoutUser.body.data).toMatchObject({ users: [], groups: [group], total_users: 0, total_groups: 1 });
    await tenant.api.delete(`${tenant.path}/groups/${group}`);
    const withoutBoth = await tenant.api.get(`${tenant.path}/applications/${application}/assignees`);
    expect(withoutBoth.body.data).toMatchObject({ users: [], groups: [], total_users: 0, total_groups: 0 });
    expect(await sql('SELECT 1 FROM assignments WHERE tenant_id = $1', [tenant.id])).toEqual([]);
  });
});
