import { randomBytes } from 'node:crypto';
import { Api, platformApi, tokenOf } from '../support/api.js';
import { giveRole, newRole } from '../support/role-steps.js';
import { grantUsers, newEntitlement } from '../support/entitlement-steps.js';
import { sql } from '../support/sql.js';
import { newTenant, type TestTenant } from '../support/tenant.js';
import { workerState } from '../support/test-state.js';

const TENANTS = '/api/v1/tenants';
const META = { request_id: expect.any(String), timestamp: expect.any(String) };
const NOBODY = '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44';

const newSlug = (): string => `s-${randomBytes(8).toString('hex')}`;

/** Every table that has a tenant in its rows; read from the database, so that a table made later is in it. */
async function tablesOfTenants(): Promise<string[]> {
  const rows = await sql<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
      WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND a.attname = 'tenant_id' ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

async function rowsByTable(tenantId: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of await tablesOfTenants()) {
    const [row] = await sql<{ n: number }>(`SELECT count(*)::int AS n FROM ${table} WHERE tenant_id = $1`, [tenantId]);
    counts[table] = row!.n;
  }
  return counts;
}

/** Puts at least one row into every table of tenants. */
async function furnish({
  api,
  path,
  user,
  group,
  application,
  workspace,
  project,
}: TestTenant): Promise<{ userId: string }> {
  const userId = await user(undefined, { attributes: { department: 'Sales' } });
  const [parent, child, app] = await Promise.all([group('parent', [userId]), group('child'), application('app')]);
  await api.put(`${path}/groups/${parent}/groups/${child}`);
  await api.post(`${path}/groups`, { name: 'ruled', kind: 'dynamic', rule: 'active eq true' });
  await api.put(`${path}/users/${userId}/applications/${app}`);
  await project(await workspace());
  await giveRole(api, { app, role: await newRole(api, app, 'Editor') }, 'User', userId);
  const rights = [{ name: 'region' }];
  const [outer, inner] = [await newEntitlement(api, app, 'outer', { rights }), await newEntitlement(api, app, 'inner')];
  await api.post(`/v1.0/entitlements/${outer}/children`, { add: [inner] });
  await grantUsers(api, outer, [{ user: userId, rights: ['emea'] }]);
  await api.put(`${path}/owner`, { user_id: userId });
  await api.post(`${path}/users`, { user_name: 'once' }, { headers: { 'idempotency-key': 'furnish' } });
  const announced = await api.post(`${path}/imports`, { kind: 'users' });
  const { id } = (announced.body as { data: { id: string } }).data;
  const wrong = { raw: 'user_name\n no name ', headers: { 'content-type': 'text/csv' } };
  await api.put(`${path}/imports/${id}/content`, undefined, wrong);
  return { userId };
}

describe('tenants', () => {
  it('are made active, with their place and version', async () => {
    const platform = await platformApi();
    const slug = newSlug();
    const made = await platform.post(TENANTS, { slug, name: 'Acme Corporation' });
    expect(made.status).toBe(201);
    expect(made.body).toEqual({
      data: {
        id: expect.any(String),
        slug,
        name: 'Acme Corporation',
        status: 'active',
        created_at: expect.any(String),
        updated_at: made.body.data.created_at,
      },
      meta: META,
    });
    expect(made.headers.get('location')).toBe(`${platform.url}${TENANTS}/${made.body.data.id}`);
    expect(made.headers.get('etag')).toBe('"1"');
    const read = await platform.get(`${TENANTS}/${made.body.data.id}`);
    expect(read.body).toEqual({ data: made.body.data, meta: META });
  });

  it.each(['a', '0', 'a-b', 'x'.repeat(63), 'xn--bcher-kva', '7-7'])('take the DNS label %j as slug', async (form) => {
    // One letter is soon taken in a shared database: what matters is that the form is not refused.
    const answer = await (await platformApi()).post(TENANTS, { slug: form, name: 'Any' });
    expect([201, 409]).toContain(answer.status);
  });

  it.each(['', '-a', 'a-', 'A', 'a_b', 'a.b', 'ä', 'x'.repeat(64), 'a b', 'a\n', 7, null, ['a'], undefined])(
    'refuse %j as slug',
    async (slug) => {
      const answer = await (await platformApi()).post(TENANTS, { slug, name: 'Any' });
      expect(answer.status).toBe(422);
      expect(answer.body).toEqual({
        detail: [
          { loc: ['body', 'slug'], msg: expect.any(String), type: slug === undefined ? 'missing' : 'dns_label' },
        ],
        code: 'validation_failed',
        request_id: expect.any(String),
      });
    },
  );

  it('have a slug of their own, also when two are made at the same moment', async () => {
    const platform = await platformApi();
    const slug = newSlug();
    const answers = await Promise.all(Array.from({ length: 8 }, () => platform.post(TENANTS, { slug, name: 'Any' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409, 409, 409]);
    const refused = answers.find(({ status }) => status === 409)!;
    expect(refused.body).toEqual({
      detail: `slug "${slug}" is already taken in this service; choose another.`,
      code: 'slug_taken',
      request_id: expect.any(String),
    });
    expect(await sql('SELECT name FROM tenants WHERE slug = $1', [slug])).toEqual([{ name: 'Any' }]);
  });

  it('are renamed by PATCH, which changes neither slug nor anything unknown', async () => {
    const platform = await platformApi();
    const tenant = await newTenant();
    const before = await platform.get(tenant.path);
    const renamed = await platform.patch(tenant.path, { name: 'New name' });
    expect(renamed.status).toBe(200);
    expect(renamed.body.data).toEqual({ ...before.body.data, name: 'New name', updated_at: expect.any(String) });
    expect(renamed.headers.get('etag')).toBe('"2"');
    for (const body of [{ slug: newSlug() }, { id: NOBODY }, { name: null }, { status: null }, { status: 'closed' }]) {
      expect((await platform.patch(tenant.path, body)).status).toBe(422);
    }
    expect((await platform.get(tenant.path)).body.data).toEqual(renamed.body.data);
  });

  it('are listed in the order in which they were made', async () => {
    const platform = await platformApi();
    const ids = [(await newTenant()).id, (await newTenant()).id, (await newTenant()).id];
    const listed: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = await platform.get(`${TENANTS}?per_page=200${cursor === '' ? '' : `&cursor=${cursor}`}`);
      listed.push(...(page.body.data as { id: string }[]).map(({ id }) => id));
      cursor = page.body.pagination.next_cursor as string | null;
    }
    expect(listed.filter((id) => ids.includes(id))).toEqual(ids);
  });

  it('are for the platform alone: the administrator of a tenant sees and changes not even their own', async () => {
    const tenant = await newTenant();
    const other = await newTenant();
    const calls = [
      () => tenant.api.post(TENANTS, { slug: newSlug(), name: 'Mine' }),
      () => tenant.api.get(TENANTS),
      () => tenant.api.get(tenant.path),
      () => tenant.api.patch(tenant.path, { name: 'Mine' }),
      () => tenant.api.delete(tenant.path),
      () => tenant.api.get(other.path),
      () => tenant.api.delete(other.path),
    ];
    for (const call of calls) {
      const answer = await call();
      expect(answer.status).toBe(403);
      expect(answer.body).toEqual({
        detail: 'The token needs the scope platform.',
        code: 'insufficient_scope',
        request_id: expect.any(String),
      });
    }
  });

  it('that do not exist are 404 for the platform, in and under their path', async () => {
    const platform = await platformApi();
    for (const call of [
      () => platform.get(`${TENANTS}/${NOBODY}`),
      () => platform.patch(`${TENANTS}/${NOBODY}`, { name: 'Any' }),
      () => platform.delete(`${TENANTS}/${NOBODY}`),
      () => platform.get(`${TENANTS}/${NOBODY}/users`),
      () => platform.get(`${TENANTS}/${NOBODY}/audit-events`),
      () => platform.post(`${TENANTS}/${NOBODY}/groups`, { name: 'Any' }),
      () => platform.post(`${TENANTS}/${NOBODY}/api-clients`, { name: 'Any', scopes: ['directory:read'] }),
    ]) {
      const answer = await call();
      expect(answer.status).toBe(404);
      expect(answer.body).toEqual({
        detail: expect.stringContaining(NOBODY),
        code: 'tenant_not_found',
        request_id: expect.any(String),
      });
    }
  });
});

describe('a suspended tenant', () => {
  it('refuses its tokens at once, gives no new ones, and takes them again when it is active', async () => {
    const platform = await platformApi();
    const { id, path, api, user } = await newTenant();
    const userId = await user('ada');
    const client = await platform.post(`${path}/api-clients`, { name: 'Import', scopes: ['directory:read'] });
    const { client_id: clientId, client_secret: secret } = client.body.data as Record<string, string>;

    const suspended = await platform.patch(path, { status: 'suspended' });
    expect(suspended.body.data).toMatchObject({ id, status: 'suspended' });
    const refused = await api.get(`${path}/users/${userId}`);
    expect(refused.status).toBe(403);
    expect(refused.body).toEqual({
      detail: 'The tenant of this access token is suspended.',
      code: 'tenant_suspended',
      request_id: expect.any(String),
    });
    expect((await api.post(`${path}/users`, { user_name: 'bob' })).status).toBe(403);
    await expect(tokenOf(api.url, clientId!, secret!)).rejects.toThrow(/No token: 40[01]/);

    await platform.patch(path, { status: 'active' });
    expect((await api.get(`${path}/users/${userId}`)).body.data.user_name).toBe('ada');
    const again = new Api(api.url, await tokenOf(api.url, clientId!, secret!));
    expect((await again.get(`${path}/users`)).body.pagination.total_items).toBe(1);
  });

  it('is still open to the platform', async () => {
    const platform = await platformApi();
    const { path, user } = await newTenant();
    const userId = await user('ada');
    await platform.patch(path, { status: 'suspended' });
    expect((await platform.get(`${path}/users/${userId}`)).body.data.user_name).toBe('ada');
  });
});

describe('the deletion of a tenant', () => {
  it('removes everything in it, and nothing of its neighbours', async () => {
    const platform = await platformApi();
    const tenant = await newTenant();
    const neighbour = await newTenant();
    await Promise.all([furnish(tenant), furnish(neighbour)]);
    const furnished = await rowsByTable(tenant.id);
    expect(Object.entries(furnished).filter(([, n]) => n === 0)).toEqual([]);
    expect(Object.keys(furnished)).toContain('group_closure');
    const beside = await rowsByTable(neighbour.id);

    expect((await platform.delete(tenant.path)).status).toBe(204);
    expect(await sql('SELECT id FROM tenants WHERE id = $1', [tenant.id])).toEqual([]);
    expect(Object.entries(await rowsByTable(tenant.id)).filter(([, n]) => n > 0)).toEqual([]);
    expect(await rowsByTable(neighbour.id)).toEqual(beside);
    expect((await platform.get(tenant.path)).status).toBe(404);
  });

  it('ends its tokens', async () => {
    const platform = await platformApi();
    const { path, api } = await newTenant();
    expect((await api.get(`${path}/users`)).status).toBe(200);
    await platform.delete(path);
    const answer = await api.get(`${path}/users`);
    expect([401, 403]).toContain(answer.status);
    expect(answer.body.data).toBeUndefined();
  });

  it('leaves nothing behind of what others write into it at the same moment', async () => {
    const platform = await platformApi();
    for (let round = 0; round < 5; round += 1) {
      const tenant = await newTenant();
      const { api, path } = tenant;
      await furnish(tenant);
      const writes = Array.from({ length: 12 }, (_, at) => [
        api.post(`${path}/users`, { user_name: `late ${at}` }, { headers: { 'idempotency-key': `late ${at}` } }),
        platform.post(`${path}/groups`, { name: `late ${at}` }),
      ]).flat();
      const deleted = await platform.delete(path);
      expect(deleted.status).toBe(204);
      const statuses = (await Promise.all(writes)).map(({ status }) => status);
      expect(statuses.filter((status) => ![201, 401, 403, 404].includes(status))).toEqual([]);
      expect(Object.entries(await rowsByTable(tenant.id)).filter(([, n]) => n > 0)).toEqual([]);
    }
  });

  it('is kept among the events of the platform, with what the tenant was', async () => {
    const platform = await platformApi();
    const { id, path } = await newTenant();
    const before = (await platform.get(path)).body.data as object;
    const deleted = await platform.delete(path, { headers: { 'x-request-id': `delete-${id}` } });
    expect(deleted.status).toBe(204);
    const events = await platform.get(`/api/v1/audit-events?resource_id=${id}&action=tenant.deleted`);
    expect(events.body.data).toEqual([
      {
        id: expect.any(String),
        occurred_at: expect.any(String),
        actor_issuer: null,
        actor_type: 'client',
        actor_id: 'test-platform',
        client_id: 'test-platform',
        request_id: `delete-${id}`,
        action: 'tenant.deleted',
        resource_type: 'tenant',
        resource_id: id,
        before,
        after: null,
      },
    ]);
  });

  it('leaves its slug free', async () => {
    const platform = await platformApi();
    const { path } = await newTenant();
    const { slug } = (await platform.get(path)).body.data as { slug: string };
    await platform.delete(path);
    expect((await platform.post(TENANTS, { slug, name: 'The next one' })).status).toBe(201);
  });

  it('is refused the second time, and without a token', async () => {
    const platform = await platformApi();
    const { path } = await newTenant();
    expect((await new Api(workerState().url, null).delete(path)).status).toBe(401);
    const both = await Promise.all([platform.delete(path), platform.delete(path)]);
    expect(both.map(({ status }) => status).sort()).toEqual([204, 404]);
  });
});
