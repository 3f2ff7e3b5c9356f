import type { ApiAnswer } from '../support/api.js';
import { sql } from '../support/sql.js';
import { newTenant } from '../support/tenant.js';

const META = { request_id: expect.any(String), timestamp: expect.any(String) };
const NOBODY = '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44';

const namesIn = (answer: ApiAnswer): string[] => (answer.body.data as { name: string }[]).map(({ name }) => name);

describe('groups', () => {
  it('are made with a name alone, or with all they have', async () => {
    const { api, path } = await newTenant();
    const plain = await api.post(`${path}/groups`, { name: 'Engineering' });
    expect(plain.status).toBe(201);
    expect(plain.body).toEqual({
      data: {
        id: expect.any(String),
        name: 'Engineering',
        description: null,
        external_id: null,
        kind: 'static',
        rule: null,
        created_at: expect.any(String),
        updated_at: plain.body.data.created_at,
      },
      meta: META,
    });
    expect(plain.headers.get('location')).toBe(`${api.url}${path}/groups/${plain.body.data.id}`);
    expect(plain.headers.get('etag')).toBe('"1"');

    const fields = { name: 'Vertrieb Süd', description: 'Line one.\nLine two.', external_id: 'ou-42' };
    const full = await api.post(`${path}/groups`, fields);
    expect(full.body.data).toMatchObject(fields);
    expect((await api.get(`${path}/groups/${full.body.data.id}`)).body).toEqual({ data: full.body.data, meta: META });
  });

  it.each([
    [{}, 'name', 'missing'],
    [{ name: '' }, 'name', 'line'],
    [{ name: 'two\nlines' }, 'name', 'line'],
    [{ name: 'x'.repeat(201) }, 'name', 'line'],
    [{ name: 'a', description: 'x'.repeat(2001) }, 'description', 'prose'],
    [{ name: 'a', external_id: 5 }, 'external_id', 'line'],
    [{ name: 'a', members: [] }, 'members', 'unknown_field'],
  ])('refuse %j', async (body, field, type) => {
    const { api, path } = await newTenant();
    const answer = await api.post(`${path}/groups`, body);
    expect(answer.status).toBe(422);
    expect(answer.body).toEqual({
      detail: [{ loc: ['body', field], msg: expect.any(String), type }],
      code: 'validation_failed',
      request_id: expect.any(String),
    });
    expect((await api.get(`${path}/groups`)).body.data).toEqual([]);
  });

  it('have names that differ by more than case, in their tenant', async () => {
    const [{ api, path, group }, other] = await Promise.all([newTenant(), newTenant()]);
    await group('Straßenbau');
    const taken = await api.post(`${path}/groups`, { name: 'STRASSENBAU' });
    expect(taken.status).toBe(409);
    expect(taken.body).toEqual({
      detail: 'name "STRASSENBAU" is already taken in this tenant; choose another.',
      code: 'name_taken',
      request_id: expect.any(String),
    });
    await other.group('straßenbau');
  });

  it('have external ids of their own, exactly as written', async () => {
    const { api, path } = await newTenant();
    await api.post(`${path}/groups`, { name: 'one', external_id: 'ou-1' });
    const taken = await api.post(`${path}/groups`, { name: 'two', external_id: 'ou-1' });
    expect([taken.status, taken.body.code]).toEqual([409, 'external_id_taken']);
    expect((await api.post(`${path}/groups`, { name: 'two', external_id: 'OU-1' })).status).toBe(201);
    // Any number of groups have none.
    expect((await api.post(`${path}/groups`, { name: 'three' })).status).toBe(201);
    expect((await api.post(`${path}/groups`, { name: 'four', external_id: null })).status).toBe(201);
  });

  it('of one name are made once where 20 ask for it at the same moment', async () => {
    const { id, api, path } = await newTenant();
    const made = await Promise.all(Array.from({ length: 20 }, () => api.post(`${path}/groups`, { name: 'Team' })));
    expect(made.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
    const [only] = await sql<{ id: string }>('SELECT id FROM groups WHERE tenant_id = $1', [id]);
    expect(await sql('SELECT ancestor_id, descendant_id FROM group_closure WHERE tenant_id = $1', [id])).toEqual([
      { ancestor_id: only!.id, descendant_id: only!.id },
    ]);
  });

  it('are listed as they were made, found by a part of their name, whatever the case', async () => {
    const { api, path, group } = await newTenant();
    for (const name of ['Sales', 'Engineering', 'Pre-sales']) await group(name);
    const all = await api.get(`${path}/groups`);
    expect(namesIn(all)).toEqual(['Sales', 'Engineering', 'Pre-sales']);
    expect(all.body.pagination).toEqual({ page: 1, per_page: 50, total_items: 3, total_pages: 1, next_cursor: null });
    const found = await api.get(`${path}/groups?search=SALES`);
    expect(namesIn(found)).toEqual(['Sales', 'Pre-sales']);
    expect(found.body.pagination.total_items).toBe(2);
    expect(namesIn(await api.get(`${path}/groups?search=%25`))).toEqual([]);
  });

  it('are changed by a merge patch', async () => {
    const { api, path } = await newTenant();
    const made = await api.post(`${path}/groups`, { name: 'Team', description: 'Old.', external_id: 'ou-1' });
    const url = `${path}/groups/${made.body.data.id}`;
    const patched = await api.patch(url, { name: 'TEAM', description: null });
    expect(patched.status).toBe(200);
    expect(patched.body.data).toEqual({
      ...made.body.data,
      name: 'TEAM',
      description: null,
      updated_at: expect.any(String),
    });
    expect((await api.patch(url, { external_id: null })).body.data.external_id).toBeNull();
    expect((await api.get(url)).body.data).toMatchObject({ name: 'TEAM', description: null, external_id: null });
    for (const wrong of [{ name: null }, { name: '' }, { id: NOBODY }]) {
      expect((await api.patch(url, wrong)).status).toBe(422);
    }
  });

  it('cannot be renamed to the name of another', async () => {
    const { api, path, group } = await newTenant();
    const [, second] = [await group('one'), await group('two')];
    const answer = await api.patch(`${path}/groups/${second}`, { name: 'ONE' });
    expect([answer.status, answer.body.code]).toEqual([409, 'name_taken']);
    expect(namesIn(await api.get(`${path}/groups`))).toEqual(['one', 'two']);
  });

  it('are 404 where the tenant has none of this id, and in another tenant', async () => {
    const [{ api, path }, other] = await Promise.all([newTenant(), newTenant()]);
    const stranger = await other.group('theirs');
    for (const id of [NOBODY, stranger]) {
      for (const answer of [
        await api.get(`${path}/groups/${id}`),
        await api.patch(`${path}/groups/${id}`, { name: 'mine' }),
        await api.delete(`${path}/groups/${id}`),
      ]) {
        expect(answer.status).toBe(404);
        expect(answer.body).toEqual({
          detail: `No group ${id} in this tenant.`,
          code: 'group_not_found',
          request_id: expect.any(String),
        });
      }
    }
    expect((await other.api.get(`${other.path}/groups/${stranger}`)).body.data.name).toBe('theirs');
  });

  it('take their memberships, nestings and assignments with them when they are deleted', async () => {
    const { id, api, path, user, group, application } = await newTenant();
    const userId = await user();
    const [team, parent, child] = [
      await group('team', [userId]),
      await group('parent'),
      await group('child', [userId]),
    ];
    const app = await application();
    for (const [above, below] of [
      [parent, team],
      [team, child],
    ]) {
      await api.put(`${path}/groups/${above}/groups/${below}`);
    }
    for (const holder of [team, child]) await api.put(`${path}/groups/${holder}/applications/${app}`);

    expect((await api.delete(`${path}/groups/${team}`)).status).toBe(204);
    expect(await sql('SELECT group_id FROM group_members WHERE tenant_id = $1', [id])).toEqual([{ group_id: child }]);
    expect(await sql('SELECT group_id FROM assignments WHERE tenant_id = $1', [id])).toEqual([{ group_id: child }]);
    expect(await sql('SELECT parent_id FROM group_nestings WHERE tenant_id = $1', [id])).toEqual([]);
    const closure = 'SELECT ancestor_id FROM group_closure WHERE tenant_id = $1 ORDER BY ancestor_id';
    expect(await sql(closure, [id])).toEqual([parent, child].sort().map((each) => ({ ancestor_id: each })));
    expect(namesIn(await api.get(`${path}/groups`))).toEqual(['parent', 'child']);
    expect((await api.get(`${path}/users/${userId}`)).status).toBe(200);
    expect((await api.get(`${path}/applications/${app}`)).status).toBe(200);
  });

  it('need directory:write to be changed and directory:read to be read', async () => {
    const { path, group, apiWith } = await newTenant();
    const groupId = await group();
    const [reader, writer, outsider] = await Promise.all([
      apiWith('directory:read'),
      apiWith('directory:write'),
      apiWith('applications:write'),
    ]);
    expect((await reader.get(`${path}/groups/${groupId}`)).status).toBe(200);
    expect((await reader.post(`${path}/groups`, { name: 'new' })).status).toBe(403);
    expect((await reader.delete(`${path}/groups/${groupId}`)).status).toBe(403);
    expect((await outsider.get(`${path}/groups`)).status).toBe(403);
    expect((await writer.get(`${path}/groups/${groupId}`)).status).toBe(200);
    expect((await writer.patch(`${path}/groups/${groupId}`, { name: 'new' })).status).toBe(200);
  });
});
