import { setTimeout as sleep } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import { Api, platformApi, tokenOf, type ApiAnswer } from '../support/api.js';
import { startDoorlist, type DoorlistProcess } from '../support/doorlist-process.js';
import { sql } from '../support/sql.js';
import { newTenant, type TestTenant } from '../support/tenant.js';
import { PLATFORM_CLIENT, workerState } from '../support/test-state.js';

/** AUTH_CACHE_SECONDS of the second instance. */
const CACHE_SECONDS = 2;
const NOBODY = '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44';
const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

interface Made {
  readonly id: string;
  readonly path: string;
  readonly clientId: string;
  readonly secret: string;
  readonly data: Record<string, unknown>;
}

let tenant: TestTenant;
/** Another instance of the service, on the same database; it logs all that it can. */
let second: DoorlistProcess | undefined;

beforeAll(async () => {
  tenant = await newTenant();
  second = await startDoorlist({
    DATABASE_URL: workerState().databaseUrl,
    PUBLIC_URL: workerState().url,
    AUTH_CACHE_SECONDS: String(CACHE_SECONDS),
    BOOTSTRAP_CLIENT_ID: PLATFORM_CLIENT.id,
    BOOTSTRAP_CLIENT_SECRET: PLATFORM_CLIENT.secret,
    LOG_LEVEL: 'trace',
  });
}, 90_000);

afterAll(async () => {
  await second?.stop();
});

const clientsOf = ({ path }: TestTenant): string => `${path}/api-clients`;

async function newClient(
  scopes: readonly string[] = ['directory:read'],
  name = 'HR import',
  of = tenant,
): Promise<Made> {
  const answer = await of.api.post(clientsOf(of), { name, scopes });
  expect(answer.status).toBe(201);
  const { client_secret: secret, ...data } = answer.body.data as Record<string, unknown> & { client_secret: string };
  const id = data.id as string;
  return { id, path: `${clientsOf(of)}/${id}`, clientId: data.client_id as string, secret, data };
}

const tokenFor = async ({ clientId }: Made, secret: string): Promise<string> =>
  tokenOf(workerState().url, clientId, secret);

const refusedToken = (made: Made, secret: string): Promise<void> =>
  expect(tokenFor(made, secret)).rejects.toThrow('401 {"error":"invalid_client"');

function expectRefusal(answer: ApiAnswer, status: number, code: string, detail: unknown = expect.any(String)): void {
  expect({ status: answer.status, body: answer.body }).toEqual({
    status,
    body: { detail, code, request_id: answer.headers.get('x-request-id') },
  });
}

async function auditOf(id: string): Promise<Record<string, unknown>[]> {
  const answer = await tenant.api.get(`${tenant.path}/audit-events?resource_id=${id}`);
  return answer.body.data as Record<string, unknown>[];
}

async function storedOf(id: string): Promise<Record<string, unknown> | undefined> {
  const [row] = await sql('SELECT * FROM api_clients WHERE id = $1', [id]);
  return row;
}

describe('an API client', () => {
  it('is made with a name and scopes, and its secret is answered this once', async () => {
    const scopes = ['directory:read', 'assignments:write'];
    const answer = await tenant.api.post(clientsOf(tenant), { name: 'HR import', scopes });
    expect(answer.status).toBe(201);
    const { data } = answer.body;
    expect(answer.body).toEqual({
      data: {
        id: expect.any(String),
        client_id: expect.stringMatching(/^[\w-]{22}\.[\w-]{16}$/),
        client_secret: expect.stringMatching(/^[\w-]{43}$/),
        name: 'HR import',
        scopes,
        status: 'active',
        created_at: expect.stringMatching(INSTANT),
        updated_at: data.created_at,
      },
      meta: { request_id: answer.headers.get('x-request-id'), timestamp: expect.stringMatching(INSTANT) },
    });
    const path = `${clientsOf(tenant)}/${data.id}`;
    expect(answer.headers.get('location')).toBe(`${workerState().url}${path}`);
    expect(answer.headers.get('etag')).toBe('"1"');
    const { client_secret: secret, ...kept } = data;
    const read = await tenant.api.get(path);
    expect(read.body.data).toEqual(kept);
    const claims = decodeJwt(await tokenOf(workerState().url, data.client_id as string, secret as string));
    expect(claims).toMatchObject({ sub: data.client_id, tenant_id: tenant.id, scope: scopes.join(' ') });
  });

  it('keeps its secret nowhere: not in the database, an answer, the audit trail or the log', async () => {
    const logged = new Api(second!.url, tenant.api.token);
    const answer = await logged.post(clientsOf(tenant), { name: 'Secretive', scopes: ['audit:read'] });
    const { id, client_id: clientId, client_secret: first } = answer.body.data;
    const path = `${clientsOf(tenant)}/${id}`;
    const token = await tokenOf(second!.url, clientId as string, first as string);
    const rotated = await logged.post(`${path}/rotate`);
    const next = rotated.body.data.client_secret as string;
    await expect(tokenOf(second!.url, clientId as string, first as string)).rejects.toThrow('401');
    const shown = [
      await logged.get(path),
      await logged.get(`${clientsOf(tenant)}?per_page=200`),
      await logged.patch(path, { name: 'More secretive' }),
      await logged.get(`${tenant.path}/audit-events?per_page=200`),
      await logged.post(`${path}/revoke`),
    ].map(({ body }) => JSON.stringify(body));
    const rows = await sql(
      `SELECT (SELECT json_agg(a)::text FROM audit_events a WHERE tenant_id = $1) AS audit,
              (SELECT json_agg(c)::text FROM api_clients c WHERE tenant_id = $1) AS clients`,
      [tenant.id],
    );
    const log = second!.output();
    expect(log).toContain(answer.headers.get('x-request-id'));
    expect(shown.join()).toContain(id);
    for (const secret of [first as string, next, token, tenant.api.token!]) {
      for (const place of [...shown, JSON.stringify(rows), log]) expect(place.includes(secret)).toBe(false);
      expect(JSON.stringify(rows)).not.toContain(Buffer.from(secret).toString('hex'));
    }
    const stored = await storedOf(id as string);
    expect(stored).toMatchObject({ secret_salt: expect.any(Buffer), secret_hash: expect.any(Buffer) });
    expect((stored!.secret_salt as Buffer).length).toBe(16);
    expect((stored!.secret_hash as Buffer).length).toBe(32);
  });

  it('keeps no secret for those who repeat a request either', async () => {
    const headers = { 'idempotency-key': 'make-once' };
    const body = { name: 'Once', scopes: ['audit:read'] };
    const answer = await tenant.api.post(clientsOf(tenant), body, { headers });
    const secret = answer.body.data.client_secret as string;
    const again = await tenant.api.post(clientsOf(tenant), body, { headers });
    expect([again.status, again.body.data.id]).toEqual([201, answer.body.data.id]);
    const tables = await sql<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
    );
    for (const { name } of tables) {
      const [row] = await sql<{ text: string | null }>(`SELECT string_agg(t::text, ' ') AS text FROM "${name}" t`);
      const text = row?.text ?? '';
      expect([name, text.includes(secret)]).toEqual([name, false]);
      expect([name, text.includes(Buffer.from(secret).toString('hex'))]).toEqual([name, false]);
    }
  });

  it.each([
    [{ scopes: ['audit:read'] }, ['body', 'name'], 'missing'],
    [{ name: 'x' }, ['body', 'scopes'], 'missing'],
    [{ name: '', scopes: ['audit:read'] }, ['body', 'name'], 'line'],
    [{ name: 'x', scopes: [] }, ['body', 'scopes'], 'choices'],
    [{ name: 'x', scopes: ['nonsense'] }, ['body', 'scopes'], 'choices'],
    [{ name: 'x', scopes: ['platform'] }, ['body', 'scopes'], 'choices'],
    [{ name: 'x', scopes: 'audit:read' }, ['body', 'scopes'], 'choices'],
    [{ name: 'x', scopes: ['audit:read', 'audit:read'] }, ['body', 'scopes'], 'choices'],
    [{ name: 'x', scopes: ['audit:read'], client_secret: 'mine' }, ['body', 'client_secret'], 'unknown_field'],
    [{ name: 'x', scopes: ['audit:read'], client_id: 'mine' }, ['body', 'client_id'], 'unknown_field'],
  ])('is not made of %j', async (body, loc, type) => {
    const before = await sql('SELECT id FROM api_clients WHERE tenant_id = $1', [tenant.id]);
    const answer = await tenant.api.post(clientsOf(tenant), body);
    expectRefusal(answer, 422, 'validation_failed', [{ loc, msg: expect.any(String), type }]);
    expect(await sql('SELECT id FROM api_clients WHERE tenant_id = $1', [tenant.id])).toHaveLength(before.length);
  });

  it('is listed without its secret, the oldest first', async () => {
    const other = await newTenant();
    const made = [await newClient(['audit:read'], 'One', other), await newClient(['audit:read'], 'Two', other)];
    const listed = await other.api.get(clientsOf(other));
    // The first one is the caller's own.
    expect((listed.body.data as object[]).slice(1)).toEqual(made.map(({ data }) => data));
    expect(listed.body.pagination).toMatchObject({ total_items: 3 });
  });
});

describe('nobody grants a scope that they do not hold', () => {
  it.each([
    [['clients:write', 'directory:write'], ['directory:read'], 201, null],
    [['clients:write', 'directory:read'], ['directory:write'], 403, 'directory:write'],
    [['clients:write'], ['clients:write', 'audit:read'], 403, 'audit:read'],
    [['clients:write', 'directory:write', 'audit:read'], ['tenantadmin'], 403, 'tenantadmin'],
    [['tenantadmin'], ['tenantadmin'], 201, null],
  ])('a holder of %j makes a client for %j: %j', async (held, wanted, status, missing) => {
    const caller = await tenant.apiWith(...held);
    const answer = await caller.post(clientsOf(tenant), { name: 'Granted', scopes: wanted });
    expect(answer.status).toBe(status);
    if (missing === null) return;
    const detail = `Your token does not hold ${missing}, so it cannot give it to a client.`;
    expectRefusal(answer, 403, 'scope_not_held', detail);
    const stored = await sql('SELECT FROM api_clients WHERE tenant_id = $1 AND name = $2 AND scopes @> $3', [
      tenant.id,
      'Granted',
      wanted,
    ]);
    expect(stored).toHaveLength(0);
  });

  it('not by changing a client either, though what it has already may stay', async () => {
    const made = await newClient(['audit:read', 'directory:read']);
    const caller = await tenant.apiWith('clients:write', 'directory:write');
    expectRefusal(await caller.patch(made.path, { scopes: ['audit:read', 'roles:read'] }), 403, 'scope_not_held');
    expectRefusal(await caller.patch(made.path, { scopes: ['tenantadmin'] }), 403, 'scope_not_held');
    expect(await storedOf(made.id)).toMatchObject({ scopes: ['audit:read', 'directory:read'], version: 1 });
    const widened = await caller.patch(made.path, { scopes: ['audit:read', 'directory:write'] });
    expect([widened.status, widened.body.data.scopes]).toEqual([200, ['audit:read', 'directory:write']]);
    const narrowed = await caller.patch(made.path, { scopes: ['directory:write'] });
    expect(narrowed.status).toBe(200);
    expectRefusal(await caller.patch(made.path, { scopes: ['audit:read'] }), 403, 'scope_not_held');
  });

  it('nor by taking over a client that may do more: its secret is not rotated for them', async () => {
    const powerful = await newClient(['tenantadmin']);
    const caller = await tenant.apiWith('clients:write', 'directory:write');
    expectRefusal(await caller.post(`${powerful.path}/rotate`), 403, 'scope_not_held');
    expect(await storedOf(powerful.id)).toMatchObject({ version: 1 });
    await expect(tokenFor(powerful, powerful.secret)).resolves.toMatch(/^ey/);
    const own = await newClient(['directory:read']);
    expect((await caller.post(`${own.path}/rotate`)).status).toBe(200);
  });

  it('nor without the scope for clients at all, and reading takes the reading one', async () => {
    const made = await newClient();
    const reader = await tenant.apiWith('clients:read');
    expect((await reader.get(made.path)).status).toBe(200);
    const writes = [
      () => reader.post(clientsOf(tenant), { name: 'x', scopes: ['clients:read'] }),
      () => reader.patch(made.path, { name: 'x' }),
      () => reader.post(`${made.path}/rotate`),
      () => reader.post(`${made.path}/revoke`),
      () => reader.delete(made.path),
    ];
    const missing = 'The token needs the scope clients:write.';
    for (const write of writes) expectRefusal(await write(), 403, 'insufficient_scope', missing);
    const stranger = await tenant.apiWith('directory:write');
    expectRefusal(await stranger.get(made.path), 403, 'insufficient_scope', 'The token needs the scope clients:read.');
    expect(await storedOf(made.id)).toMatchObject({ name: 'HR import', status: 'active', version: 1 });
  });
});

describe('a rotated secret', () => {
  it('replaces the old one at once, while tokens of the old one stay good', async () => {
    const made = await newClient();
    const token = new Api(workerState().url, await tokenFor(made, made.secret));
    const rotated = await tenant.api.post(`${made.path}/rotate`);
    expect(rotated.status).toBe(200);
    const { client_secret: next, ...data } = rotated.body.data;
    expect(data).toEqual({ ...made.data, updated_at: expect.stringMatching(INSTANT) });
    expect(next).toMatch(/^[\w-]{43}$/);
    expect(next).not.toBe(made.secret);
    expect(rotated.headers.get('etag')).toBe('"2"');
    await refusedToken(made, made.secret);
    await expect(tokenFor(made, next as string)).resolves.toMatch(/^ey/);
    expect((await token.get(`${tenant.path}/users`)).status).toBe(200);
    expect((await auditOf(made.id)).map(({ action }) => action).sort()).toEqual([
      'api_client.created',
      'api_client.secret_rotated',
    ]);
  });

  it('is not given for a version that has passed, nor to a revoked client', async () => {
    const made = await newClient();
    const stale = await tenant.api.post(`${made.path}/rotate`, undefined, { headers: { 'if-match': '"7"' } });
    expectRefusal(stale, 412, 'version_mismatch');
    await expect(tokenFor(made, made.secret)).resolves.toMatch(/^ey/);
    expect((await tenant.api.post(`${made.path}/revoke`)).status).toBe(200);
    expectRefusal(await tenant.api.post(`${made.path}/rotate`), 409, 'client_revoked');
  });
});

describe('a client that is revoked or removed', () => {
  it.each(['revoke', 'delete'])('%s: gets no tokens, and those it has stop here at once', async (how) => {
    const made = await newClient();
    const caller = new Api(workerState().url, await tokenFor(made, made.secret));
    expect((await caller.get(`${tenant.path}/users`)).status).toBe(200);
    const ended = how === 'delete' ? await tenant.api.delete(made.path) : await tenant.api.post(`${made.path}/revoke`);
    expect(ended.status).toBe(how === 'delete' ? 204 : 200);
    const refused = await caller.get(`${tenant.path}/users`);
    expectRefusal(refused, 401, 'client_revoked');
    expect(refused.headers.get('www-authenticate')).toContain('error="invalid_token"');
    await refusedToken(made, made.secret);
  });

  it(`stops at another instance within AUTH_CACHE_SECONDS (here ${CACHE_SECONDS})`, async () => {
    const clients = [await newClient(), await newClient()];
    const callers: Api[] = [];
    for (const made of clients) callers.push(new Api(second!.url, await tokenFor(made, made.secret)));
    for (const caller of callers) expect((await caller.get(`${tenant.path}/users`)).status).toBe(200);
    expect((await tenant.api.post(`${clients[0]!.path}/revoke`)).status).toBe(200);
    expect((await tenant.api.delete(clients[1]!.path)).status).toBe(204);
    await sleep((CACHE_SECONDS + 1) * 1000);
    for (const caller of callers) expectRefusal(await caller.get(`${tenant.path}/users`), 401, 'client_revoked');
    for (const made of clients)
      await expect(tokenOf(second!.url, made.clientId, made.secret)).rejects.toThrow('invalid_client');
  });

  it('stays revoked, and in the list, and changes no more by being revoked again', async () => {
    const made = await newClient();
    const revoked = await tenant.api.post(`${made.path}/revoke`);
    expect(revoked.body.data).toEqual({ ...made.data, status: 'revoked', updated_at: expect.stringMatching(INSTANT) });
    const again = await tenant.api.post(`${made.path}/revoke`);
    expect([again.status, again.body.data, again.headers.get('etag')]).toEqual([200, revoked.body.data, '"2"']);
    const resumed = await tenant.api.patch(made.path, { status: 'active' });
    expectRefusal(resumed, 422, 'validation_failed', [expect.objectContaining({ loc: ['body', 'status'] })]);
    expect((await tenant.api.get(made.path)).body.data).toEqual(revoked.body.data);
    expect((await auditOf(made.id)).filter(({ action }) => action === 'api_client.revoked')).toHaveLength(1);
  });

  it('that is removed is gone, with an audit event of what it was', async () => {
    const made = await newClient();
    expect((await tenant.api.delete(made.path, { headers: { 'if-match': '"9"' } })).status).toBe(412);
    expect((await tenant.api.delete(made.path, { headers: { 'if-match': '"1"' } })).status).toBe(204);
    expect(await storedOf(made.id)).toBeUndefined();
    expectRefusal(await tenant.api.get(made.path), 404, 'api_client_not_found');
    expectRefusal(await tenant.api.delete(made.path), 404, 'api_client_not_found');
    const event = (await auditOf(made.id)).find(({ action }) => action === 'api_client.deleted');
    const before = { client_id: made.clientId, name: 'HR import', scopes: ['directory:read'], status: 'active' };
    expect(event).toMatchObject({ before, after: null, actor_id: decodeJwt(tenant.api.token!).sub });
  });
});

describe('changing a client', () => {
  it('renames it, and sets its scopes, at the version that the caller knows', async () => {
    const made = await newClient();
    const renamed = await tenant.api.patch(made.path, { name: 'New' }, { headers: { 'if-match': '"1"' } });
    expect(renamed.body.data).toEqual({ ...made.data, name: 'New', updated_at: expect.stringMatching(INSTANT) });
    expect(renamed.headers.get('etag')).toBe('"2"');
    const stale = await tenant.api.patch(made.path, { name: 'Late' }, { headers: { 'if-match': '"1"' } });
    expectRefusal(stale, 412, 'version_mismatch');
    const same = await tenant.api.patch(made.path, { name: 'New' });
    expect([same.status, same.headers.get('etag')]).toEqual([200, '"2"']);
    expect((await tenant.api.patch(made.path, { scopes: ['audit:read'] })).body.data.scopes).toEqual(['audit:read']);
    expect(decodeJwt(await tokenFor(made, made.secret)).scope).toBe('audit:read');
    expect(await storedOf(made.id)).toMatchObject({ name: 'New', scopes: ['audit:read'], version: 3 });
  });

  it.each([
    { name: null },
    { scopes: null },
    { scopes: [] },
    { scopes: ['platform'] },
    { client_id: 'x' },
    { id: NOBODY },
  ])('refuses %j', async (body) => {
    const made = await newClient();
    expect((await tenant.api.patch(made.path, body)).status).toBe(422);
    expect(await storedOf(made.id)).toMatchObject({ name: 'HR import', scopes: ['directory:read'], version: 1 });
  });
});

describe('the client of another tenant', () => {
  it('is not there, in every route and for the platform as well', async () => {
    const theirs = await newClient(['audit:read'], 'Theirs', await newTenant());
    const platform = await platformApi();
    for (const api of [tenant.api, platform]) {
      for (const id of [theirs.id, NOBODY]) {
        const path = `${clientsOf(tenant)}/${id}`;
        const calls = [
          api.get(path),
          api.patch(path, { name: 'Mine' }),
          api.post(`${path}/rotate`),
          api.post(`${path}/revoke`),
          api.delete(path),
        ];
        for (const call of calls)
          expectRefusal(await call, 404, 'api_client_not_found', `No api client ${id} in this tenant.`);
      }
    }
    expect(await storedOf(theirs.id)).toMatchObject({ name: 'Theirs', status: 'active', version: 1 });
    for (const path of [theirs.path, `${theirs.path}/rotate`]) {
      const answer = await (path.endsWith('rotate') ? tenant.api.post(path) : tenant.api.get(path));
      expectRefusal(answer, 403, 'wrong_tenant');
    }
  });
});
