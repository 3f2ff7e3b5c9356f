import { randomUUID } from 'node:crypto';
import { boundAssignment, boundMembership, pathLines, why } from '../support/access-steps.js';
import { platformApi, type ApiAnswer } from '../support/api.js';
import { assign, manyApplications, metaOf, nest, refusal, subjectOf, wrongValue } from '../support/assignment-steps.js';
import { sql } from '../support/sql.js';
import { newTenant, type TestTenant } from '../support/tenant.js';

async function accessOf({ api, path }: TestTenant, userId: string, query = ''): Promise<ApiAnswer> {
  return api.get(`${path}/users/${userId}/access${query}`);
}

interface Row {
  readonly application_id: string;
  readonly application_name: string;
  readonly assignment_type: string;
  readonly assigned_via: string | null;
  readonly paths: Parameters<typeof pathLines>[0];
}

const rowsOf = ({ body }: ApiAnswer): Row[] => body.data as Row[];
const idsOf = (answer: ApiAnswer): string[] => rowsOf(answer).map(({ application_id }) => application_id);

describe('what a user can use', () => {
  it('is one row an application with its paths, in the order of the ids', async () => {
    const tenant = await newTenant();
    const user = await tenant.user();
    const [crm, wiki] = [
      await tenant.application('CRM', { client_id: 'crm-web' }),
      await tenant.application('Wiki', { client_id: 'wiki-web' }),
    ];
    await tenant.application('Payroll');
    const team = await tenant.group('Team', [user]);
    const given = await assign(tenant, 'group', team, wiki);
    const direct = await assign(tenant, 'user', user, crm);
    const answer = await accessOf(tenant, user);
    expect(answer.status).toBe(200);
    const always = { valid_from: null, valid_until: null };
    const by = { assigned_by: subjectOf(tenant.api), ...always };
    const one = { path_count: 1, paths_truncated: false };
    expect(answer.body).toEqual({
      data: [
        {
          application_id: crm,
          application_name: 'CRM',
          application_client_id: 'crm-web',
          assignment_type: 'direct',
          assigned_via: null,
          ...one,
          paths: [
            {
              effective: true,
              assignment: { id: direct.id, assignment_type: 'direct', assigned_at: direct.assigned_at, ...by },
              via: [],
              reasons: [],
            },
          ],
        },
        {
          application_id: wiki,
          application_name: 'Wiki',
          application_client_id: 'wiki-web',
          assignment_type: 'group',
          assigned_via: team,
          ...one,
          paths: [
            {
              effective: true,
              assignment: { id: given.id, assignment_type: 'group', assigned_at: given.assigned_at, ...by },
              via: [{ group_id: team, name: 'Team', added_at: expect.any(String), ...always }],
              reasons: [],
            },
          ],
        },
      ],
      pagination: { page: 1, per_page: 50, total_items: 2, total_pages: 1, next_cursor: null },
      meta: metaOf(answer),
    });
  });

  it('is nothing for who was given nothing, and 404 for nobody and for those of other tenants', async () => {
    const [tenant, other] = [await newTenant(), await newTenant()];
    const none = await accessOf(tenant, await tenant.user());
    expect(none.body).toEqual({
      data: [],
      pagination: { page: 1, per_page: 50, total_items: 0, total_pages: 0, next_cursor: null },
      meta: metaOf(none),
    });
    for (const stranger of [randomUUID(), await other.user()]) {
      const answer = await accessOf(tenant, stranger);
      expect(answer.status).toBe(404);
      expect(answer.body).toEqual(refusal(answer, 'user_not_found', `No user ${stranger} in this tenant.`));
    }
  });

  it('says direct where it is both, and the group that was assigned first where there are several', async () => {
    const tenant = await newTenant();
    const [user, crm, wiki] = [await tenant.user(), await tenant.application(), await tenant.application()];
    const [late, early] = [await tenant.group('Late', [user]), await tenant.group('Early', [user])];
    const first = await assign(tenant, 'group', late, crm);
    for (const application of [crm, wiki]) await assign(tenant, 'group', early, application);
    await assign(tenant, 'user', user, wiki);
    const told = async (): Promise<unknown[]> =>
      rowsOf(await accessOf(tenant, user)).map((row) => [row.assignment_type, row.assigned_via, pathLines(row.paths)]);
    const wikiRow = ['direct', null, ['direct', 'Early']];
    expect(await told()).toEqual([['group', late, ['Late', 'Early']], wikiRow]);
    await sql(`UPDATE assignments SET assigned_at = now() + interval '1 hour' WHERE id = $1`, [first.id]);
    expect(await told()).toEqual([['group', early, ['Late', 'Early']], wikiRow]);
  });

  it('comes through what holds now alone, memberships and assignments alike', async () => {
    const tenant = await newTenant();
    const user = await tenant.user();
    const [top, inner, past] = [
      await tenant.group('Top', [user]),
      await tenant.group('Inner', [user]),
      await tenant.group('Past', [user]),
    ];
    await nest(tenant, top, inner);
    const [crm, gone, soon] = [await tenant.application(), await tenant.application(), await tenant.application()];
    for (const group of [top, past]) await assign(tenant, 'group', group, crm);
    await assign(tenant, 'group', past, gone);
    const later = await assign(tenant, 'user', user, soon);
    const over = await assign(tenant, 'user', user, crm);
    await boundMembership(past, user, 'ended');
    await boundMembership(top, user, 'later');
    await boundAssignment(later.id, 'later');
    await boundAssignment(over.id, 'ended');
    const answer = await accessOf(tenant, user);
    expect(rowsOf(answer)).toMatchObject([
      { application_id: crm, assignment_type: 'group', assigned_via: top, path_count: 1, paths_truncated: false },
    ]);
    expect(pathLines(rowsOf(answer)[0]!.paths)).toEqual(['Inner < Top']);
    expect(answer.body.pagination.total_items).toBe(1);
    for (const application of [gone, soon]) {
      expect((await why(tenant, user, application)).body.data.allowed).toBe(false);
    }
  });

  it('shows 20 paths of each application, and how many there are', async () => {
    const tenant = await newTenant();
    const [user, crm] = [await tenant.user(), await tenant.application()];
    for (let at = 0; at < 21; at += 1) {
      const group = await tenant.group(`Group ${at}`, [user]);
      await assign(tenant, 'group', group, crm);
    }
    const [row] = rowsOf(await accessOf(tenant, user));
    expect(row).toMatchObject({ path_count: 21, paths_truncated: true });
    expect(pathLines(row!.paths)).toEqual(Array.from({ length: 20 }, (_, at) => `Group ${at}`));
  });

  it('is no disabled application, and nothing for the suspended and in a suspended tenant', async () => {
    const [tenant, platform] = [await newTenant(), await platformApi()];
    const [user, open, closed] = [await tenant.user(), await tenant.application(), await tenant.application()];
    const team = await tenant.group('Team', [user]);
    await assign(tenant, 'user', user, open);
    await assign(tenant, 'group', team, closed);
    await tenant.api.patch(`${tenant.path}/applications/${closed}`, { status: 'disabled' });
    expect(idsOf(await accessOf(tenant, user))).toEqual([open]);
    await tenant.api.patch(`${tenant.path}/users/${user}`, { status: 'suspended' });
    const suspended = await accessOf(tenant, user);
    expect([suspended.status, suspended.body.data, suspended.body.pagination.total_items]).toEqual([200, [], 0]);
    await tenant.api.patch(`${tenant.path}/users/${user}`, { status: 'active' });
    await platform.patch(tenant.path, { status: 'suspended' });
    const closedTenant = await platform.get(`${tenant.path}/users/${user}/access`);
    expect([closedTenant.status, closedTenant.body.data]).toEqual([200, []]);
  });
});

describe('the pages of what a user can use', () => {
  it('hold every application once with the exact total, by number and by cursor', async () => {
    const tenant = await newTenant();
    const user = await tenant.user();
    const applications = await manyApplications(tenant, 11);
    const team = await tenant.group('Team', [user]);
    for (const [at, application] of applications.entries()) {
      await assign(tenant, at % 2 === 0 ? 'user' : 'group', at % 2 === 0 ? user : team, application);
      if (at % 3 === 0) await assign(tenant, at % 2 === 0 ? 'group' : 'user', at % 2 === 0 ? team : user, application);
    }
    const numbered = await Promise.all([1, 2, 3, 4].map((page) => accessOf(tenant, user, `?per_page=4&page=${page}`)));
    expect(numbered.map(idsOf)).toEqual([
      applications.slice(0, 4),
      applications.slice(4, 8),
      applications.slice(8),
      [],
    ]);
    expect(numbered.map(({ body }) => body.pagination.total_items)).toEqual([11, 11, 11, 11]);
    const walked: string[] = [];
    let query: string | null = '?per_page=4';
    while (query !== null) {
      const page: ApiAnswer = await accessOf(tenant, user, query);
      walked.push(...idsOf(page));
      expect(page.body.pagination).toMatchObject({ per_page: 4, total_items: 11, total_pages: 3 });
      const next = page.body.pagination.next_cursor as string | null;
      query = next === null ? null : `?cursor=${encodeURIComponent(next)}`;
    }
    expect(walked).toEqual(applications);
  });

  it('refuse the cursor of another user, and pages that are none', async () => {
    const tenant = await newTenant();
    const [ada, bob] = [await tenant.user(), await tenant.user()];
    for (const application of await manyApplications(tenant, 3)) await assign(tenant, 'user', ada, application);
    const { body } = await accessOf(tenant, ada, '?per_page=2');
    const stolen = await accessOf(tenant, bob, `?cursor=${String(body.pagination.next_cursor)}`);
    expect(stolen.status).toBe(400);
    expect(stolen.body).toEqual(refusal(stolen, 'invalid_cursor', expect.stringContaining('cursor')));
    const wrong = await accessOf(tenant, ada, '?per_page=201');
    expect(wrong.status).toBe(422);
    expect(wrong.body).toEqual(wrongValue(wrong, ['query', 'per_page'], 'integer'));
  });
});
