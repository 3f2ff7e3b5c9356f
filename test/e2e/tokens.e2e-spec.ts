import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose';
import { ACCESS_SCOPES } from '../../src/kernel/access-scopes.js';
import { Api, platformApi, tokenOf, type ApiAnswer } from '../support/api.js';
import { requestText, sendRaw } from '../support/raw-http.js';
import { newTenant, type TestTenant } from '../support/tenant.js';
import { PLATFORM_CLIENT, workerState } from '../support/test-state.js';

const FORM = 'application/x-www-form-urlencoded';
const GRANT = { grant_type: 'client_credentials' };
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const REFUSED_CLIENT = { error: 'invalid_client', error_description: 'client authentication failed' };

interface Client {
  readonly id: string;
  readonly clientId: string;
  readonly secret: string;
}

let tenant: TestTenant;
let client: Client;

async function newClient(scopes: readonly string[], of: TestTenant = tenant): Promise<Client> {
  const made = await of.api.post(`${of.path}/api-clients`, { name: 'Token test', scopes });
  expect(made.status).toBe(201);
  const { id, client_id: clientId, client_secret: secret } = made.body.data;
  return { id, clientId, secret };
}

beforeAll(async () => {
  tenant = await newTenant();
  client = await newClient(['directory:write', 'audit:read']);
});

/** Speaks to the token endpoint; `fields` are sent as a form. */
async function ask(fields: Record<string, string> | string, headers: Record<string, string> = {}): Promise<ApiAnswer> {
  const raw = typeof fields === 'string' ? fields : new URLSearchParams(fields).toString();
  const nobody = new Api(workerState().url, null);
  return nobody.call('POST', '/oauth/token', { raw, headers: { 'content-type': FORM, ...headers } });
}

function basic({ clientId, secret }: { clientId: string; secret: string }): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}` };
}

function post({ clientId, secret }: { clientId: string; secret: string }): Record<string, string> {
  return { client_id: clientId, client_secret: secret };
}

function expectRefusal(answer: ApiAnswer, status: number, body: object): void {
  expect({ status: answer.status, body: answer.body }).toEqual({ status, body });
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(answer.headers.get('x-request-id')).toMatch(UUID);
}

describe('a token', () => {
  it.each(['Basic', 'the form'])(
    'is had with id and secret by %s, and is never to be stored on its way',
    async (by) => {
      const answer = await (by === 'Basic' ? ask(GRANT, basic(client)) : ask({ ...GRANT, ...post(client) }));
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({
        access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
        expires_in: 3600,
        token_type: 'Bearer',
        scope: 'directory:write audit:read',
      });
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('pragma')).toBe('no-cache');
      expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(answer.headers.get('x-request-id')).toMatch(UUID);
      const used = await new Api(workerState().url, answer.body.access_token as string).get(`${tenant.path}/users`);
      expect(used.status).toBe(200);
    },
  );

  it('has these claims and no others, and the signature of a published key', async () => {
    const { url } = workerState();
    const before = Math.floor(Date.now() / 1000);
    const token = await tokenOf(url, client.clientId, client.secret);
    const after = Math.floor(Date.now() / 1000);
    const keys = (await (await fetch(`${url}/oauth/jwks`)).json()) as JSONWebKeySet;
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(keys));
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'at+jwt', kid: keys.keys[0]!.kid });
    const iat = payload.iat!;
    expect(iat).toBeGreaterThanOrEqual(before);
    expect(iat).toBeLessThanOrEqual(after);
    expect(payload).toEqual({
      iss: url,
      aud: 'urn:doorlist:api',
      sub: client.clientId,
      client_id: client.clientId,
      tenant_id: tenant.id,
      scope: 'directory:write audit:read',
      iat,
      exp: iat + 3600,
      jti: expect.stringMatching(/^[\w-]{20,}$/),
    });
  });

  it('of the platform names no tenant', async () => {
    const claims = decodeJwt(await tokenOf(workerState().url, PLATFORM_CLIENT.id, PLATFORM_CLIENT.secret));
    const names = ['aud', 'client_id', 'exp', 'iat', 'iss', 'jti', 'scope', 'sub'];
    expect(Object.keys(claims).sort()).toEqual(names);
    expect(claims).toMatchObject({ sub: PLATFORM_CLIENT.id, client_id: PLATFORM_CLIENT.id, scope: 'platform' });
  });

  it('is another one every time', async () => {
    const tokens = await Promise.all(
      Array.from({ length: 5 }, () => tokenOf(workerState().url, client.clientId, client.secret)),
    );
    expect(new Set(tokens.map((token) => decodeJwt(token).jti)).size).toBe(5);
  });
});

describe('the scope of a token', () => {
  it.each([
    ['absent', undefined, 'directory:write audit:read'],
    ['empty', '', 'directory:write audit:read'],
    ['all that the client holds, in the order asked', 'audit:read directory:write', 'audit:read directory:write'],
    ['narrowed', 'audit:read', 'audit:read'],
    ['what a held scope implies', 'directory:read', 'directory:read'],
    ['partly held', 'roles:write audit:read platform tenantadmin', 'audit:read'],
    ['named twice', 'audit:read audit:read', 'audit:read'],
  ])('when asked for %s', async (_, scope, granted) => {
    const answer = await ask({ ...GRANT, ...(scope === undefined ? {} : { scope }) }, basic(client));
    expect([answer.status, answer.body.scope]).toEqual([200, granted]);
    expect(decodeJwt(answer.body.access_token as string).scope).toBe(granted);
  });

  it.each(['roles:read', 'platform', 'tenantadmin', 'nonsense', '__proto__', 'DIRECTORY:READ'])(
    'is refused where nothing is left of it, as of %j',
    async (scope) => {
      expectRefusal(await ask({ ...GRANT, scope }, basic(client)), 400, {
        error: 'invalid_scope',
        error_description: 'the client holds none of the requested scopes',
        scope,
      });
    },
  );

  it('binds: a narrowed token does no more than it says, and the refusal names what is missing', async () => {
    const token = await tokenOf(workerState().url, client.clientId, client.secret, 'directory:read');
    const narrow = new Api(workerState().url, token);
    expect((await narrow.get(`${tenant.path}/users`)).status).toBe(200);
    const refused = await narrow.post(`${tenant.path}/users`, { user_name: 'ada' });
    expect(refused.status).toBe(403);
    expect(refused.body).toEqual({
      detail: 'The token needs the scope directory:write.',
      code: 'insufficient_scope',
      request_id: refused.headers.get('x-request-id'),
    });
    expect(refused.headers.get('www-authenticate')).toBe('Bearer realm="doorlist", error="insufficient_scope"');
  });
});

describe('a client that does not prove who it is', () => {
  it('gets one and the same answer, whether its id, its secret or its tenant is wrong', async () => {
    const other = await newClient(['audit:read']);
    const revoked = await newClient(['audit:read']);
    expect((await tenant.api.post(`${tenant.path}/api-clients/${revoked.id}/revoke`)).status).toBe(200);
    const wrong = [
      { ...client, secret: `${client.secret}x` },
      { ...client, secret: client.secret.toLowerCase() },
      { ...client, secret: other.secret },
      { ...client, clientId: 'nobody' },
      { ...client, clientId: other.clientId },
      { ...client, clientId: client.clientId.toUpperCase() },
      { ...client, clientId: client.id },
      { ...client, clientId: 'x'.repeat(5000) },
      { ...client, clientId: "' OR 1=1 --" },
      revoked,
    ];
    for (const each of wrong) {
      const byHeader = await ask(GRANT, basic(each));
      expectRefusal(byHeader, 401, REFUSED_CLIENT);
      // RFC 6749 section 5.2: who came by the header is answered with its scheme.
      expect(byHeader.headers.get('www-authenticate')).toMatch(/^Basic realm="[^"]+", error="invalid_client"/);
      expectRefusal(await ask({ ...GRANT, ...post(each) }), 401, REFUSED_CLIENT);
    }
  });

  it('is refused as long as its tenant is suspended, and no longer', async () => {
    const platform = await platformApi();
    const suspended = await newTenant();
    const theirs = await newClient(['audit:read'], suspended);
    expect((await platform.patch(suspended.path, { status: 'suspended' })).status).toBe(200);
    expectRefusal(await ask(GRANT, basic(theirs)), 401, REFUSED_CLIENT);
    expect((await platform.patch(suspended.path, { status: 'active' })).status).toBe(200);
    expect((await ask(GRANT, basic(theirs))).status).toBe(200);
  });

  it('is refused where it sends no secret, two proofs at once, or two different ids', async () => {
    const once = { error: 'invalid_request' };
    const none = { ...once, error_description: 'no client authentication mechanism provided' };
    expectRefusal(await ask(GRANT), 400, none);
    expectRefusal(await ask({ ...GRANT, client_id: client.clientId }), 401, REFUSED_CLIENT);
    const both = { ...once, error_description: 'client authentication must only be provided using one mechanism' };
    expectRefusal(await ask({ ...GRANT, ...post(client) }, basic(client)), 400, both);
    const different = { ...once, error_description: 'client_id mismatch' };
    expectRefusal(await ask({ ...GRANT, client_id: 'another' }, basic(client)), 400, different);
  });

  it.each(['Basic', 'Basic !!!', 'Bearer abc', `Basic ${Buffer.from('no-colon').toString('base64')}`])(
    'is refused with the header %j',
    async (authorization) => {
      expectRefusal(await ask(GRANT, { authorization }), 400, {
        error: 'invalid_request',
        error_description: expect.stringContaining('authorization header'),
      });
    },
  );
});

describe('the token endpoint', () => {
  it.each([
    'password',
    'authorization_code',
    'refresh_token',
    'implicit',
    'urn:ietf:params:oauth:grant-type:token-exchange',
    'urn:ietf:params:oauth:grant-type:jwt-bearer',
    'urn:ietf:params:oauth:grant-type:device_code',
  ])('knows no grant but client credentials, and so not %s', async (grantType) => {
    const fields = { grant_type: grantType, username: 'ada', password: 'x', code: 'x', refresh_token: 'x' };
    expectRefusal(await ask(fields, basic(client)), 400, {
      error: 'unsupported_grant_type',
      error_description: 'unsupported grant_type requested',
    });
  });

  it('wants a grant type, and every parameter once', async () => {
    const missing = { error: 'invalid_request', error_description: "missing required parameter 'grant_type'" };
    expectRefusal(await ask('', basic(client)), 400, missing);
    expectRefusal(await ask({ scope: 'audit:read' }, basic(client)), 400, missing);
    const grant = 'grant_type=client_credentials';
    for (const twice of [`${grant}&${grant}`, `${grant}&scope=audit:read&scope=roles:read`]) {
      expectRefusal(await ask(twice, basic(client)), 400, {
        error: 'invalid_request',
        error_description: expect.stringMatching(/^'(grant_type|scope)' parameter must not be provided twice$/),
      });
    }
  });

  it.each(['application/json', 'text/plain', 'multipart/form-data; boundary=x', 'application/xml'])(
    'reads forms alone, and not %s',
    async (contentType) => {
      for (const body of [JSON.stringify(GRANT), 'grant_type=client_credentials']) {
        expectRefusal(await ask(body, { ...basic(client), 'content-type': contentType }), 400, {
          error: 'invalid_request',
          error_description: expect.stringContaining(FORM),
        });
      }
    },
  );

  it('gives tokens for this service alone (RFC 8707)', async () => {
    const ours = await ask({ ...GRANT, resource: 'urn:doorlist:api' }, basic(client));
    expect([ours.status, decodeJwt(ours.body.access_token as string).aud]).toEqual([200, 'urn:doorlist:api']);
    expectRefusal(await ask({ ...GRANT, resource: 'urn:other:api' }, basic(client)), 400, {
      error: 'invalid_target',
      error_description: 'resource indicator is missing, or unknown',
    });
  });

  it('answers 413 to a body of an absurd size', async () => {
    const answer = await ask({ ...GRANT, more: 'x'.repeat(2_000_000) }, basic(client));
    expect([answer.status, answer.body.error]).toEqual([413, 'invalid_request']);
  });

  it.each(['GET', 'PUT', 'DELETE'])('answers 405 to %s', async (method) => {
    const answer = await new Api(workerState().url, null).call(method, '/oauth/token');
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
    expect(answer.body).toEqual({
      detail: 'This path answers POST.',
      code: 'method_not_allowed',
      request_id: answer.headers.get('x-request-id'),
    });
  });

  it('gives no token to pages of another host', async () => {
    const own = await ask(GRANT, { ...basic(client), origin: workerState().url });
    expect([own.status, own.headers.get('access-control-allow-origin')]).toEqual([200, workerState().url]);
    const foreign = await ask(GRANT, { ...basic(client), origin: 'https://evil.example' });
    expect([foreign.status, foreign.body.access_token]).toEqual([400, undefined]);
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('discovery', () => {
  const PATHS = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'];

  it.each(PATHS)('at %s says what is there, whatever Host a caller sends', async (path) => {
    const { url } = workerState();
    const answer = await sendRaw(
      url,
      requestText('GET', path, { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example' }),
    );
    expect(answer?.status).toBe(200);
    expect(JSON.parse(answer!.text)).toEqual({
      issuer: url,
      token_endpoint: `${url}/oauth/token`,
      jwks_uri: `${url}/oauth/jwks`,
      scopes_supported: Object.keys(ACCESS_SCOPES),
      grant_types_supported: ['client_credentials'],
      response_types_supported: [],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      claims_supported: ['iss', 'aud', 'sub', 'exp', 'iat', 'jti', 'client_id', 'tenant_id', 'scope'],
      claims_parameter_supported: false,
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
    });
    expect(answer!.headers['cache-control']).toBe('public, max-age=300');
  });

  it.each(PATHS)('at %s is in the OpenAPI document', async (path) => {
    expect((await new Api(workerState().url, null).get(path)).status).toBe(200);
  });

  it('leads to endpoints that answer, with every promised way to prove who a client is', async () => {
    const api = new Api(workerState().url, null);
    const { body } = await api.get(PATHS[0]!);
    const place = (url: string): string => url.slice(api.url.length);
    const token = await api.call('POST', place(body.token_endpoint as string), {
      raw: new URLSearchParams(GRANT).toString(),
      headers: { 'content-type': FORM, ...basic(client) },
    });
    const keys = (await (await fetch(body.jwks_uri as string)).json()) as JSONWebKeySet;
    const { kid } = decodeProtectedHeader(token.body.access_token as string);
    expect(keys.keys.map((key) => key.kid)).toContain(kid);
    expect(Object.keys(decodeJwt(token.body.access_token as string)).sort()).toEqual(
      [...(body.claims_supported as string[])].sort(),
    );
  });
});

describe('the key set', () => {
  it('holds public RS256 keys and nothing of their private halves, and may be kept for 15 s', async () => {
    const answer = await fetch(`${workerState().url}/oauth/jwks`);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=15');
    const body = (await answer.json()) as JSONWebKeySet;
    expect(Object.keys(body)).toEqual(['keys']);
    expect(body.keys).toHaveLength(1);
    for (const key of body.keys) {
      expect(key).toEqual({
        kty: 'RSA',
        use: 'sig',
        alg: 'RS256',
        kid: expect.stringMatching(/^[\w-]{43}$/),
        e: 'AQAB',
        n: expect.stringMatching(/^[\w-]{342}$/),
      });
    }
  });

  it('comes with the content type that the OpenAPI document names', async () => {
    const { url } = workerState();
    const served = (await fetch(`${url}/oauth/jwks`)).headers.get('content-type')?.split(';')[0];
    const document = (await (await fetch(`${url}/docs-json`)).json()) as {
      paths: Record<string, { get: { responses: Record<string, { content: object }> } }>;
    };
    expect(Object.keys(document.paths['/oauth/jwks']!.get.responses['200']!.content)).toEqual([served]);
  });
});
