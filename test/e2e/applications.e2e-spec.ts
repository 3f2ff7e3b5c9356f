import type { ApiAnswer } from '../support/api.js';
import { sql } from '../support/sql.js';
import { newTenant } from '../support/tenant.js';

const META = { request_id: expect.any(String), timestamp: expect.any(String) };
const NOTHING = '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44';

const namesIn = (answer: ApiAnswer): string[] => (answer.body.data as { name: string }[]).map(({ name }) => name);

describe('applications', () => {
  it('are active web applications with a client id of their own where nothing else is said', async () => {
    const { api, path } = await newTenant();
    const made = await api.post(`${path}/applications`, { name: 'CRM' });
    expect(made.status).toBe(201);
    expect(made.body).toEqual({
      data: {
        id: expect.any(String),
        name: 'CRM',
        client_id: expect.stringMatching(/^.{8,}$/),
        description: null,
        type: 'web',
        status: 'active',
        created_at: expect.any(String),
        updated_at: made.body.data.created_at,
      },
      meta: META,
    });
    expect(made.headers.get('location')).toBe(`${api.url}${path}/applications/${made.body.data.id}`);
    expect(made.headers.get('etag')).toBe('"1"');
    const second = await api.post(`${path}/applications`, { name: 'CRM' });
    expect(second.status).toBe(201);
    expect(second.body.data.client_id).not.toBe(made.body.data.client_id);
  });

  it.each(['web', 'spa', 'native', 'service'])('of type %s keep what was sent', async (type) => {
    const { api, path } = await newTenant();
    const fields = { name: 'CRM', client_id: 'crm:1', description: 'Customers.\nDeals.', type, status: 'disabled' };
    const made = await api.post(`${path}/applications`, fields);
    expect(made.body.data).toMatchObject(fields);
    const read = await api.get(`${path}/applications/${made.body.data.id}`);
    expect(read.body).toEqual({ data: made.body.data, meta: META });
  });

  it.each([
    [{}, 'name', 'missing'],
    [{ name: ' CRM' }, 'name', 'line'],
    [{ name: 'CRM', client_id: '' }, 'client_id', 'line'],
    [{ name: 'CRM', client_id: null }, 'client_id', 'line'],
    [{ name: 'CRM', type: 'mobile' }, 'type', 'choice'],
    [{ name: 'CRM', status: 'suspended' }, 'status', 'choice'],
    [{ name: 'CRM', description: 'x'.repeat(2001) }, 'description', 'prose'],
    [{ name: 'CRM', secret: 'x' }, 'secret', 'unknown_field'],
  ])('refuse %j', async (body, field, type) => {
    const { api, path } = await newTenant();
    const answer = await api.post(`${path}/applications`, body);
    expect(answer.status).toBe(422);
    expect(answer.body).toEqual({
      detail: [{ loc: ['body', field], msg: expect.any(String), type }],
      code: 'validation_failed',
      request_id: expect.any(String),
    });
    expect((await api.get(`${path}/applications`)).body.data).toEqual([]);
  });

  it('have client ids that are unique in the tenant, exactly as written', async () => {
    const [{ api, path, application }, other] = await Promise.all([newTenant(), newTenant()]);
    await application('CRM', { client_id: 'crm' });
    const taken = await api.post(`${path}/applications`, { name: 'Second', client_id: 'crm' });
    expect(taken.status).toBe(409);
    expect(taken.body).toEqual({
      detail: 'client_id "crm" is already taken in this tenant; choose another.',
      code: 'client_id_taken',
      request_id: expect.any(String),
    });
    await application('Other case', { client_id: 'CRM' });
    await other.application('CRM', { client_id: 'crm' });
  });

  it('of one client id are made once where 20 ask for it at the same moment', async () => {
    const { id, api, path } = await newTenant();
    const body = { name: 'CRM', client_id: 'crm' };
    const made = await Promise.all(Array.from({ length: 20 }, () => api.post(`${path}/applications`, body)));
    expect(made.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
    expect(await sql('SELECT client_id FROM applications WHERE tenant_id = $1', [id])).toEqual([{ client_id: 'crm' }]);
  });

  it('are listed as they were made, by a part of name or client id, and by status', async () => {
    const { api, path, application } = await newTenant();
    await application('Zulu', { client_id: 'first' });
    await application('Alpha', { client_id: 'second', status: 'disabled' });
    await application('Mike', { client_id: 'ALPHA-3', description: 'zulu' });
    const all = await api.get(`${path}/applications`);
    expect(namesIn(all)).toEqual(['Zulu', 'Alpha', 'Mike']);
    expect(all.body.pagination).toEqual({ page: 1, per_page: 50, total_items: 3, total_pages: 1, next_cursor: null });
    expect(namesIn(await api.get(`${path}/applications?search=alpha`))).toEqual(['Alpha', 'Mike']);
    expect(namesIn(await api.get(`${path}/applications?search=ZULU`))).toEqual(['Zulu']);
    const disabled = await api.get(`${path}/applications?status=disabled`);
    expect(namesIn(disabled)).toEqual(['Alpha']);
    expect(disabled.body.pagination.total_items).toBe(1);
    expect(namesIn(await api.get(`${path}/applications?status=active&search=alpha`))).toEqual(['Mike']);
    expect((await api.get(`${path}/applications?status=suspended`)).status).toBe(422);
  });

  it('are changed by a merge patch', async () => {
    const { api, path } = await newTenant();
    const made = await api.post(`${path}/applications`, { name: 'CRM', client_id: 'crm', description: 'Old.' });
    const url = `${path}/applications/${made.body.data.id}`;
    const patch = { name: 'CRM 2', client_id: 'crm-2', type: 'spa', status: 'disabled', description: null };
    const patched = await api.patch(url, patch);
    expect(patched.status).toBe(200);
    expect(patched.body.data).toEqual({ ...made.body.data, ...patch, updated_at: expect.any(String) });
    expect((await api.get(url)).body.data).toEqual(patched.body.data);
    expect(namesIn(await api.get(`${path}/applications?search=crm-2`))).toEqual(['CRM 2']);
    for (const wrong of [{ name: null }, { client_id: null }, { type: null }, { status: null }, { id: NOTHING }]) {
      expect((await api.patch(url, wrong)).status).toBe(422);
    }
    expect((await api.get(url)).body.data).toEqual(patched.body.data);
  });

  it('cannot take the client id of another one', async () => {
    const { api, path, application } = await newTenant();
    const [, second] = [await application('One', { client_id: 'one' }), await application('Two', { client_id: 'two' })];
    const answer = await api.patch(`${path}/applications/${second}`, { client_id: 'one', name: 'Changed' });
    expect([answer.status, answer.body.code]).toEqual([409, 'client_id_taken']);
    expect((await api.get(`${path}/applications/${second}`)).body.data).toMatchObject({
      name: 'Two',
      client_id: 'two',
    });
  });

  it('are 404 where the tenant has none of this id, and in another tenant', async () => {
    const [{ api, path }, other] = await Promise.all([newTenant(), newTenant()]);
    const stranger = await other.application('Theirs');
    for (const id of [NOTHING, stranger]) {
      for (const answer of [
        await api.get(`${path}/applications/${id}`),
        await api.patch(`${path}/applications/${id}`, { name: 'Mine' }),
        await api.delete(`${path}/applications/${id}`),
      ]) {
        expect(answer.status).toBe(404);
        expect(answer.body).toEqual({
          detail: `No application ${id} in this tenant.`,
          code: 'application_not_found',
          request_id: expect.any(String),
        });
      }
    }
    expect((await other.api.get(`${other.path}/applications/${stranger}`)).body.data.name).toBe('Theirs');
  });

  it('take their assignments with them when they are deleted', async () => {
    const { id, api, path, user, group, application } = await newTenant();
    const [kept, gone] = [await application('Kept'), await application('Gone', { client_id: 'gone' })];
    const [userId, groupId] = [await user(), await group()];
    for (const app of [kept, gone]) {
      await api.put(`${path}/users/${userId}/applications/${app}`);
      await api.put(`${path}/groups/${groupId}/applications/${app}`);
    }
    const deleted = await api.delete(`${path}/applications/${gone}`);
    expect([deleted.status, deleted.body]).toEqual([204, null]);
    expect(await sql('SELECT DISTINCT application_id FROM assignments WHERE tenant_id = $1', [id])).toEqual([
      { application_id: kept },
    ]);
    expect((await api.get(`${path}/users/${userId}/applications`)).body.data.total_count).toBe(1);
    expect((await api.delete(`${path}/applications/${gone}`)).status).toBe(404);
    await application('Gone', { client_id: 'gone' });
  });

  it('are opened by no assignment while they are disabled, and keep theirs', async () => {
    const { api, path, user, application } = await newTenant();
    const [userId, app] = [await user(), await application()];
    await api.put(`${path}/users/${userId}/applications/${app}`);
    const effective = async (): Promise<number> =>
      (await api.get(`${path}/applications/${app}/effective-users`)).body.pagination.total_items as number;
    expect(await effective()).toBe(1);
    await api.patch(`${path}/applications/${app}`, { status: 'disabled' });
    expect(await effective()).toBe(0);
    await api.patch(`${path}/applications/${app}`, { status: 'active' });
    expect(await effective()).toBe(1);
  });

  it('need applications:write to be changed and applications:read to be read', async () => {
    const { path, application, apiWith } = await newTenant();
    const app = await application();
    const [reader, writer, outsider] = await Promise.all([
      apiWith('applications:read'),
      apiWith('applications:write'),
      apiWith('directory:write'),
    ]);
    expect((await reader.get(`${path}/applications/${app}`)).status).toBe(200);
    expect((await reader.patch(`${path}/applications/${app}`, { name: 'new' })).status).toBe(403);
    expect((await reader.delete(`${path}/applications/${app}`)).status).toBe(403);
    expect((await outsider.get(`${path}/applications`)).status).toBe(403);
    expect((await writer.get(`${path}/applications/${app}`)).status).toBe(200);
    expect((await writer.patch(`${path}/applications/${app}`, { name: 'new' })).status).toBe(200);
  });
});
