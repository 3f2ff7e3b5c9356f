import { randomUUID } from 'node:crypto';
import { assign, metaOf, nest, refusal, wrongValue } from '../support/assignment-steps.js';
import { sql } from '../support/sql.js';
import { newTenant, type TestTenant } from '../support/tenant.js';

interface Row {
  readonly application_id: string;
  readonly assignment_type: string;
  readonly assigned_via: string | null;
}

/** The applications of a user as they are listed, with what tells the rows apart. */
async function rowsOf(tenant: TestTenant, userId: string, query = ''): Promise<Row[]> {
  const answer = await tenant.api.get(`${tenant.path}/users/${userId}/applications${query}`);
  const { applications } = (answer.body as { data: { applications: Row[] } }).data;
  return applications.map(({ application_id, assignment_type, assigned_via }) => ({
    application_id,
    assignment_type,
    assigned_via,
  }));
}

function direct(application_id: string): Row {
  return { application_id, assignment_type: 'direct', assigned_via: null };
}

function via(assigned_via: string, application_id: string): Row {
  return { application_id, assignment_type: 'group', assigned_via };
}

describe('the applications of a user', () => {
  it('are listed with all that contract 1 says of an assignment', async () => {
    const tenant = await newTenant();
    const user = await tenant.user();
    const group = await tenant.group('Engineering', [user]);
    const crm = await tenant.application('CRM', { client_id: 'crm-web' });
    const wiki = await tenant.application('Wiki', { client_id: 'wiki-web' });
    const first = await assign(tenant, 'group', group, crm);
    const second = await assign(tenant, 'user', user, wiki);
    const answer = await tenant.api.get(`${tenant.path}/users/${user}/applications`);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      data: {
        user_id: user,
        applications: [
          {
            application_id: crm,
            application_name: 'CRM',
            application_client_id: 'crm-web',
            assigned_at: first.assigned_at,
            assignment_type: 'group',
            assigned_via: group,
          },
          {
            application_id: wiki,
            application_name: 'Wiki',
            application_client_id: 'wiki-web',
            assigned_at: second.assigned_at,
            assignment_type: 'direct',
            assigned_via: null,
          },
        ],
        total_count: 2,
      },
      meta: metaOf(answer),
    });
  });

  it('are none for a user without any, and 404 for a user that the tenant does not have', async () => {
    const tenant = await newTenant();
    const [user, unknown] = [await tenant.user(), randomUUID()];
    const none = await tenant.api.get(`${tenant.path}/users/${user}/applications`);
    expect(none.body).toEqual({ data: { user_id: user, applications: [], total_count: 0 }, meta: metaOf(none) });
    const nobody = await tenant.api.get(`${tenant.path}/users/${unknown}/applications`);
    expect(nobody.status).toBe(404);
    expect(nobody.body).toEqual(refusal(nobody, 'user_not_found', `No user ${unknown} in this tenant.`));
  });

  it('have one row an application and source: direct, and each assigned group', async () => {
    const tenant = await newTenant();
    const [user, application] = [await tenant.user(), await tenant.application()];
    const [one, two] = [await tenant.group('One', [user]), await tenant.group('Two', [user])];
    await assign(tenant, 'group', two, application);
    await assign(tenant, 'user', user, application);
    await assign(tenant, 'group', one, application);
    expect(await rowsOf(tenant, user)).toEqual([via(two, application), direct(application), via(one, application)]);
  });

  it('are ordered by assigned_at, and by the id of the assignment where that is the same', async () => {
    const tenant = await newTenant();
    const user = await tenant.user();
    const applications = [await tenant.application(), await tenant.application(), await tenant.application()];
    const made = [];
    for (const application of applications)
      made.push({ application, ...(await assign(tenant, 'user', user, application)) });
    const [first, second, third] = made as [(typeof made)[0], (typeof made)[0], (typeof made)[0]];
    await sql(`UPDATE assignments SET assigned_at = '2026-01-02T00:00:00Z' WHERE id = ANY ($1)`, [
      [first.id, second.id],
    ]);
    await sql(`UPDATE assignments SET assigned_at = '2026-01-01T00:00:00Z' WHERE id = $1`, [third.id]);
    const same = [first, second].toSorted((left, right) => (left.id < right.id ? -1 : 1));
    const expected = [third, ...same].map(({ application }) => direct(application));
    expect(await rowsOf(tenant, user)).toEqual(expected);
  });

  it('leave groups out where include_group_assignments is false; it is true where it is left out', async () => {
    const tenant = await newTenant();
    const user = await tenant.user();
    const group = await tenant.group('Staff', [user]);
    const [own, shared] = [await tenant.application(), await tenant.application()];
    await assign(tenant, 'user', user, own);
    await assign(tenant, 'group', group, shared);
    const all = [direct(own), via(group, shared)];
    expect(await rowsOf(tenant, user)).toEqual(all);
    expect(await rowsOf(tenant, user, '?include_group_assignments=true')).toEqual(all);
    expect(await rowsOf(tenant, user, '?include_group_assignments=false')).toEqual([direct(own)]);
    const answer = await tenant.api.get(`${tenant.path}/users/${user}/applications?include_group_assignments=false`);
    expect(answer.body.data.total_count).toBe(1);
  });

  it.each(['1', 'yes', '', 'TRUE', 'true&include_group_assignments=true'])(
    'refuse include_group_assignments=%s with 422',
    async (value) => {
      const tenant = await newTenant();
      const user = await tenant.user();
      const answer = await tenant.api.get(
        `${tenant.path}/users/${user}/applications?include_group_assignments=${value}`,
      );
      expect(answer.status).toBe(422);
      expect(answer.body).toEqual(wrongValue(answer, ['query', 'include_group_assignments'], 'boolean'));
    },
  );

  it('come through groups nested to any depth, explained by the group that was assigned', async () => {
    const tenant = await newTenant();
    const [user, application] = [await tenant.user(), await tenant.application()];
    const chain = [await tenant.group('Level 0', [user])];
    for (let level = 1; level <= 12; level += 1) {
      chain.push(await tenant.group(`Level ${level}`));
      await nest(tenant, chain[level]!, chain[level - 1]!);
    }
    await assign(tenant, 'group', chain[12]!, application);
    expect(await rowsOf(tenant, user)).toEqual([via(chain[12]!, application)]);
  });

  it('come once through a diamond, however many ways lead to the assigned group', async () => {
    const tenant = await newTenant();
    const [user, application] = [await tenant.user(), await tenant.application()];
    const [top, left, right] = [await tenant.group('Top'), await tenant.group('Left'), await tenant.group('Right')];
    const bottom = await tenant.group('Bottom', [user]);
    for (const side of [left, right]) {
      await nest(tenant, top, side);
      await nest(tenant, side, bottom);
    }
    await tenant.api.put(`${tenant.path}/groups/${top}/members/${user}`);
    await assign(tenant, 'group', top, application);
    expect(await rowsOf(tenant, user)).toEqual([via(top, application)]);
    await tenant.api.delete(`${tenant.path}/groups/${top}/groups/${left}`);
    await tenant.api.delete(`${tenant.path}/groups/${top}/members/${user}`);
    expect(await rowsOf(tenant, user)).toEqual([via(top, application)]);
    await tenant.api.delete(`${tenant.path}/groups/${right}/groups/${bottom}`);
    expect(await rowsOf(tenant, user)).toEqual([]);
  });

  it('never come from a group inside of the own group', async () => {
    const tenant = await newTenant();
    const [user, application] = [await tenant.user(), await tenant.application()];
    const [parent, child] = [await tenant.group('Parent', [user]), await tenant.group('Child')];
    await nest(tenant, parent, child);
    await assign(tenant, 'group', child, application);
    expect(await rowsOf(tenant, user)).toEqual([]);
  });

  it('are right at the next read after every change', async () => {
    const tenant = await newTenant();
    const [user, application, group] = [await tenant.user(), await tenant.application(), await tenant.group()];
    await assign(tenant, 'group', group, application);
    expect(await rowsOf(tenant, user)).toEqual([]);
    await tenant.api.post(`${tenant.path}/groups/${group}/members`, { user_ids: [user] });
    expect(await rowsOf(tenant, user)).toEqual([via(group, application)]);
    await tenant.api.put(`${tenant.path}/users/${user}/applications/${application}`);
    expect(await rowsOf(tenant, user)).toEqual([via(group, application), direct(application)]);
    await tenant.api.delete(`${tenant.path}/groups/${group}`);
    expect(await rowsOf(tenant, user)).toEqual([direct(application)]);
    await tenant.api.delete(`${tenant.path}/applications/${application}`);
    expect(await rowsOf(tenant, user)).toEqual([]);
  });
});

describe('taking an application from a user who has it through a group alone', () => {
  it('answers 404, because it is not directly assigned, and changes nothing', async () => {
    const tenant = await newTenant();
    const [user, application] = [await tenant.user(), await tenant.application()];
    const group = await tenant.group('Staff', [user]);
    await assign(tenant, 'group', group, application);
    const answer = await tenant.api.delete(`${tenant.path}/users/${user}/applications/${application}`);
    expect(answer.status).toBe(404);
    const text = `Application ${application} is not assigned to user ${user} itself.`;
    expect(answer.body).toEqual(refusal(answer, 'assignment_not_found', text));
    expect(await rowsOf(tenant, user)).toEqual([via(group, application)]);
  });
});
