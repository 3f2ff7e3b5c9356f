import { randomUUID } from 'node:crypto';
import type { ApiAnswer } from '../support/api.js';
import { sql } from '../support/sql.js';
import { manyUsers } from '../support/many-users.js';
import { newTenant, type TestTenant } from '../support/tenant.js';

const UNBOUND = { valid_from: null, valid_until: null };
const META = { request_id: expect.any(String), timestamp: expect.any(String) };
const NOBODY = '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44';
const MOST_MEMBERS = 1000;

const idsIn = (answer: ApiAnswer): string[] =>
  (answer.body.data as { user_id: string }[]).map((member) => member.user_id);

/** Makes many users at once, behind the service's back, and answers their ids in order. */
async function crowd({ id }: TestTenant, size: number): Promise<string[]> {
  return (await manyUsers(id, size)).sort();
}

describe('adding members', () => {
  it('adds those who are not in the group and names those who are, in the order asked', async () => {
    const { api, path, user, group } = await newTenant();
    const [ada, bob, cid] = [await user('ada'), await user('bob'), await user('cid')];
    const groupId = await group('team', [bob]);
    const answer = await api.post(`${path}/groups/${groupId}/members`, { user_ids: [cid, bob, ada] });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ data: { added: [cid, ada], already_members: [bob] }, meta: META });
    const again = await api.post(`${path}/groups/${groupId}/members`, { user_ids: [ada] });
    expect(again.body.data).toEqual({ added: [], already_members: [ada] });
    const listed = await api.get(`${path}/groups/${groupId}/members`);
    expect(listed.body).toEqual({
      data: [
        {
          user_id: ada,
          user_name: 'ada',
          display_name: null,
          membership: 'direct',
          added_at: expect.any(String),
          ...UNBOUND,
          state: 'valid',
        },
        {
          user_id: bob,
          user_name: 'bob',
          display_name: null,
          membership: 'direct',
          added_at: expect.any(String),
          ...UNBOUND,
          state: 'valid',
        },
        {
          user_id: cid,
          user_name: 'cid',
          display_name: null,
          membership: 'direct',
          added_at: expect.any(String),
          ...UNBOUND,
          state: 'valid',
        },
      ],
      pagination: { page: 1, per_page: 50, total_items: 3, total_pages: 1, next_cursor: null },
      meta: META,
    });
  });

  it('leaves events with ids in the order of time, whoever makes them: the statement or the service', async () => {
    const { id, api, path, user, group } = await newTenant();
    const [ada, groupId] = [await user('ada'), await group()];
    const member = `${path}/groups/${groupId}/members/${ada}`;
    await api.post(`${path}/groups/${groupId}/members`, { user_ids: [ada] });
    await api.delete(member);
    await api.put(member);
    await api.delete(`${path}/users/${ada}`);
    const events = await sql<{ id: string; action: string }>(
      'SELECT id, action FROM audit_events WHERE tenant_id = $1 AND user_id = $2 ORDER BY seq',
      [id, ada],
    );
    const [created, deleted] = ['membership.created', 'membership.deleted'];
    expect(events.map(({ action }) => action).slice(0, 4)).toEqual(['user.created', created, deleted, created]);
    const ids = events.map((event) => event.id);
    expect(ids.map((each) => each.charAt(14))).toEqual(ids.map(() => '7'));
    // In one request several are made in the same millisecond; the first four are of a request each.
    expect(ids.slice(0, 4)).toEqual(ids.slice(0, 4).sort());
  });

  it('counts a repeated id once, in either case', async () => {
    const { api, path, user, group } = await newTenant();
    const [ada, groupId] = [await user('ada'), await group()];
    const answer = await api.post(`${path}/groups/${groupId}/members`, { user_ids: [ada, ada.toUpperCase(), ada] });
    expect(answer.body.data).toEqual({ added: [ada], already_members: [] });
    expect((await api.get(`${path}/groups/${groupId}/members`)).body.pagination.total_items).toBe(1);
  });

  it('takes 1,000 users in one call', async () => {
    const tenant = await newTenant();
    const { api, path, group } = tenant;
    const [users, groupId] = [await crowd(tenant, MOST_MEMBERS), await group()];
    const answer = await api.post(`${path}/groups/${groupId}/members`, { user_ids: users });
    expect(answer.status).toBe(200);
    expect(answer.body.data).toEqual({ added: users, already_members: [] });
    const last = await api.get(`${path}/groups/${groupId}/members?per_page=200&page=5`);
    expect(idsIn(last)).toEqual(users.slice(800));
    expect(last.body.pagination).toEqual({
      page: 5,
      per_page: 200,
      total_items: MOST_MEMBERS,
      total_pages: 5,
      next_cursor: null,
    });
  });

  it.each([
    ['no list', {}],
    ['an empty list', { user_ids: [] }],
    ['1,001 ids', { user_ids: Array.from({ length: MOST_MEMBERS + 1 }, () => NOBODY) }],
    ['what is no list', { user_ids: NOBODY }],
    ['what is no UUID', { user_ids: [NOBODY, 'ada'] }],
    ['null', { user_ids: [null] }],
  ])('refuses %s', async (_, body) => {
    const { api, path, group } = await newTenant();
    const answer = await api.post(`${path}/groups/${await group()}/members`, body);
    expect(answer.status).toBe(422);
    expect(answer.body).toEqual({
      detail: [{ loc: ['body', 'user_ids'], msg: expect.any(String), type: expect.any(String) }],
      code: 'validation_failed',
      request_id: expect.any(String),
    });
  });

  it('adds nobody where one is unknown, and names every unknown one, also those of other tenants', async () => {
    const [{ id, api, path, user, group }, other] = await Promise.all([newTenant(), newTenant()]);
    const [known, stranger, groupId] = [await user(), await other.user(), await group()];
    const answer = await api.post(`${path}/groups/${groupId}/members`, { user_ids: [stranger, known, NOBODY] });
    expect(answer.status).toBe(404);
    expect(answer.body).toEqual({
      detail: expect.stringContaining(stranger),
      code: 'user_not_found',
      request_id: expect.any(String),
    });
    expect(answer.body.detail).toContain(NOBODY);
    expect(answer.body.detail).not.toContain(known);
    expect(await sql('SELECT user_id FROM group_members WHERE tenant_id = $1', [id])).toEqual([]);
  });

  it('names a thousand unknown ones as well', async () => {
    const { api, path, group } = await newTenant();
    const unknown = Array.from({ length: MOST_MEMBERS }, () => randomUUID());
    const answer = await api.post(`${path}/groups/${await group()}/members`, { user_ids: unknown });
    expect(answer.status).toBe(404);
    expect(unknown.filter((id) => !String(answer.body.detail).includes(id))).toEqual([]);
  });

  it('is 404 for a group that the tenant does not have', async () => {
    const [{ api, path, user }, other] = await Promise.all([newTenant(), newTenant()]);
    const [ada, theirs] = [await user(), await other.group()];
    for (const groupId of [NOBODY, theirs]) {
      for (const answer of [
        await api.post(`${path}/groups/${groupId}/members`, { user_ids: [ada] }),
        await api.put(`${path}/groups/${groupId}/members/${ada}`),
        await api.get(`${path}/groups/${groupId}/members`),
        await api.get(`${path}/groups/${groupId}/members?transitive=true`),
      ]) {
        expect([answer.status, answer.body.code]).toEqual([404, 'group_not_found']);
      }
    }
  });

  it('adds each user once where many calls overlap, in whatever order they name them', async () => {
    const tenant = await newTenant();
    const { api, path, group } = tenant;
    const [users, groupId] = [await crowd(tenant, 60), await group()];
    const turned = (by: number): string[] => [...users.slice(by), ...users.slice(0, by)];
    const orders = [users, users.toReversed(), turned(20), turned(40), turned(20).toReversed(), turned(50)];
    const answers = await Promise.all(
      orders.map((asked) => api.post(`${path}/groups/${groupId}/members`, { user_ids: asked })),
    );
    expect(answers.map(({ status }) => status)).toEqual(orders.map(() => 200));
    const added = answers.flatMap(({ body }) => body.data.added as string[]);
    expect(added.sort()).toEqual(users);
  });
});

describe('one membership', () => {
  it('is made by PUT with 201, and is 200 and unchanged the next time', async () => {
    const { api, path, user, group } = await newTenant();
    const [ada, groupId] = [await user(), await group()];
    const url = `${path}/groups/${groupId}/members/${ada}`;
    const made = await api.put(url);
    expect(made.status).toBe(201);
    expect(made.body).toEqual({
      data: { group_id: groupId, user_id: ada, added_at: expect.any(String), ...UNBOUND },
      meta: META,
    });
    const again = await api.put(url);
    expect(again.status).toBe(200);
    expect(again.body.data).toEqual(made.body.data);
  });

  it('is made once where 20 put it at the same moment', async () => {
    const { api, path, user, group } = await newTenant();
    const url = `${path}/groups/${await group()}/members/${await user()}`;
    const statuses = (await Promise.all(Array.from({ length: 20 }, () => api.put(url)))).map(({ status }) => status);
    expect(statuses.sort()).toEqual([...Array.from({ length: 19 }, () => 200), 201]);
  });

  it('cannot be made with a user that the tenant does not have', async () => {
    const [{ api, path, group }, other] = await Promise.all([newTenant(), newTenant()]);
    const groupId = await group();
    for (const userId of [NOBODY, await other.user()]) {
      const answer = await api.put(`${path}/groups/${groupId}/members/${userId}`);
      expect([answer.status, answer.body.code]).toEqual([404, 'user_not_found']);
      expect(answer.body.detail).toContain(userId);
    }
  });

  it('ends with DELETE, which is 404 where there is none', async () => {
    const { api, path, user, group } = await newTenant();
    const [ada, bob] = [await user('ada'), await user('bob')];
    const groupId = await group('team', [ada, bob]);
    const deleted = await api.delete(`${path}/groups/${groupId}/members/${ada}`);
    expect([deleted.status, deleted.body]).toEqual([204, null]);
    expect(idsIn(await api.get(`${path}/groups/${groupId}/members`))).toEqual([bob]);
    const again = await api.delete(`${path}/groups/${groupId}/members/${ada}`);
    expect(again.status).toBe(404);
    expect(again.body).toEqual({
      detail: `No membership ${ada} in this tenant.`,
      code: 'membership_not_found',
      request_id: expect.any(String),
    });
  });

  it('is never left without its user or group by a deletion at the same moment', async () => {
    const { id, api, path, user, group } = await newTenant();
    for (let round = 0; round < 10; round += 1) {
      const [ada, groupId] = [await user(), await group()];
      const victim = round % 2 === 0 ? `users/${ada}` : `groups/${groupId}`;
      const [put, deleted] = await Promise.all([
        api.put(`${path}/groups/${groupId}/members/${ada}`),
        api.delete(`${path}/${victim}`),
      ]);
      expect([200, 201, 404]).toContain(put.status);
      expect(deleted.status).toBe(204);
    }
    expect(await sql('SELECT user_id FROM group_members WHERE tenant_id = $1', [id])).toEqual([]);
  });
});

describe('members of nested groups', () => {
  it('are listed once with ?transitive=true, marked as inherited unless they are in the group itself', async () => {
    const { api, path, user, group } = await newTenant();
    const [ada, bob, cid, dan] = [
      await user('ada'),
      await user('bob', { display_name: 'Bob' }),
      await user('cid'),
      await user('dan'),
    ];
    const [top, left, right] = [
      await group('top', [ada]),
      await group('left', [ada, bob]),
      await group('right', [bob]),
    ];
    const [bottom] = [await group('bottom', [bob, cid]), await group('beside', [dan])];
    for (const [parent, child] of [
      [top, left],
      [top, right],
      [left, bottom],
      [right, bottom],
    ]) {
      await api.put(`${path}/groups/${parent}/groups/${child}`);
    }
    const all = await api.get(`${path}/groups/${top}/members?transitive=true`);
    expect(all.body).toEqual({
      data: [
        {
          user_id: ada,
          user_name: 'ada',
          display_name: null,
          membership: 'direct',
          added_at: expect.any(String),
          ...UNBOUND,
          state: 'valid',
        },
        {
          user_id: bob,
          user_name: 'bob',
          display_name: 'Bob',
          membership: 'inherited',
          added_at: null,
          ...UNBOUND,
          state: 'valid',
        },
        {
          user_id: cid,
          user_name: 'cid',
          display_name: null,
          membership: 'inherited',
          added_at: null,
          ...UNBOUND,
          state: 'valid',
        },
      ],
      pagination: { page: 1, per_page: 50, total_items: 3, total_pages: 1, next_cursor: null },
      meta: META,
    });
    expect(idsIn(await api.get(`${path}/groups/${top}/members`))).toEqual([ada]);
    expect(idsIn(await api.get(`${path}/groups/${top}/members?transitive=false`))).toEqual([ada]);
    expect(idsIn(await api.get(`${path}/groups/${bottom}/members?transitive=true`))).toEqual([bob, cid]);
    expect((await api.get(`${path}/groups/${top}/members?transitive=yes`)).status).toBe(422);
  });

  it('see every group that holds them, direct or inherited, each once', async () => {
    const { api, path, user, group } = await newTenant();
    const ada = await user('ada');
    const [top, middle, bottom] = [await group('top'), await group('middle', [ada]), await group('bottom', [ada])];
    await group('beside');
    await api.put(`${path}/groups/${top}/groups/${middle}`);
    await api.put(`${path}/groups/${middle}/groups/${bottom}`);
    const groups = await api.get(`${path}/users/${ada}/groups`);
    expect(groups.status).toBe(200);
    expect(groups.body).toEqual({
      data: [
        { group_id: top, name: 'top', membership: 'inherited', added_at: null },
        { group_id: middle, name: 'middle', membership: 'direct', added_at: expect.any(String) },
        { group_id: bottom, name: 'bottom', membership: 'direct', added_at: expect.any(String) },
      ],
      pagination: { page: 1, per_page: 50, total_items: 3, total_pages: 1, next_cursor: null },
      meta: META,
    });
    await api.delete(`${path}/groups/${middle}/members/${ada}`);
    const marked = (await api.get(`${path}/users/${ada}/groups`)).body.data as { membership: string }[];
    expect(marked.map(({ membership }) => membership)).toEqual(['inherited', 'inherited', 'direct']);
  });

  it('are in no group at first, and unknown users are 404', async () => {
    const [{ api, path, user }, other] = await Promise.all([newTenant(), newTenant()]);
    expect((await api.get(`${path}/users/${await user()}/groups`)).body.data).toEqual([]);
    for (const id of [NOBODY, await other.user()]) {
      const answer = await api.get(`${path}/users/${id}/groups`);
      expect([answer.status, answer.body.code]).toEqual([404, 'user_not_found']);
    }
  });
});
