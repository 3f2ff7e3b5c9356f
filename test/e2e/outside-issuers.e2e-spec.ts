import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT, exportJWK, generateKeyPair, type CryptoKey, type JWK } from 'jose';
import { Api, platformApi, type ApiAnswer } from '../support/api.js';
import { startDoorlist, type DoorlistProcess } from '../support/doorlist-process.js';
import { MovableClock } from '../support/movable-clock.js';
import { newTenant, type TestTenant } from '../support/tenant.js';
import { PLATFORM_CLIENT, workerState } from '../support/test-state.js';

const AUDIENCE = 'urn:test:api';
/** Longest time in which an issuer that answers again is asked again, in seconds. */
const FAILURE_PAUSE = 5;
/** Shortest time between two fetches of the keys of an issuer that answers, in seconds. */
const PAUSE = 30;

interface IssuerKey {
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

/** An identity provider of our own: every issuer is a folder of one server, answering what the test put there. */
const answers = new Map<string, (response: ServerResponse) => void>();
const visits = new Map<string, number>();
let server: Server;
let base: string;
let downUrl: string;

let first: IssuerKey;
let second: IssuerKey;
let elliptic: IssuerKey;
let bound: TestTenant;
let tenant: TestTenant;
let service: DoorlistProcess | undefined;
/** When the keys of `rotating` were fetched, in milliseconds. */
let rotatingSince = 0;
const clock = new MovableClock();

async function newKey(kid: string, alg = 'RS256'): Promise<IssuerKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig', alg } };
}

function publish(path: string, body: unknown, status = 200): void {
  answers.set(path, (response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
}

const issuerOf = (name: string): string => `${base}/${name}`;
const visitsOf = (path: string): number => visits.get(path) ?? 0;

async function listen(): Promise<Server> {
  const made = createServer((request, response) => {
    const path = request.url ?? '';
    visits.set(path, visitsOf(path) + 1);
    const answer = answers.get(path) ?? ((unknown: ServerResponse) => unknown.writeHead(404).end());
    answer(response);
  });
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  return made;
}

const urlOf = (made: Server): string => `http://127.0.0.1:${(made.address() as AddressInfo).port}`;

/** The issuers that the service trusts. */
function trusted(): object[] {
  const withKeys = (name: string, more: object = {}): object => ({
    issuer: issuerOf(name),
    audience: AUDIENCE,
    jwks_url: `${base}/${name}/keys`,
    ...more,
  });
  const discovered = ['discovered', 'oauth-only', 'impostor', 'crowd'].map((name) => ({
    issuer: issuerOf(name),
    audience: AUDIENCE,
  }));
  return [
    ...discovered,
    withKeys('by-url'),
    withKeys('bound', { tenant_id: bound.id }),
    withKeys('capped', { scopes: ['directory:read', 'assignments:write'] }),
    withKeys('rotating'),
    withKeys('flooded'),
    withKeys('failing'),
    withKeys('redirecting'),
    withKeys('no-keys'),
    withKeys('huge'),
    withKeys('silent'),
    { issuer: downUrl, audience: AUDIENCE },
  ];
}

function publishAll(): void {
  const keys = { keys: [first.jwk, elliptic.jwk] };
  for (const name of ['discovered', 'crowd', 'by-url', 'bound', 'capped', 'rotating', 'flooded']) {
    publish(`/${name}/keys`, keys);
    publish(`/${name}/.well-known/openid-configuration`, { issuer: issuerOf(name), jwks_uri: `${base}/${name}/keys` });
  }
  // RFC 8414 section 3.1: the well-known part stands before the path.
  publish('/.well-known/oauth-authorization-server/oauth-only', {
    issuer: issuerOf('oauth-only'),
    jwks_uri: `${base}/oauth-only/keys`,
  });
  publish('/oauth-only/keys', keys);
  publish('/impostor/.well-known/openid-configuration', {
    issuer: issuerOf('discovered'),
    jwks_uri: `${base}/discovered/keys`,
  });
  publish('/failing/keys', { error: 'down for maintenance' }, 500);
  publish('/no-keys/keys', ['no', 'key', 'set']);
  publish('/huge/keys', { ...keys, padding: 'x'.repeat(300_000) });
  answers.set('/redirecting/keys', (response) => response.writeHead(302, { location: `${base}/by-url/keys` }).end());
  answers.set('/silent/keys', () => undefined);
}

beforeAll(async () => {
  [first, second, elliptic] = await Promise.all([newKey('first'), newKey('second'), newKey('curve', 'ES256')]);
  [bound, tenant] = await Promise.all([newTenant(), newTenant()]);
  const down = await listen();
  downUrl = urlOf(down);
  await new Promise((resolve) => down.close(resolve));
  server = await listen();
  base = urlOf(server);
  publishAll();
  service = await startDoorlist({
    DATABASE_URL: workerState().databaseUrl,
    BOOTSTRAP_CLIENT_ID: PLATFORM_CLIENT.id,
    BOOTSTRAP_CLIENT_SECRET: PLATFORM_CLIENT.secret,
    AUTH_ISSUERS: JSON.stringify(trusted()),
    LOG_LEVEL: 'warn',
    ...clock.env,
  });
  expect((await users(await token('rotating'))).status).toBe(200);
  rotatingSince = clock.now();
}, 90_000);

afterAll(async () => {
  await service?.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  clock.remove();
});

/** A token of an issuer; claims that are undefined are left out. */
async function token(
  issuer: string,
  claims: object = {},
  { privateKey, jwk } = first,
  header: object = {},
): Promise<string> {
  const payload = {
    iss: issuer.startsWith('http') ? issuer : issuerOf(issuer),
    aud: AUDIENCE,
    sub: 'ada',
    azp: 'intranet',
    tenant_id: tenant.id,
    scope: 'directory:read',
    exp: Math.floor(clock.now() / 1000) + 600,
    ...claims,
  };
  return new SignJWT(JSON.parse(JSON.stringify(payload)) as object as Record<string, unknown>)
    .setProtectedHeader({ alg: jwk.alg!, kid: jwk.kid!, ...header })
    .sign(privateKey);
}

/** A good token whose header says another algorithm afterwards. */
async function relabelled(alg: string): Promise<string> {
  const [, payload, signature] = (await token('by-url')).split('.');
  const header = Buffer.from(JSON.stringify({ alg, kid: first.jwk.kid })).toString('base64url');
  return `${header}.${payload}.${signature}`;
}

const api = (bearer: string): Api => new Api(service!.url, bearer);
const users = async (bearer: string, of: TestTenant = tenant): Promise<ApiAnswer> =>
  api(bearer).get(`${of.path}/users`);

function expectRefusal(answer: ApiAnswer, status: number, code: string, detail: unknown = expect.any(String)): void {
  expect({ status: answer.status, body: answer.body }).toEqual({
    status,
    body: { detail, code, request_id: answer.headers.get('x-request-id') },
  });
  if (status === 401) {
    const reason = `error="invalid_token", error_description="${code}"`;
    expect(answer.headers.get('www-authenticate')).toBe(`Bearer realm="doorlist", ${reason}`);
  }
}

describe('a token of an outside issuer', () => {
  it.each(['discovered', 'oauth-only', 'by-url'])('is accepted with keys found as of the issuer %s', async (name) => {
    expect((await users(await token(name))).status).toBe(200);
  });

  it.each<[string, () => Promise<string>]>([
    ['an elliptic key', () => token('by-url', {}, elliptic)],
    ['scp as text', () => token('by-url', { scope: undefined, scp: 'directory:read' })],
    ['scp as a list', () => token('by-url', { scope: undefined, scp: ['directory:read', 7] })],
    ['a list of audiences', () => token('by-url', { aud: ['urn:other', AUDIENCE] })],
    ['the type at+jwt', () => token('by-url', {}, first, { typ: 'at+jwt' })],
  ])('is accepted with %s', async (_, make) => {
    expect((await users(await make())).status).toBe(200);
  });

  it('stands for a person, who is named in the audit trail', async () => {
    const caller = api(await token('by-url', { scope: 'directory:write audit:read' }));
    const made = await caller.post(`${tenant.path}/users`, { user_name: 'by-ada' });
    expect(made.status).toBe(201);
    const events = await caller.get(`${tenant.path}/audit-events?resource_id=${made.body.data.id}`);
    expect(events.body.data).toEqual([
      expect.objectContaining({ action: 'user.created', actor_type: 'user', actor_id: 'ada', client_id: 'intranet' }),
    ]);
  });

  it.each<[string, () => Promise<string>, string]>([
    ['another audience', () => token('by-url', { aud: 'urn:other' }), 'wrong_audience'],
    ['the audience of our own tokens', () => token('by-url', { aud: 'urn:doorlist:api' }), 'wrong_audience'],
    ['no audience', () => token('by-url', { aud: undefined }), 'wrong_audience'],
    ['no end', () => token('by-url', { exp: undefined }), 'invalid_token'],
    ['an end in the past', () => token('by-url', { exp: 1_700_000_000 }), 'expired_token'],
    ['a beginning in the future', () => token('by-url', { nbf: 4_000_000_000 }), 'token_not_yet_valid'],
    ['no subject', () => token('by-url', { sub: undefined }), 'invalid_token'],
    ['a subject that cannot be stored', () => token('by-url', { sub: 'a\u0000' }), 'invalid_token'],
    ['an issuer that nobody trusts', () => token(`${base}/unknown`), 'unknown_issuer'],
    ['a trusted issuer and a slash more', () => token(`${issuerOf('by-url')}/`), 'unknown_issuer'],
    ['our own issuer', () => token(service!.url, { client_id: 'ada' }), 'invalid_token'],
    ['a key of nobody', () => token('by-url', {}, { ...second, jwk: first.jwk }), 'invalid_token'],
    ['the type of an ID token', () => token('by-url', {}, first, { typ: 'id+jwt' }), 'invalid_token'],
    ['another algorithm than the key is for', () => relabelled('RS512'), 'invalid_token'],
  ])('is refused with %s', async (_, make, code) => {
    expectRefusal(await users(await make()), 401, code);
  });

  it('is refused where its public key serves as a secret (HS256)', async () => {
    const secret = new TextEncoder().encode(JSON.stringify(first.jwk));
    const claims = { iss: issuerOf('by-url'), aud: AUDIENCE, sub: 'ada', tenant_id: tenant.id, exp: 4_000_000_000 };
    const forged = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'first' }).sign(secret);
    expectRefusal(await users(forged), 401, 'invalid_token');
  });
});

describe('the tenant of an outside token', () => {
  it('is the one that its claim names, and no other', async () => {
    const bearer = await token('by-url', { tenant_id: tenant.id.toUpperCase() });
    expect((await users(bearer)).status).toBe(200);
    expectRefusal(await users(bearer, bound), 403, 'wrong_tenant');
  });

  it('is the one that the issuer is bound to, whatever the claim says', async () => {
    for (const claimed of [tenant.id, undefined, 'x']) {
      const bearer = await token('bound', { tenant_id: claimed });
      expect((await users(bearer, bound)).status).toBe(200);
      expectRefusal(await users(bearer, tenant), 403, 'wrong_tenant');
    }
  });

  it.each([undefined, null, 'demo', 7, ['x']])(
    'must be a UUID where no issuer is bound, and not %j',
    async (claimed) => {
      expectRefusal(await users(await token('by-url', { tenant_id: claimed })), 401, 'invalid_token');
    },
  );

  it('must be there, and active', async () => {
    const nowhere = await token('by-url', { tenant_id: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44' });
    expectRefusal(await users(nowhere), 403, 'tenant_unknown');
    const suspended = await newTenant();
    expect((await (await platformApi()).patch(suspended.path, { status: 'suspended' })).status).toBe(200);
    const theirs = await token('by-url', { tenant_id: suspended.id });
    expectRefusal(await users(theirs, suspended), 403, 'tenant_suspended');
  });
});

describe('the scopes of an outside token', () => {
  it('are its own where the issuer has no limit', async () => {
    const reader = api(await token('by-url', { scope: 'directory:read nonsense' }));
    expectRefusal(await reader.post(`${tenant.path}/users`, { user_name: 'x' }), 403, 'insufficient_scope');
    const none = api(await token('by-url', { scope: undefined }));
    const missing = 'The token needs the scope directory:read.';
    expectRefusal(await none.get(`${tenant.path}/users`), 403, 'insufficient_scope', missing);
  });

  it('are never more than the limit of the issuer, with what the limit implies', async () => {
    const caller = api(await token('capped', { scope: 'tenantadmin' }));
    const user = await tenant.user();
    expect((await caller.get(`${tenant.path}/users`)).status).toBe(200);
    expect((await caller.get(`${tenant.path}/users/${user}/applications`)).status).toBe(200);
    expectRefusal(await caller.delete(`${tenant.path}/users/${user}`), 403, 'insufficient_scope');
    expectRefusal(await caller.get(`${tenant.path}/api-clients`), 403, 'insufficient_scope');
    const narrow = api(await token('capped', { scope: 'audit:read' }));
    expectRefusal(await narrow.get(`${tenant.path}/users`), 403, 'insufficient_scope');
  });

  it.each(['by-url', 'bound', 'capped'])('are never the platform, whatever a token of %s says', async (name) => {
    for (const claims of [
      { scope: 'platform' },
      { scope: undefined, scp: ['platform'] },
      { scope: 'platform tenantadmin' },
    ]) {
      const caller = api(await token(name, claims));
      expectRefusal(await caller.get('/api/v1/tenants'), 403, 'insufficient_scope');
    }
    const homeless = await api(await token(name, { scope: 'platform', tenant_id: undefined })).get('/api/v1/tenants');
    expect([401, 403]).toContain(homeless.status);
  });
});

describe('the keys of an outside issuer', () => {
  it('are fetched once for all who wait for them', async () => {
    const tokens = await Promise.all(Array.from({ length: 20 }, () => token('crowd')));
    const statuses = await Promise.all(tokens.map(async (bearer) => (await users(bearer)).status));
    expect(statuses).toEqual(Array.from({ length: 20 }, () => 200));
    expect(visitsOf('/crowd/keys')).toBe(1);
    expect(visitsOf('/crowd/.well-known/openid-configuration')).toBe(1);
  });

  it('are not fetched again and again by a flood of unknown key ids', async () => {
    const since = Date.now();
    for (let round = 0; round < 10; round += 1) {
      const flood = Array.from({ length: 10 }, (_, index) =>
        token('flooded', {}, { ...second, jwk: { ...second.jwk, kid: `unknown-${round}-${index}` } }),
      );
      const statuses = await Promise.all(flood.map(async (bearer) => (await users(await bearer)).status));
      expect(statuses).toEqual(Array.from({ length: 10 }, () => 401));
    }
    expect((await users(await token('flooded'))).status).toBe(200);
    const pauses = Math.floor((Date.now() - since) / (PAUSE * 1000));
    expect(visitsOf('/flooded/keys')).toBeLessThanOrEqual(1 + pauses);
  });

  it.each(['the issuer is down', 'failing', 'impostor', 'redirecting', 'no-keys', 'huge', 'silent'])(
    'that cannot be had are a 503, and not the fault of the token: %s',
    async (name) => {
      const issuer = name.startsWith('the') ? downUrl : issuerOf(name);
      const answer = await users(await token(issuer));
      expectRefusal(answer, 503, 'issuer_unavailable', expect.stringContaining(issuer));
      expect(answer.headers.get('retry-after')).toBe('1');
      expect((await users(await token('by-url'))).status).toBe(200);
    },
  );

  it('serve on while the issuer is down, and are found when it is up again', async () => {
    publish('/by-url/keys', {}, 500);
    expect((await users(await token('by-url', { sub: 'grace' }))).status).toBe(200);
    publish('/failing/keys', { keys: [first.jwk] });
    clock.advance(FAILURE_PAUSE * 1000);
    expect((await users(await token('failing'))).status).toBe(200);
  });

  it('are fetched anew for a key id that is new, and those that the issuer took back count no more', async () => {
    publish('/rotating/keys', { keys: [second.jwk] });
    clock.advance(Math.max(0, rotatingSince + PAUSE * 1000 - clock.now()));
    expect((await users(await token('rotating', {}, second))).status).toBe(200);
    expectRefusal(await users(await token('rotating', { sub: 'grace' }, first)), 401, 'invalid_token');
    expect(visitsOf('/rotating/keys')).toBe(2);
  });
});
