import type { ApiAnswer } from '../support/api.js';
import { sql } from '../support/sql.js';
import { newTenant, type TestTenant } from '../support/tenant.js';

const META = { request_id: expect.any(String), timestamp: expect.any(String) };
const NOBODY = '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44';

const namesIn = (answer: ApiAnswer): string[] => (answer.body.data as { name: string }[]).map(({ name }) => name);

/** Both kinds, with the place where each is made. */
const KINDS = [
  {
    kind: 'workspaces',
    place: ({ path }: TestTenant) => Promise.resolve({ url: `${path}/workspaces`, more: {} }),
    within: 'this tenant',
  },
  {
    kind: 'projects',
    place: async ({ path, workspace }: TestTenant) => {
      const id = await workspace();
      return { url: `${path}/workspaces/${id}/projects`, more: { workspace_id: id } };
    },
    within: 'this workspace',
  },
] as const;

describe.each(KINDS)('$kind', ({ place, within }) => {
  it('are made, read, listed as they were made, found by name, changed and deleted', async () => {
    const tenant = await newTenant();
    const { api } = tenant;
    const { url, more } = await place(tenant);
    const made = await api.post(url, { name: 'Research' });
    const research = {
      id: expect.any(String),
      ...more,
      name: 'Research',
      description: null,
      created_at: expect.any(String),
      updated_at: expect.any(String),
    };
    expect([made.status, made.headers.get('etag')]).toEqual([201, '"1"']);
    expect(made.body).toEqual({ data: research, meta: META });
    const own = `${url}/${made.body.data.id}`;
    expect(made.headers.get('location')).toBe(api.url + own);
    for (const name of ['Sales', 'Pre-sales']) await api.post(url, { name, description: 'Some.\nText.' });
    expect((await api.get(own)).body).toEqual({ data: made.body.data, meta: META });

    const all = await api.get(url);
    expect(namesIn(all)).toEqual(['Research', 'Sales', 'Pre-sales']);
    expect(all.body.data[0]).toEqual(made.body.data);
    expect(all.body.pagination).toEqual({ page: 1, per_page: 50, total_items: 3, total_pages: 1, next_cursor: null });
    const found = await api.get(`${url}?search=SALES`);
    expect([namesIn(found), found.body.pagination.total_items]).toEqual([['Sales', 'Pre-sales'], 2]);
    expect(namesIn(await api.get(`${url}?search=%25`))).toEqual([]);

    const patched = await api.patch(own, { description: 'New.' }, { headers: { 'if-match': '"1"' } });
    expect([patched.status, patched.headers.get('etag')]).toEqual([200, '"2"']);
    expect(patched.body.data).toEqual({ ...made.body.data, description: 'New.', updated_at: expect.any(String) });
    expect((await api.patch(own, { name: 'RESEARCH', description: null })).body.data).toMatchObject({
      name: 'RESEARCH',
      description: null,
    });
    for (const wrong of [{ name: null }, { name: ' a' }, { id: NOBODY }, { description: 'x'.repeat(2001) }]) {
      expect((await api.patch(own, wrong)).status).toBe(422);
    }
    expect((await api.delete(own, { headers: { 'if-match': '"1"' } })).status).toBe(412);
    expect((await api.delete(own)).status).toBe(204);
    expect((await api.get(own)).status).toBe(404);
    expect(namesIn(await api.get(url))).toEqual(['Sales', 'Pre-sales']);
  });

  it('have names that differ by more than case in their place, also where 20 ask for one at the same moment', async () => {
    const [tenant, other] = [await newTenant(), await newTenant()];
    const [{ url }, theirs] = [await place(tenant), await place(other)];
    const { api } = tenant;
    await api.post(url, { name: 'Straßenbau' });
    const taken = await api.post(url, { name: 'STRASSENBAU' });
    expect(taken.status).toBe(409);
    expect(taken.body).toEqual({
      detail: `name "STRASSENBAU" is already taken in ${within}; choose another.`,
      code: 'name_taken',
      request_id: expect.any(String),
    });
    const answers = await Promise.all(Array.from({ length: 20 }, () => api.post(url, { name: 'Team' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
    const { id } = answers.find(({ status }) => status === 201)!.body.data;
    expect((await api.patch(`${url}/${id}`, { name: 'straßenbau' })).body.code).toBe('name_taken');
    expect(namesIn(await api.get(url))).toEqual(['Straßenbau', 'Team']);
    expect((await other.api.post(theirs.url, { name: 'straßenbau' })).status).toBe(201);
  });

  it('refuse what is not right, saying what', async () => {
    const tenant = await newTenant();
    const { url } = await place(tenant);
    for (const [body, field, type] of [
      [{}, 'name', 'missing'],
      [{ name: 'two\nlines' }, 'name', 'line'],
      [{ name: 'x'.repeat(201) }, 'name', 'line'],
      [{ name: 'a', description: 5 }, 'description', 'prose'],
      [{ name: 'a', projects: [] }, 'projects', 'unknown_field'],
    ] as const) {
      const answer = await tenant.api.post(url, body);
      expect([answer.status, answer.body.detail]).toEqual([
        422,
        [{ loc: ['body', field], msg: expect.any(String), type }],
      ]);
    }
    expect((await tenant.api.get(url)).body.data).toEqual([]);
  });
});

describe('projects', () => {
  it('are found in their own workspace alone', async () => {
    const { api, path, workspace, project } = await newTenant();
    const [mine, other] = [await workspace(), await workspace()];
    const id = await project(mine, 'Forecast');
    await project(other, 'Forecast');
    const elsewhere = `${path}/workspaces/${other}/projects/${id}`;
    for (const answer of [
      await api.get(elsewhere),
      await api.patch(elsewhere, { name: 'mine' }),
      await api.delete(elsewhere),
    ]) {
      expect([answer.status, answer.body.code, answer.body.detail]).toEqual([
        404,
        'project_not_found',
        `No project ${id} in workspace ${other}.`,
      ]);
    }
    for (const answer of [
      await api.post(`${path}/workspaces/${NOBODY}/projects`, { name: 'a' }),
      await api.get(`${path}/workspaces/${NOBODY}/projects`),
    ]) {
      expect([answer.status, answer.body.detail]).toEqual([404, `No workspace ${NOBODY} in this tenant.`]);
    }
    expect((await api.get(`${path}/workspaces/${mine}/projects/${id}`)).body.data.name).toBe('Forecast');
  });

  it('go with their workspace, each with its event', async () => {
    const { id: tenantId, api, path, workspace, project } = await newTenant();
    const [gone, stays] = [await workspace(), await workspace()];
    const inside = [await project(gone), await project(gone)];
    const kept = await project(stays);
    const before = (await api.get(`${path}/workspaces/${gone}/projects`)).body.data as object[];
    expect((await api.delete(`${path}/workspaces/${gone}`)).status).toBe(204);
    expect(await sql('SELECT id FROM projects WHERE tenant_id = $1', [tenantId])).toEqual([{ id: kept }]);
    const events = await sql<{ resource_id: string; before: object; after: null }>(
      `SELECT resource_id, before, after FROM audit_events
        WHERE tenant_id = $1 AND action = 'project.deleted' ORDER BY resource_id`,
      [tenantId],
    );
    expect(events.map((event) => event.resource_id)).toEqual(inside);
    expect(events.map((event) => Object.keys(event.before).sort())).toEqual(
      before.map((each) => Object.keys(each).sort()),
    );
    expect(events[0]!.before).toMatchObject({ id: inside[0], workspace_id: gone });
  });

  it('are none behind a workspace that is deleted while they are made', async () => {
    const { id, api, path, workspace } = await newTenant();
    const within = await workspace();
    const [removal, ...answers] = await Promise.all([
      api.delete(`${path}/workspaces/${within}`),
      ...Array.from({ length: 12 }, (_, at) => api.post(`${path}/workspaces/${within}/projects`, { name: `p${at}` })),
    ]);
    expect(removal.status).toBe(204);
    expect(answers.filter(({ status }) => status !== 201 && status !== 404)).toEqual([]);
    expect(await sql('SELECT id FROM projects WHERE tenant_id = $1', [id])).toEqual([]);
    const [made] = await sql<{ n: number }>(
      `SELECT (count(*) FILTER (WHERE action = 'project.created') - count(*) FILTER (WHERE action = 'project.deleted'))::int AS n
         FROM audit_events WHERE tenant_id = $1`,
      [id],
    );
    expect(made).toEqual({ n: 0 });
  });

  it('need directory:write to be changed and directory:read to be read', async () => {
    const { path, workspace, apiWith } = await newTenant();
    const url = `${path}/workspaces/${await workspace()}/projects`;
    const [reader, writer, outsider] = [
      await apiWith('directory:read'),
      await apiWith('directory:write'),
      await apiWith('roles:write'),
    ];
    expect([(await reader.get(url)).status, (await reader.post(url, { name: 'a' })).status]).toEqual([200, 403]);
    expect([(await writer.post(url, { name: 'a' })).status, (await outsider.get(url)).status]).toEqual([201, 403]);
  });
});
