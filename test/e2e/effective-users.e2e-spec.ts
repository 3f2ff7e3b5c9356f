import { randomUUID } from 'node:crypto';
import { platformApi, type ApiAnswer } from '../support/api.js';
import { assign, metaOf, nest, refusal, wrongValue } from '../support/assignment-steps.js';
import { sql } from '../support/sql.js';
import { manyUsers } from '../support/many-users.js';
import { newTenant, type TestTenant } from '../support/tenant.js';

async function effective(tenant: TestTenant, applicationId: string, query = ''): Promise<ApiAnswer> {
  return tenant.api.get(`${tenant.path}/applications/${applicationId}/effective-users${query}`);
}

/** Who can use the application and why, as one line a user, sorted. */
async function reasons(tenant: TestTenant, applicationId: string): Promise<string[]> {
  const { body } = await effective(tenant, applicationId, '?per_page=200');
  const rows = body.data as { user_id: string; assignment_type: string; assigned_via: string | null }[];
  return rows.map((row) => `${row.user_id} ${row.assignment_type} ${String(row.assigned_via)}`).sort();
}

/** A tenant with one application that `count` users have: half directly, half through a group. */
async function crowd(count: number): Promise<{ tenant: TestTenant; application: string; users: string[] }> {
  const tenant = await newTenant();
  const [application, group] = [await tenant.application(), await tenant.group()];
  const users = await manyUsers(tenant.id, count);
  const members = users.filter((_, index) => index % 2 === 0);
  await tenant.api.post(`${tenant.path}/groups/${group}/members`, { user_ids: members });
  await assign(tenant, 'group', group, application);
  for (const user of users.filter((_, index) => index % 2 === 1)) await assign(tenant, 'user', user, application);
  return { tenant, application, users };
}

function idsOf({ body }: ApiAnswer): string[] {
  return (body.data as { user_id: string }[]).map(({ user_id }) => user_id);
}

describe('the effective users of an application', () => {
  it('are one row a user, with names and the reason', async () => {
    const tenant = await newTenant();
    const application = await tenant.application();
    const ada = await tenant.user('ada', { email: 'ada@example.com', display_name: 'Ada Lovelace' });
    const bob = await tenant.user('bob');
    const group = await tenant.group('Staff', [bob]);
    await assign(tenant, 'user', ada, application);
    await assign(tenant, 'group', group, application);
    const answer = await effective(tenant, application);
    expect(answer.status).toBe(200);
    const rows = [
      {
        user_id: ada,
        user_name: 'ada',
        email: 'ada@example.com',
        display_name: 'Ada Lovelace',
        status: 'active',
        assignment_type: 'direct',
        assigned_via: null,
      },
      {
        user_id: bob,
        user_name: 'bob',
        email: null,
        display_name: null,
        status: 'active',
        assignment_type: 'group',
        assigned_via: group,
      },
    ];
    expect(answer.body).toEqual({
      data: rows,
      pagination: { page: 1, per_page: 50, total_items: 2, total_pages: 1, next_cursor: null },
      meta: metaOf(answer),
    });
  });

  it('are none where it is assigned to nobody, with 0 pages, and 404 where the tenant has no such application', async () => {
    const tenant = await newTenant();
    const [application, unknown] = [await tenant.application(), randomUUID()];
    await tenant.user();
    const none = await effective(tenant, application);
    expect(none.status).toBe(200);
    expect(none.body).toEqual({
      data: [],
      pagination: { page: 1, per_page: 50, total_items: 0, total_pages: 0, next_cursor: null },
      meta: metaOf(none),
    });
    const nothing = await effective(tenant, unknown);
    expect(nothing.status).toBe(404);
    expect(nothing.body).toEqual(
      refusal(nothing, 'application_not_found', `No application ${unknown} in this tenant.`),
    );
  });

  it('say direct where a user has it both ways, and the group that was assigned first where there are several', async () => {
    const tenant = await newTenant();
    const application = await tenant.application();
    const [both, grouped] = [await tenant.user(), await tenant.user()];
    const [late, early] = [await tenant.group('Late', [both, grouped]), await tenant.group('Early', [grouped])];
    const first = await assign(tenant, 'group', late, application);
    await assign(tenant, 'group', early, application);
    await assign(tenant, 'user', both, application);
    expect(await reasons(tenant, application)).toEqual([`${both} direct null`, `${grouped} group ${late}`].sort());
    await sql(`UPDATE assignments SET assigned_at = now() + interval '1 hour' WHERE id = $1`, [first.id]);
    expect(await reasons(tenant, application)).toEqual([`${both} direct null`, `${grouped} group ${early}`].sort());
  });

  it('leave out suspended users, in the rows and in the total, until they are active again', async () => {
    const tenant = await newTenant();
    const application = await tenant.application();
    const [direct, member, active] = [await tenant.user(), await tenant.user(), await tenant.user()];
    const group = await tenant.group('Staff', [member, active]);
    await assign(tenant, 'user', direct, application);
    await assign(tenant, 'group', group, application);
    for (const user of [direct, member])
      await tenant.api.patch(`${tenant.path}/users/${user}`, { status: 'suspended' });
    const answer = await effective(tenant, application);
    expect(idsOf(answer)).toEqual([active]);
    expect(answer.body.pagination).toMatchObject({ total_items: 1, total_pages: 1 });
    await tenant.api.patch(`${tenant.path}/users/${member}`, { status: 'active' });
    expect(await reasons(tenant, application)).toEqual([`${member} group ${group}`, `${active} group ${group}`].sort());
  });

  it('are none while the application is disabled; its assignments come back with it', async () => {
    const tenant = await newTenant();
    const [application, user] = [await tenant.application(), await tenant.user()];
    await assign(tenant, 'user', user, application);
    await tenant.api.patch(`${tenant.path}/applications/${application}`, { status: 'disabled' });
    const disabled = await effective(tenant, application);
    expect(disabled.status).toBe(200);
    expect(disabled.body.data).toEqual([]);
    expect(disabled.body.pagination).toEqual({
      page: 1,
      per_page: 50,
      total_items: 0,
      total_pages: 0,
      next_cursor: null,
    });
    await tenant.api.patch(`${tenant.path}/applications/${application}`, { status: 'active' });
    expect(await reasons(tenant, application)).toEqual([`${user} direct null`]);
  });

  it('are none while the tenant is suspended, as the platform sees it', async () => {
    const tenant = await newTenant();
    const platform = await platformApi();
    const [application, user] = [await tenant.application(), await tenant.user()];
    await assign(tenant, 'user', user, application);
    await platform.patch(tenant.path, { status: 'suspended' });
    const suspended = await platform.get(`${tenant.path}/applications/${application}/effective-users`);
    expect(suspended.status).toBe(200);
    expect(suspended.body.data).toEqual([]);
    expect(suspended.body.pagination).toMatchObject({ total_items: 0, total_pages: 0 });
    await platform.patch(tenant.path, { status: 'active' });
    const active = await platform.get(`${tenant.path}/applications/${application}/effective-users`);
    expect(idsOf(active)).toEqual([user]);
  });

  it('come through groups nested to any depth, explained by the group that was assigned', async () => {
    const tenant = await newTenant();
    const application = await tenant.application();
    const chain: string[] = [];
    const users: string[] = [];
    for (let level = 0; level <= 12; level += 1) {
      users.push(await tenant.user());
      chain.push(await tenant.group(`Level ${level}`, [users[level]!]));
      if (level > 0) await nest(tenant, chain[level]!, chain[level - 1]!);
    }
    await assign(tenant, 'group', chain[10]!, application);
    const inside = users.slice(0, 11).map((user) => `${user} group ${chain[10]!}`);
    expect(await reasons(tenant, application)).toEqual(inside.sort());
  });

  it('count once in a diamond and in several assigned groups', async () => {
    const tenant = await newTenant();
    const application = await tenant.application();
    const user = await tenant.user();
    const [top, left, right, bottom] = [
      await tenant.group('Top'),
      await tenant.group('Left'),
      await tenant.group('Right', [user]),
      await tenant.group('Bottom', [user]),
    ];
    for (const side of [left, right]) {
      await nest(tenant, top, side);
      await nest(tenant, side, bottom);
    }
    for (const group of [top, right, bottom]) await assign(tenant, 'group', group, application);
    const answer = await effective(tenant, application);
    expect(answer.body.data).toEqual([
      expect.objectContaining({ user_id: user, assignment_type: 'group', assigned_via: top }),
    ]);
    expect(answer.body.pagination.total_items).toBe(1);
  });

  it('are right at the next read after every change', async () => {
    const tenant = await newTenant();
    const [application, user, group, outer] = [
      await tenant.application(),
      await tenant.user(),
      await tenant.group(),
      await tenant.group(),
    ];
    await assign(tenant, 'group', outer, application);
    expect(await reasons(tenant, application)).toEqual([]);
    await tenant.api.put(`${tenant.path}/groups/${group}/members/${user}`);
    await nest(tenant, outer, group);
    expect(await reasons(tenant, application)).toEqual([`${user} group ${outer}`]);
    await tenant.api.delete(`${tenant.path}/groups/${group}/members/${user}`);
    expect(await reasons(tenant, application)).toEqual([]);
    await tenant.api.put(`${tenant.path}/groups/${group}/members/${user}`);
    await tenant.api.delete(`${tenant.path}/groups/${outer}/applications/${application}`);
    expect(await reasons(tenant, application)).toEqual([]);
  });
});

describe('the pages of the effective users', () => {
  it('hold every user once, in one order, with exact totals, by number', async () => {
    const { tenant, application, users } = await crowd(23);
    const pages = await Promise.all(
      [1, 2, 3, 4, 5].map((page) => effective(tenant, application, `?page=${page}&per_page=5`)),
    );
    expect(pages.flatMap(idsOf)).toEqual(users);
    expect(pages.map(({ body }) => body.pagination)).toEqual(
      [1, 2, 3, 4, 5].map((page) => ({
        page,
        per_page: 5,
        total_items: 23,
        total_pages: 5,
        next_cursor: page < 5 ? expect.any(String) : null,
      })),
    );
  });

  it('hold the same by cursor, each naming its number, the last one none', async () => {
    const { tenant, application, users } = await crowd(23);
    const seen: string[] = [];
    const numbers: number[] = [];
    let query: string | null = '?per_page=7';
    while (query !== null) {
      const page: ApiAnswer = await effective(tenant, application, query);
      seen.push(...idsOf(page));
      numbers.push(page.body.pagination.page);
      expect(page.body.pagination).toMatchObject({ per_page: 7, total_items: 23, total_pages: 4 });
      const next = page.body.pagination.next_cursor as string | null;
      query = next === null ? null : `?cursor=${encodeURIComponent(next)}`;
    }
    expect(seen).toEqual(users);
    expect(numbers).toEqual([1, 2, 3, 4]);
  });

  it('skip and repeat nobody by cursor while users before it come and go', async () => {
    const { tenant, application, users } = await crowd(12);
    const first = await effective(tenant, application, '?per_page=4');
    await tenant.api.delete(`${tenant.path}/users/${users[0]!}`);
    await tenant.api.patch(`${tenant.path}/users/${users[1]!}`, { status: 'suspended' });
    const cursor = encodeURIComponent(first.body.pagination.next_cursor as string);
    const second = await effective(tenant, application, `?cursor=${cursor}`);
    expect(idsOf(second)).toEqual(users.slice(4, 8));
    expect(second.body.pagination.total_items).toBe(10);
  });

  it('are empty beyond the last one, with the same totals', async () => {
    const { tenant, application } = await crowd(3);
    const beyond = await effective(tenant, application, '?page=9&per_page=2');
    expect(beyond.status).toBe(200);
    expect(beyond.body).toEqual({
      data: [],
      pagination: { page: 9, per_page: 2, total_items: 3, total_pages: 2, next_cursor: null },
      meta: metaOf(beyond),
    });
  });

  it.each([
    ['page=0', 'page'],
    ['page=-1', 'page'],
    ['page=two', 'page'],
    ['per_page=0', 'per_page'],
    ['per_page=201', 'per_page'],
    ['per_page=1000', 'per_page'],
  ])('refuse ?%s with 422', async (query, name) => {
    const tenant = await newTenant();
    const answer = await effective(tenant, await tenant.application(), `?${query}`);
    expect(answer.status).toBe(422);
    expect(answer.body).toEqual(wrongValue(answer, ['query', name], 'integer'));
  });

  it('take per_page from 1 to 200', async () => {
    const { tenant, application, users } = await crowd(3);
    expect(idsOf(await effective(tenant, application, '?per_page=1'))).toEqual(users.slice(0, 1));
    expect(idsOf(await effective(tenant, application, '?per_page=200'))).toEqual(users);
  });

  it('refuse a cursor of another application, of another tenant, and one that was changed, with 400', async () => {
    const { tenant, application } = await crowd(4);
    const other = await crowd(4);
    const elsewhere = await tenant.application();
    const { body } = await effective(tenant, application, '?per_page=2');
    const cursor = body.pagination.next_cursor as string;
    const changed = (cursor.startsWith('A') ? 'B' : 'A') + cursor.slice(1);
    const answers = [
      await effective(tenant, elsewhere, `?cursor=${cursor}`),
      await effective(other.tenant, other.application, `?cursor=${cursor}`),
      await effective(tenant, application, `?cursor=${changed}`),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(400);
      expect(answer.body).toEqual(refusal(answer, 'invalid_cursor', expect.stringContaining('cursor')));
    }
  });
});
