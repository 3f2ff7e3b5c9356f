import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JWTPayload } from 'jose';
import { Api, type ApiAnswer } from '../support/api.js';
import { Forge, encode, strangerJwk } from '../support/forged-tokens.js';
import { sendRaw } from '../support/raw-http.js';
import { sql } from '../support/sql.js';
import { newTenant, type TestTenant } from '../support/tenant.js';
import { workerState } from '../support/test-state.js';

type Changes = Readonly<Record<string, unknown>>;

/** A tenant of the test, what forges the token of its caller, and the service's own key. */
let tenant: TestTenant;
let forge: Forge;
let key: Forge['key'];

const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** Where headers of tokens point to; nobody must ever come here. */
let trap: Server;
let trapUrl: string;
let visits = 0;

beforeAll(async () => {
  tenant = await newTenant();
  forge = await Forge.of(tenant.api.token!);
  ({ key } = forge);
  trap = createServer((_request, response) => {
    visits += 1;
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [strangerJwk] }));
  });
  await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
  trapUrl = `http://127.0.0.1:${(trap.address() as AddressInfo).port}/jwks`;
});

afterAll(async () => {
  await new Promise((resolve) => trap.close(resolve));
});

const now = (): number => Math.floor(Date.now() / 1000);

const claims = (changes?: Changes): JWTPayload => forge.claims(changes);
const own: Forge['own'] = (...given) => forge.own(...given);
const strange: Forge['strange'] = (...given) => forge.strange(...given);
const confused: Forge['confused'] = (...given) => forge.confused(...given);
const publicKey = (): KeyObject => forge.publicKey();
const parts = (): [string, string, string] => forge.parts;

async function call(authorization?: string): Promise<ApiAnswer> {
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
  return new Api(workerState().url, null).get(`${tenant.path}/users`, { headers });
}

function expectRefusal(answer: ApiAnswer, code: string): void {
  expect(answer.status).toBe(401);
  expect(answer.body).toEqual({
    detail: expect.stringMatching(/^[A-Z].+\.$/),
    code,
    request_id: answer.headers.get('x-request-id'),
  });
  const reason = code === 'missing_token' ? '' : `, error="invalid_token", error_description="${code}"`;
  expect(answer.headers.get('www-authenticate')).toBe(`Bearer realm="doorlist"${reason}`);
}

describe('a token that is well made', () => {
  it.each<[string, () => Promise<string>]>([
    ['as the service makes it', () => own()],
    ['with our audience among others', () => own({ aud: ['urn:other', 'urn:doorlist:api'] })],
    ['with a moment of difference between clocks', () => own({ iat: now() + 3, nbf: now() + 3 })],
    ['with claims that nobody knows', () => own({ roles: ['root'], admin: true })],
  ])('is accepted %s, so that the refusals below have one reason each', async (_, make) => {
    expect((await call(`Bearer ${await make()}`)).status).toBe(200);
  });

  it('is accepted whatever the case of the scheme', async () => {
    expect((await call(`bEARER ${tenant.api.token!}`)).status).toBe(200);
  });

  it('is refused from the second on in which it ends, though it was accepted before', async () => {
    const token = await own({ exp: now() + 2 });
    expect((await call(`Bearer ${token}`)).status).toBe(200);
    await sleep(2100);
    expectRefusal(await call(`Bearer ${token}`), 'expired_token');
  });
});

describe('a call without a token', () => {
  it.each([undefined, '', 'Bearer', 'Bearer    ', 'Basic dXNlcjpwYXNz', 'Token abc', 'Bearer\tabc', 'abc'])(
    'is refused with the header %j',
    async (authorization) => expectRefusal(await call(authorization), 'missing_token'),
  );

  it('is refused where the token stands in the URL or in the body, which are never read for one', async () => {
    const api = new Api(workerState().url, null);
    const token = tenant.api.token!;
    expectRefusal(await api.get(`${tenant.path}/users?access_token=${token}`), 'missing_token');
    expectRefusal(await api.post(`${tenant.path}/users`, { user_name: 'ada', access_token: token }), 'missing_token');
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const form = await api.post(`${tenant.path}/users`, undefined, { raw: `access_token=${token}`, headers });
    expect([401, 415]).toContain(form.status);
    const cookie = await api.get(`${tenant.path}/users`, { headers: { cookie: `access_token=${token}` } });
    expectRefusal(cookie, 'missing_token');
    expect(await sql('SELECT FROM users WHERE tenant_id = $1', [tenant.id])).toEqual([]);
  });
});

describe('the claims of a token with our own signature', () => {
  it.each<[string, Changes, string]>([
    ['expired', { exp: 1_700_000_000 }, 'expired_token'],
    ['without an end', { exp: undefined }, 'invalid_token'],
    ['with an end that is no number', { exp: '9999999999' }, 'invalid_token'],
    ['with null as end', { exp: null }, 'invalid_token'],
    ['for another audience', { aud: 'urn:other' }, 'wrong_audience'],
    ['for nobody', { aud: undefined }, 'wrong_audience'],
    ['for an empty list', { aud: [] }, 'wrong_audience'],
    ['for an audience that only begins like ours', { aud: 'urn:doorlist:api:admin' }, 'wrong_audience'],
    ['for a nested list', { aud: [['urn:doorlist:api']] }, 'wrong_audience'],
    ['of another issuer', { iss: 'https://evil.example' }, 'unknown_issuer'],
    ['of an empty issuer', { iss: '' }, 'unknown_issuer'],
    ['of no issuer', { iss: undefined }, 'invalid_token'],
    ['of a list of issuers', { iss: ['https://evil.example'] }, 'invalid_token'],
    ['of the issuer __proto__', { iss: '__proto__' }, 'unknown_issuer'],
    ['of a client that there is not', { sub: 'ghost', client_id: 'ghost' }, 'client_revoked'],
    ['of a subject that is not its client', { sub: 'ghost' }, 'invalid_token'],
    ['without a subject', { sub: undefined }, 'invalid_token'],
    ['with a number as subject', { sub: 7, client_id: 7 }, 'invalid_token'],
    ['with a subject that cannot be stored', { sub: 'a\u0000b', client_id: 'a\u0000b' }, 'invalid_token'],
    ['without a client', { client_id: undefined }, 'invalid_token'],
    ['of a tenant that has no UUID', { tenant_id: 'demo' }, 'invalid_token'],
    ['of null as tenant', { tenant_id: null }, 'invalid_token'],
    ['of a list of tenants', { tenant_id: ['x'] }, 'invalid_token'],
    ['not before a later time', { nbf: 4_000_000_000 }, 'token_not_yet_valid'],
    ['with a text as nbf', { nbf: 'now' }, 'token_not_yet_valid'],
    ['made in the future', { iat: 4_000_000_000 }, 'token_not_yet_valid'],
    ['made at no time', { iat: undefined }, 'token_not_yet_valid'],
  ])('are refused where it is %s', async (_, changes, code) => {
    expectRefusal(await call(`Bearer ${await own(changes)}`), code);
  });

  it('of our issuer with a slash more are of another one', async () => {
    expectRefusal(await call(`Bearer ${await own({ iss: `${workerState().url}/` })}`), 'unknown_issuer');
  });
});

describe('a forged token', () => {
  it.each<[string, () => string | Promise<string>]>([
    ['alg none', () => forge.unsecured()],
    ['alg none with our kid', () => `${encode({ alg: 'none', typ: 'at+jwt', kid: key.kid })}.${encode(claims())}.`],
    ['alg None', () => `${encode({ alg: 'None', typ: 'at+jwt', kid: key.kid })}.${encode(claims())}.x`],
    [
      'alg none and a signature',
      () => `${encode({ alg: 'none', typ: 'at+jwt', kid: key.kid })}.${parts()[1]}.${parts()[2]}`,
    ],
    ['alg of no text', () => `${encode({ alg: 256, typ: 'at+jwt', kid: key.kid })}.${parts()[1]}.${parts()[2]}`],
    ['HS256 with our key as PEM', () => confused(publicKey().export({ type: 'spki', format: 'pem' }))],
    ['HS256 with our key as PKCS1', () => confused(publicKey().export({ type: 'pkcs1', format: 'pem' }))],
    ['HS256 with our key as DER', () => confused(new Uint8Array(publicKey().export({ type: 'spki', format: 'der' })))],
    ['HS256 with our key as JWK', () => confused(JSON.stringify({ e: key.e, kty: 'RSA', n: key.n }))],
    ['HS512 with our key as PEM', () => confused(publicKey().export({ type: 'spki', format: 'pem' }), 'HS512')],
    ['HS256 with the kid as secret', () => confused(key.kid)],
    ["a stranger's key under our kid", () => strange({})],
    ["a stranger's kid", () => strange({ kid: 'evil' })],
    ['a curve under our kid', () => strange({}, curve.privateKey, 'ES256')],
    ['no kid', () => strange({ kid: undefined })],
    ['a kid that is a path', () => confused(new Uint8Array(32), 'HS256', { kid: '../../../../../../dev/null' })],
    ['a kid that is SQL', () => strange({ kid: "x' UNION SELECT 'AA' --" })],
    ['a kid that is a URL', () => strange({ kid: trapUrl })],
    ['the kid __proto__', () => strange({ kid: '__proto__' })],
    ['the kid constructor', () => strange({ kid: 'constructor' })],
    ['an endless kid', () => strange({ kid: 'k'.repeat(3000) })],
    ['a kid that cannot be stored', () => strange({ kid: 'a\u0000b\ud800' })],
    ['a list as kid', () => `${encode({ alg: 'RS256', typ: 'at+jwt', kid: [key.kid] })}.${parts()[1]}.${parts()[2]}`],
    ['a key of its own in jwk', () => strange({ jwk: strangerJwk, kid: 'evil' })],
    ['a jwk under our kid', () => strange({ jwk: { ...strangerJwk, kid: key.kid } })],
    ['an address of keys in jku', () => strange({ jku: trapUrl, kid: 'evil' })],
    ['an address of a certificate in x5u', () => strange({ x5u: trapUrl, kid: 'evil' })],
    ['a certificate in x5c', () => strange({ x5c: ['MIIB'], kid: 'evil' })],
  ])('is refused with %s', async (_, make) => {
    expectRefusal(await call(`Bearer ${await make()}`), 'invalid_token');
    expect(visits).toBe(0);
  });

  it.each<[string, Changes]>([
    ['another algorithm of the same key, RS512', { alg: 'RS512' }],
    ['another algorithm of the same key, PS256', { alg: 'PS256' }],
    ['no kid', { kid: undefined }],
    ['the kid of no key', { kid: 'x' }],
    ['the type of a token for something else, JWT', { typ: 'JWT' }],
    ['the type of an ID token', { typ: 'id+jwt' }],
    ['no type', { typ: undefined }],
  ])('is refused with our own signature but %s', async (_, header) => {
    expectRefusal(await call(`Bearer ${await own({}, header)}`), 'invalid_token');
  });

  it('is refused where its header names what must be understood (crit), signed or not', async () => {
    const header = encode({ alg: 'RS256', typ: 'at+jwt', kid: key.kid, crit: ['exp'] });
    expectRefusal(await call(`Bearer ${header}.${parts()[1]}.${parts()[2]}`), 'invalid_token');
  });

  it('is refused where anything was changed after it was signed', async () => {
    const [header, payload, signature] = parts();
    const other = await newTenant();
    const tampered = [
      `${header}.${encode(claims({ scope: 'platform' }))}.${signature}`,
      `${header}.${encode(claims({ tenant_id: other.id }))}.${signature}`,
      `${header}.${encode(claims({ tenant_id: undefined }))}.${signature}`,
      `${header}.${encode(claims({ exp: 4_000_000_000 }))}.${signature}`,
      `${header}.${payload}.${signature.slice(0, -8)}`,
      `${header}.${payload}.${signature.slice(1)}`,
      `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
      `${header}.${payload}.${other.api.token!.split('.')[2]!}`,
      `${other.api.token!.split('.')[0]!}.${other.api.token!.split('.')[1]!}.${signature}`,
    ];
    for (const token of tampered) expectRefusal(await call(`Bearer ${token}`), 'invalid_token');
    expect((await call(`Bearer ${parts().join('.')}`)).status).toBe(200);
  });
});

describe('a malformed token', () => {
  it.each<[string, () => string]>([
    ['one word', () => 'abc'],
    ['dots', () => '..'],
    ['two parts', () => parts().slice(0, 2).join('.')],
    ['no signature', () => `${parts()[0]}.${parts()[1]}.`],
    ['four parts', () => `${parts().join('.')}.x`],
    ['five parts, as if encrypted', () => `${parts().join('.')}.x.y`],
    ['a header that is no JSON', () => `${Buffer.from('{').toString('base64url')}.${parts()[1]}.${parts()[2]}`],
    ['a list as header', () => `${encode([])}.${parts()[1]}.${parts()[2]}`],
    ['null as header', () => `${encode(null)}.${parts()[1]}.${parts()[2]}`],
    ['a text as claims', () => `${parts()[0]}.${encode('x')}.${parts()[2]}`],
    ['a list as claims', () => `${parts()[0]}.${encode([])}.${parts()[2]}`],
    ['base64 with padding', () => `${parts().join('.')}==`],
    ['base64 of the other alphabet', () => `${parts().join('.')}+/`],
    ['a space inside', () => `${parts()[0]}. ${parts()[1]}.${parts()[2]}`],
    ['a second token behind it', () => `${parts().join('.')}, ${parts().join('.')}`],
    ['quotation marks', () => `"${parts().join('.')}"`],
    ['percent signs', () => '%2e%2e'],
    ['JSON serialization', () => JSON.stringify({ payload: parts()[1], protected: parts()[0], signature: parts()[2] })],
  ])('is refused: %s', async (_, make) => expectRefusal(await call(`Bearer ${make()}`), 'invalid_token'));

  it('is refused where it is huge, in the header or signed', async () => {
    expectRefusal(await call(`Bearer ${'a'.repeat(8193)}`), 'invalid_token');
    expectRefusal(await call(`Bearer ${await own({ padding: 'x'.repeat(9000) })}`), 'invalid_token');
  });

  it('is refused by 431 where headers are larger than a server reads', async () => {
    const lines = ['GET /api/v1/tenants HTTP/1.1', 'Host: x', `Authorization: Bearer ${'a'.repeat(100_000)}`, '', ''];
    const answer = await sendRaw(workerState().url, lines.join('\r\n'));
    expect(answer?.status).toBe(431);
    expect(JSON.parse(answer!.text)).toEqual({
      detail: expect.any(String),
      code: 'headers_too_large',
      request_id: answer!.headers['x-request-id'],
    });
  });
});

describe('two Authorization headers', () => {
  it.each<[string, () => string[]]>([
    ['a good one first', () => [tenant.api.token!, 'x']],
    ['a good one last', () => ['x', tenant.api.token!]],
    ['two good ones', () => [tenant.api.token!, tenant.api.token!]],
  ])('are refused with %s, because somebody before us may have judged the other one', async (_, tokens) => {
    const lines = tokens().map((token) => `Authorization: Bearer ${token}`);
    const head = [`GET ${tenant.path}/users HTTP/1.1`, 'Host: x', 'Connection: close', ...lines];
    const answer = await sendRaw(workerState().url, `${head.join('\r\n')}\r\n\r\n`);
    expect(answer?.status).toBe(401);
    expect(answer!.headers['www-authenticate']).toMatch(/^Bearer realm="doorlist", error="invalid_/);
    expect(JSON.parse(answer!.text)).toMatchObject({ code: expect.any(String), request_id: expect.any(String) });
  });
});
