import { randomBytes } from 'node:crypto';
import { platformApi, type Api, type ApiAnswer } from '../support/api.js';
import { sql } from '../support/sql.js';
import { newTenant, type TestTenant } from '../support/tenant.js';

const NOBODY = '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44';

interface Change {
  readonly action: string;
  readonly resource_id: string;
  readonly before: unknown;
  readonly after: unknown;
}

const withId = (requestId: string): { headers: Record<string, string> } => ({ headers: { 'x-request-id': requestId } });

/** The `sub` of the token of a caller, which is what actor_id must be. */
function subjectOf(api: Api): string {
  const claims = JSON.parse(Buffer.from(api.token!.split('.')[1]!, 'base64url').toString()) as { sub: string };
  return claims.sub;
}

const newestOf = async ({ api, path }: TestTenant, query = ''): Promise<Record<string, unknown>[]> =>
  (await api.get(`${path}/audit-events?per_page=200${query}`)).body.data as Record<string, unknown>[];

async function events(tenantId: string): Promise<number> {
  const [row] = await sql<{ n: number }>('SELECT count(*)::int AS n FROM audit_events WHERE tenant_id = $1', [
    tenantId,
  ]);
  return row!.n;
}

let requests = 0;

/** Runs a change under a request id of its own and expects exactly these events of it, in order, with all they say. */
async function expectEvents(
  tenant: TestTenant,
  change: (options: { headers: Record<string, string> }) => Promise<ApiAnswer>,
  changesOf: (answer: ApiAnswer) => Change[],
): Promise<ApiAnswer> {
  const [before, requestId] = [await events(tenant.id), `audit-${(requests += 1)}`];
  const answer = await change(withId(requestId));
  expect(answer.status).toBeLessThan(300);
  const written = await newestOf(tenant);
  const changes = changesOf(answer);
  expect(written.length - before).toBe(changes.length);
  const subject = subjectOf(tenant.api);
  expect(written.slice(0, changes.length).reverse()).toEqual(
    changes.map((expected) => ({
      id: expect.any(String),
      occurred_at: expect.any(String),
      actor_type: 'client',
      actor_id: subject,
      actor_issuer: null,
      client_id: subject,
      request_id: requestId,
      resource_type: expected.action.split('.')[0],
      ...expected,
    })),
  );
  return answer;
}

describe('the audit trail', () => {
  it.each([
    ['user', 'users', { user_name: 'ada', attributes: { a: 1 } }, { attributes: { b: 2 }, email: 'ada@example.com' }],
    ['group', 'groups', { name: 'team', description: 'Old.' }, { description: null }],
    ['application', 'applications', { name: 'CRM' }, { status: 'disabled' }],
    ['workspace', 'workspaces', { name: 'Research', description: 'Old.' }, { description: null }],
  ])('tells of a %s what it was and what it became', async (kind, collection, body, patch) => {
    const tenant = await newTenant();
    const { api, path } = tenant;
    const made = await expectEvents(
      tenant,
      (options) => api.post(`${path}/${collection}`, body, options),
      ({ body: { data } }) => [{ action: `${kind}.created`, resource_id: data.id, before: null, after: data }],
    );
    const url = `${path}/${collection}/${made.body.data.id}`;
    const patched = await expectEvents(
      tenant,
      (options) => api.patch(url, patch, options),
      ({ body: { data } }) => [
        { action: `${kind}.updated`, resource_id: data.id, before: made.body.data, after: data },
      ],
    );
    await expectEvents(
      tenant,
      (options) => api.patch(url, patch, options),
      () => [],
    );
    await expectEvents(
      tenant,
      (options) => api.delete(url, options),
      () => [{ action: `${kind}.deleted`, resource_id: made.body.data.id, before: patched.body.data, after: null }],
    );
  });

  it('tells of memberships, one event for each that was really made or ended', async () => {
    const tenant = await newTenant();
    const { api, path, user, group } = tenant;
    const users = [await user('ada'), await user('bob'), await user('cid')].sort();
    const url = `${path}/groups/${await group('team')}/members`;
    const groupId = url.split('/').at(-2)!;
    const membership = (userId: string): object => ({
      group_id: groupId,
      user_id: userId,
      added_at: expect.any(String),
      valid_from: null,
      valid_until: null,
    });
    const made = (userId: string): Change => ({
      action: 'membership.created',
      resource_id: groupId,
      before: null,
      after: membership(userId),
    });
    await expectEvents(
      tenant,
      (options) => api.post(url, { user_ids: users.slice(0, 2) }, options),
      () => users.slice(0, 2).map(made),
    );
    await expectEvents(
      tenant,
      (options) => api.post(url, { user_ids: users }, options),
      () => users.slice(2).map(made),
    );
    await expectEvents(
      tenant,
      (options) => api.put(`${url}/${users[0]}`, undefined, options),
      () => [],
    );
    await expectEvents(
      tenant,
      (options) => api.delete(`${url}/${users[0]}`, options),
      () => [{ action: 'membership.deleted', resource_id: groupId, before: membership(users[0]!), after: null }],
    );
  });

  it('tells of nestings', async () => {
    const tenant = await newTenant();
    const { api, path, group } = tenant;
    const [parent, child] = [await group('parent'), await group('child')];
    const url = `${path}/groups/${parent}/groups/${child}`;
    const nesting = { parent_id: parent, child_id: child, added_at: expect.any(String) };
    await expectEvents(
      tenant,
      (options) => api.put(url, undefined, options),
      () => [{ action: 'nesting.created', resource_id: parent, before: null, after: nesting }],
    );
    await expectEvents(
      tenant,
      (options) => api.put(url, undefined, options),
      () => [],
    );
    await expectEvents(
      tenant,
      (options) => api.delete(url, options),
      () => [{ action: 'nesting.deleted', resource_id: parent, before: nesting, after: null }],
    );
  });

  it.each(['user', 'group'] as const)('tells of assignments to a %s, by each way of making them', async (kind) => {
    const tenant = await newTenant();
    const { api, path, application } = tenant;
    const apps = [await application('a'), await application('b'), await application('c'), await application('d')];
    const holder = await tenant[kind]();
    const url = `${path}/${kind}s/${holder}/applications`;
    const assignment = (app: string): object => ({
      id: expect.any(String),
      application_id: app,
      user_id: kind === 'user' ? holder : null,
      group_id: kind === 'group' ? holder : null,
      assigned_at: expect.any(String),
      assigned_by: subjectOf(api),
      valid_from: null,
      valid_until: null,
    });
    const made = (app: string): Change => ({
      action: 'assignment.created',
      resource_id: expect.any(String),
      before: null,
      after: assignment(app),
    });
    const posted = await expectEvents(
      tenant,
      (options) => api.post(url, { application_id: apps[0] }, options),
      ({ body: { data } }) => [{ ...made(apps[0]!), resource_id: data.id }],
    );
    await expectEvents(
      tenant,
      (options) => api.put(`${url}/${apps[1]}`, undefined, options),
      ({ body: { data } }) => [{ ...made(apps[1]!), resource_id: data.id }],
    );
    await expectEvents(
      tenant,
      (options) => api.post(`${url}/bulk`, { application_ids: [...apps, apps[3]] }, options),
      () => apps.slice(2).map(made),
    );
    const nothing = (options: object): Promise<ApiAnswer> =>
      api.post(`${url}/bulk`, { application_ids: apps }, options);
    await expectEvents(tenant, nothing, () => []);
    const gone = assignment(apps[0]!);
    await expectEvents(
      tenant,
      (options) => api.delete(`${url}/${apps[0]}`, options),
      () => [{ action: 'assignment.deleted', resource_id: posted.body.data.id, before: gone, after: null }],
    );
  });

  it('tells of API clients, and never their secrets', async () => {
    const tenant = await newTenant();
    const { id, api, path } = tenant;
    const body = { name: 'Import', scopes: ['directory:read'] };
    const made = await expectEvents(
      tenant,
      (options) => api.post(`${path}/api-clients`, body, options),
      ({ body: { data } }) => [
        {
          action: 'api_client.created',
          resource_id: data.id,
          before: null,
          after: { ...body, client_id: data.client_id, status: 'active' },
        },
      ],
    );
    const { id: resourceId, client_id: clientId, client_secret: secret } = made.body.data as Record<string, string>;
    const url = `${path}/api-clients/${resourceId}`;
    const was = { ...body, client_id: clientId, status: 'active' };
    const change = (action: string, before: object, after: object | null) => (): Change[] => [
      { action: `api_client.${action}`, resource_id: resourceId!, before, after },
    ];
    const named = { ...was, name: 'Export' };
    await expectEvents(tenant, (options) => api.patch(url, { name: 'Export' }, options), change('updated', was, named));
    const rotated = await expectEvents(
      tenant,
      (options) => api.post(`${url}/rotate`, undefined, options),
      change('secret_rotated', named, named),
    );
    const ended = { ...named, status: 'revoked' };
    await expectEvents(
      tenant,
      (options) => api.post(`${url}/revoke`, undefined, options),
      change('revoked', named, ended),
    );
    await expectEvents(
      tenant,
      (options) => api.post(`${url}/revoke`, undefined, options),
      () => [],
    );
    await expectEvents(tenant, (options) => api.delete(url, options), change('deleted', ended, null));

    const [stored] = await sql<{ text: string }>(
      'SELECT json_agg(e)::text AS text FROM audit_events e WHERE tenant_id = $1',
      [id],
    );
    for (const hidden of [
      secret!,
      rotated.body.data.client_secret as string,
      'secret_hash',
      'secret_salt',
      'secretHash',
    ]) {
      expect(stored!.text).not.toContain(hidden);
    }
  });

  it('of the platform tells of tenants', async () => {
    const platform = await platformApi();
    const slug = `a-${randomBytes(8).toString('hex')}`;
    const made = await platform.post('/api/v1/tenants', { slug, name: 'Acme' }, withId('audit-made'));
    const { id } = made.body.data as { id: string };
    const patched = await platform.patch(`/api/v1/tenants/${id}`, { status: 'suspended' }, withId('audit-patched'));
    await platform.patch(`/api/v1/tenants/${id}`, { status: 'suspended' });
    await platform.delete(`/api/v1/tenants/${id}`, withId('audit-deleted'));
    const told = await platform.get(`/api/v1/audit-events?resource_id=${id}`);
    const event = (done: string, before: unknown, after: unknown): object => ({
      id: expect.any(String),
      occurred_at: expect.any(String),
      actor_type: 'client',
      actor_id: subjectOf(platform),
      actor_issuer: null,
      client_id: subjectOf(platform),
      request_id: `audit-${done === 'created' ? 'made' : done === 'updated' ? 'patched' : 'deleted'}`,
      action: `tenant.${done}`,
      resource_type: 'tenant',
      resource_id: id,
      before,
      after,
    });
    expect(told.body.data).toEqual([
      event('deleted', patched.body.data, null),
      event('updated', made.body.data, patched.body.data),
      event('created', null, made.body.data),
    ]);
  });

  it('names the platform client that changed something inside a tenant', async () => {
    const [platform, tenant] = [await platformApi(), await newTenant()];
    await platform.post(`${tenant.path}/users`, { user_name: 'ada' });
    expect((await newestOf(tenant))[0]).toMatchObject({
      action: 'user.created',
      actor_id: subjectOf(platform),
      client_id: subjectOf(platform),
    });
  });

  it('says nothing of what was refused', async () => {
    const tenant = await newTenant();
    const { id, api, path, user, group, apiWith } = tenant;
    const [ada, reader] = [await user('ada'), await apiWith('directory:read')];
    const [a, b] = [await group('a'), await group('b')];
    await api.put(`${path}/groups/${a}/groups/${b}`);
    const before = await events(id);
    const refused = [
      await api.post(`${path}/users`, { user_name: 'ADA' }),
      await api.post(`${path}/users`, { user_name: 'ADA' }, { headers: { 'idempotency-key': 'k' } }),
      await api.post(`${path}/users`, {}),
      await api.patch(`${path}/users/${ada}`, { display_name: 'Ada' }, { headers: { 'if-match': '"9"' } }),
      await api.patch(`${path}/users/${NOBODY}`, { display_name: 'Ada' }),
      await api.delete(`${path}/users/${NOBODY}`),
      await reader.delete(`${path}/users/${ada}`),
      await api.post(`${path}/groups/${a}/members`, { user_ids: [ada, NOBODY] }),
      await api.delete(`${path}/groups/${a}/members/${ada}`),
      await api.put(`${path}/groups/${b}/groups/${a}`),
      await api.delete(`${path}/groups/${b}/groups/${a}`),
      await api.post(`${path}/users/${ada}/applications`, { application_id: NOBODY }),
      await api.delete(`${path}/users/${ada}/applications/${NOBODY}`),
      await api.post(`${path}/api-clients`, { name: 'x', scopes: ['platform'] }),
      await reader.post(`${path}/api-clients`, { name: 'x', scopes: ['directory:read'] }),
    ];
    expect(refused.filter(({ status }) => status < 400)).toEqual([]);
    expect(await events(id)).toBe(before);
  });
});

describe('audit events', () => {
  it('are found by resource, kind, action, actor and time, the newest first', async () => {
    const tenant = await newTenant();
    const { api, path, user, apiWith } = tenant;
    const [ada, other] = [await user('ada'), await apiWith('directory:write')];
    const made = await other.post(`${path}/groups`, { name: 'team' });
    await other.patch(`${path}/users/${ada}`, { display_name: 'Ada' });
    await api.delete(`${path}/users/${ada}`);
    const actions = async (query: string): Promise<unknown[]> =>
      (await newestOf(tenant, query)).map(({ action }) => action);
    expect(await actions(`&resource_id=${ada}`)).toEqual(['user.deleted', 'user.updated', 'user.created']);
    expect(await actions(`&resource_id=${ada.toUpperCase()}&actor_id=${subjectOf(other)}`)).toEqual(['user.updated']);
    expect(await actions('&resource_type=group')).toEqual(['group.created']);
    expect(await actions('&action=user.created')).toEqual(['user.created']);
    expect(await actions(`&actor_id=${subjectOf(other)}`)).toEqual(['user.updated', 'group.created']);
    expect(await actions(`&resource_id=${made.body.data.id}&action=user.created`)).toEqual([]);

    const all = await newestOf(tenant);
    const moments = all.map((event) => event.occurred_at as string);
    expect([...moments].sort().reverse()).toEqual(moments);
    // Answers round moments to milliseconds; the events are moved apart to whole seconds.
    for (const [index, event] of all.entries()) {
      await sql(
        `UPDATE audit_events SET occurred_at = '2026-01-01T00:00:00Z'::timestamptz - make_interval(secs => $2) WHERE id = $1`,
        [event.id, index],
      );
    }
    expect(await actions('&from=2025-12-31T23:59:58Z&to=2026-01-01T00:00:00Z')).toEqual(
      all.slice(1, 3).map(({ action }) => action),
    );
    expect(await actions('&from=2026-01-01T01:00:00%2B01:00')).toEqual([all[0]!.action]);
    expect(await actions('&to=2025-01-01T00:00:00Z')).toEqual([]);
  });

  it.each([
    'resource_id=ada',
    'from=yesterday',
    'to=2026-13-01T00:00:00Z',
    'from=2026-02-30T00:00:00Z',
    'action=',
    'actor=x',
  ])('refuse ?%s', async (query) => {
    const { api, path } = await newTenant();
    const answer = await api.get(`${path}/audit-events?${query}`);
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ code: 'validation_failed', detail: [{ loc: ['query', query.split('=')[0]] }] });
  });

  it('need audit:read, and those of the platform the scope platform', async () => {
    const { path, api, apiWith } = await newTenant();
    const [reader, other] = [await apiWith('audit:read'), await apiWith('directory:write', 'clients:write')];
    expect((await reader.get(`${path}/audit-events`)).status).toBe(200);
    expect((await other.get(`${path}/audit-events`)).status).toBe(403);
    expect((await api.get('/api/v1/audit-events')).status).toBe(403);
  });

  it('can be added to by the roles of requests, and neither changed nor removed', async () => {
    const { id, user } = await newTenant();
    await user();
    const enter = (role: string): string => `SET ROLE ${role}; SET doorlist.tenant_id = '${id}';`;
    for (const [role, table] of [
      ['doorlist_tenant', 'audit_events'],
      ['doorlist_platform', 'platform_audit_events'],
    ] as const) {
      for (const change of [`UPDATE ${table} SET action = 'x'`, `DELETE FROM ${table}`, `TRUNCATE ${table}`]) {
        await expect(sql(`${enter(role)} ${change}`)).rejects.toThrow(`permission denied for table ${table}`);
      }
    }
    expect(await events(id)).toBeGreaterThan(0);
  });
});
