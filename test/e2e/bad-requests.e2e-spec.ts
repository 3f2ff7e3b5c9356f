import { randomUUID } from 'node:crypto';
import { SETTINGS } from '../../src/config/settings.js';
import { refusal, wrongValue } from '../support/assignment-steps.js';
import { operationsOf, servedDocument } from '../support/openapi-document.js';
import { requestText, sendRaw, sendTooLarge, type RawAnswer } from '../support/raw-http.js';
import { sql } from '../support/sql.js';
import { storedRows } from '../support/stored-rows.js';
import { refusalAt } from '../support/surfaces.js';
import { newTenant, type TestTenant } from '../support/tenant.js';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const JSON_TYPE = { 'Content-Type': 'application/json' };

function authorization({ api }: TestTenant): Record<string, string> {
  return { Authorization: `Bearer ${api.token ?? ''}` };
}

/** The contract's error format over the wire, whoever made the answer: Nest, Fastify or Node. */
function expectRefusal(answer: RawAnswer | null, status: number, code: unknown = expect.any(String)): void {
  expect(answer?.status).toBe(status);
  expect(JSON.parse(answer?.text ?? '')).toEqual({
    detail: expect.any(String),
    code,
    request_id: answer?.headers['x-request-id'],
  });
  expect(answer?.headers['x-request-id']).toMatch(/./);
  expect(answer?.headers['content-type']).toBe('application/json; charset=utf-8');
}

describe('a method that a path does not have', () => {
  it('is answered 405 with the methods it has, on every path of the document', async () => {
    const tenant = await newTenant();
    const operations = operationsOf(await servedDocument()).filter(({ path }) =>
      /^\/(api|v1|v1\.0|roles)\//.test(path),
    );
    for (const path of new Set(operations.map((operation) => operation.path))) {
      const url = path.replace('{tenant_id}', tenant.id).replace(/\{[^}]+\}/g, randomUUID());
      // Some paths are also paths of another template: .../applications/bulk is .../applications/{application_id}, too.
      const patterns = operations.map((operation) => new RegExp(`^${operation.path.replace(/\{[^}]+\}/g, '[^/]+')}$`));
      const matching = operations.filter((_, index) => patterns[index]!.test(url));
      const has = [...new Set(matching.map(({ method }) => method))];
      const allow = [...has, ...(has.includes('GET') ? ['HEAD'] : [])].sort().join(', ');
      for (const method of METHODS.filter((each) => !has.includes(each))) {
        const answer = await tenant.api.call(method, url);
        expect(`${method} ${path} ${answer.status} ${String(answer.headers.get('allow'))}`).toBe(
          `${method} ${path} 405 ${allow}`,
        );
        const said = refusalAt(path, answer, 'method_not_allowed', expect.stringContaining(allow));
        expect(answer.body).toEqual(said);
      }
    }
  });

  it.each(['OPTIONS', 'TRACE', 'PROPFIND'])('is answered 405 even where it is %s', async (method) => {
    const tenant = await newTenant();
    const answer = await sendRaw(tenant.api.url, requestText(method, `${tenant.path}/users`, authorization(tenant)));
    expectRefusal(answer, 405, 'method_not_allowed');
    expect(answer?.headers.allow).toBe('GET, HEAD, POST');
  });

  it('is answered 404 where there is no such path', async () => {
    const tenant = await newTenant();
    for (const path of [
      '/nowhere',
      `${tenant.path}/cars`,
      `${tenant.path}//users`,
      '/api/v2/tenants',
      `${tenant.path}/users/x/y/z`,
    ]) {
      const answer = await tenant.api.call('POST', path, { body: {} });
      expect(answer.status).toBe(404);
      expect(answer.body).toEqual(refusal(answer, 'route_not_found', expect.any(String)));
    }
  });

  it('is answered in the words of the surface around it, also where the path is encoded in another way', async () => {
    const { api } = await newTenant();
    for (const path of ['/v1', '/v1/applications', '/v1/nowhere', '/roles', '/roles/x/y']) {
      const answer = await api.get(`${path}?page=1`);
      expect([path, answer.status, answer.body]).toEqual([
        path,
        404,
        refusalAt(path, answer, 'route_not_found', 'There is no such route.'),
      ]);
    }
    for (const [encoded, path] of [
      ['/%72oles/x/assignments', '/roles/x/assignments'],
      ['/v1/%61pplications/x/roles', '/v1/applications/x/roles'],
    ] as const) {
      // No path of the document, so that the test's own caller does not know it.
      const answer = await fetch(api.url + encoded, { headers: { authorization: `Bearer ${api.token ?? ''}` } });
      const plain = await api.get(path);
      expect([answer.status, await answer.json()]).toEqual([plain.status, plain.body]);
    }
  });
});

describe('a content type that is not JSON', () => {
  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/jsonp',
    'nonsense',
    ';;;',
  ])('is refused with 415: %s', async (type) => {
    const tenant = await newTenant();
    const before = await storedRows(tenant.id);
    const user = randomUUID();
    for (const [method, path] of [
      ['POST', '/users'],
      ['PATCH', `/users/${user}`],
      ['POST', `/users/${user}/applications/bulk`],
    ] as const) {
      const answer = await tenant.api.call(method, tenant.path + path, {
        raw: '{"user_name":"ada"}',
        headers: { 'content-type': type },
      });
      expect(answer.status).toBe(415);
      expect(answer.body).toEqual(refusal(answer, 'unsupported_media_type', expect.any(String)));
    }
    expect(await storedRows(tenant.id)).toEqual(before);
  });

  it.each(['application/json', 'application/json; charset=utf-8', 'APPLICATION/JSON', 'application/merge-patch+json'])(
    'may be %s',
    async (type) => {
      const tenant = await newTenant();
      const answer = await tenant.api.call('POST', `${tenant.path}/users`, {
        raw: '{"user_name":"ada"}',
        headers: { 'content-type': type },
      });
      expect(answer.status).toBe(201);
    },
  );
});

describe('a body that is too large', () => {
  const LARGE = JSON.stringify({ user_name: 'x'.repeat(SETTINGS.bodyLimitBytes.fallback) });

  it('is refused with 413, whether it says its length or not', async () => {
    const tenant = await newTenant();
    const before = await storedRows(tenant.id);
    const declared = await sendTooLarge(tenant.api.url, `${tenant.path}/users`, authorization(tenant));
    expectRefusal(declared, 413, 'body_too_large');
    const head = requestText('POST', `${tenant.path}/users`, {
      ...authorization(tenant),
      ...JSON_TYPE,
      'Transfer-Encoding': 'chunked',
    });
    const chunked = `${head}${LARGE.length.toString(16)}\r\n${LARGE}\r\n0\r\n\r\n`;
    expectRefusal(await sendRaw(tenant.api.url, chunked), 413, 'body_too_large');
    expect(await storedRows(tenant.id)).toEqual(before);
  });

  it('is refused before it is sent, where its length alone is too much', async () => {
    const tenant = await newTenant();
    const headers = { ...authorization(tenant), ...JSON_TYPE, 'Content-Length': '99999999' };
    expectRefusal(
      await sendRaw(tenant.api.url, requestText('POST', `${tenant.path}/users`, headers)),
      413,
      'body_too_large',
    );
  });
});

describe('a Content-Length that lies', () => {
  const BODY = '{"user_name":"ada"}';

  it.each([
    ['shorter than the body', { 'Content-Length': '5' }],
    ['no number', { 'Content-Length': 'abc' }],
    ['negative', { 'Content-Length': '-1' }],
    ['beside Transfer-Encoding', { 'Content-Length': '19', 'Transfer-Encoding': 'chunked' }],
  ])('writes nothing and is refused with 400: %s', async (_, lie) => {
    const tenant = await newTenant();
    const before = await storedRows(tenant.id);
    const head = requestText('POST', `${tenant.path}/users`, { ...authorization(tenant), ...JSON_TYPE, ...lie });
    expectRefusal(await sendRaw(tenant.api.url, head + BODY), 400);
    expect(await storedRows(tenant.id)).toEqual(before);
  });

  it('writes nothing where the client ends before the body does', async () => {
    const tenant = await newTenant();
    const before = await storedRows(tenant.id);
    const head = requestText('POST', `${tenant.path}/users`, {
      ...authorization(tenant),
      ...JSON_TYPE,
      'Content-Length': '500',
    });
    const answer = await sendRaw(tenant.api.url, head + BODY, true);
    expect(answer?.status ?? 400).toBe(400);
    expect(await storedRows(tenant.id)).toEqual(before);
  });
});

describe('a URL that cannot be read', () => {
  it.each(['%ZZ', '%', '%4', '%C0%80', '%ED%A0%80', '%FF'])(
    'is refused with 400 where its path has %s',
    async (part) => {
      const tenant = await newTenant();
      const path = `${tenant.path}/users/${part}`;
      expectRefusal(
        await sendRaw(tenant.api.url, requestText('GET', path, authorization(tenant))),
        400,
        'malformed_url',
      );
    },
  );

  it.each(['%ZZ', '%', '%C0%80', '%ED%A0%80', '%FF'])('is refused with 400 where its query has %s', async (part) => {
    const tenant = await newTenant();
    for (const query of [`search=${part}`, `${part}=1`]) {
      const text = requestText('GET', `${tenant.path}/users?${query}`, authorization(tenant));
      expectRefusal(await sendRaw(tenant.api.url, text), 400, 'malformed_url');
    }
  });

  it('is refused with 414 where one part is far longer than any id', async () => {
    const tenant = await newTenant();
    const path = `${tenant.path}/users/${'a'.repeat(300)}`;
    const answer = await sendRaw(tenant.api.url, requestText('GET', path, authorization(tenant)));
    expectRefusal(answer, 414, 'url_too_long');
    expect(answer?.text).not.toContain('aaaa');
  });

  it('is refused with 414 where it is longer than 16 KB, and with 431 where it, or a header, has no end', async () => {
    const tenant = await newTenant();
    const [long, endless] = ['a'.repeat(20_000), 'a'.repeat(100_000)];
    const url = (text: string): string =>
      requestText('GET', `${tenant.path}/users?search=${text}`, authorization(tenant));
    const header = requestText('GET', `${tenant.path}/users`, { ...authorization(tenant), 'X-Long': endless });
    expectRefusal(await sendRaw(tenant.api.url, url(long)), 414, 'url_too_long');
    for (const text of [url(endless), header]) expectRefusal(await sendRaw(tenant.api.url, text), 431);
  });

  it.each([
    'hello world\r\n\r\n',
    'FOO / HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET /a\u0000b HTTP/1.1\r\nHost: x\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  ])('is refused with 400 where it is no request at all: %j', async (text) => {
    const tenant = await newTenant();
    expectRefusal(await sendRaw(tenant.api.url, text), 400);
  });
});

describe('a query', () => {
  it.each([
    ['page=0', 'page', 'integer'],
    ['page=-1', 'page', 'integer'],
    ['page=1.5', 'page', 'integer'],
    ['page=', 'page', 'integer'],
    ['page=1e3', 'page', 'integer'],
    ['page=0x10', 'page', 'integer'],
    ['page=99999999999999999999', 'page', 'integer'],
    ['page=1&page=2', 'page', 'integer'],
    ['per_page=0', 'per_page', 'integer'],
    ['per_page=1000', 'per_page', 'integer'],
    ['search=', 'search', 'text'],
    ['search=a&search=b', 'search', 'text'],
    [`search=${'a'.repeat(201)}`, 'search', 'text'],
    ['search=%00', 'search', 'unstorable_text'],
    ['status=gone', 'status', 'choice'],
    ['status=active&status=active', 'status', 'choice'],
    ['cursor=', 'cursor', 'text'],
    ['pgae=2', 'pgae', 'unknown_field'],
    ['page[]=1', 'page[]', 'unknown_field'],
    ['__proto__=1', '__proto__', 'forbidden_name'],
    ['constructor=1', 'constructor', 'unknown_field'],
    ['toString=1', 'toString', 'unknown_field'],
  ])('is refused with 422 naming the parameter: ?%s', async (query, name, type) => {
    const tenant = await newTenant();
    const answer = await tenant.api.get(`${tenant.path}/users?${query}`);
    expect(answer.status).toBe(422);
    expect(answer.body).toEqual(wrongValue(answer, ['query', name], type));
  });

  it.each([
    '2026-02-31T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '0000-01-01T00:00:00Z',
    '2026-02-20T00:00:00+23:59',
    '2026-02-20T25:00:00Z',
    'yesterday',
    '2026-02-20',
  ])('is refused with 422 where it asks for the moment %s', async (moment) => {
    const tenant = await newTenant();
    for (const name of ['from', 'to']) {
      const answer = await tenant.api.get(`${tenant.path}/audit-events?${name}=${encodeURIComponent(moment)}`);
      expect(answer.status).toBe(422);
      expect(answer.body).toEqual(wrongValue(answer, ['query', name], 'date_time'));
    }
  });

  it('is refused with 422 where a route does not take the parameter, on every route', async () => {
    const tenant = await newTenant();
    const before = await storedRows(tenant.id);
    const guarded = operationsOf(await servedDocument()).filter(({ path }) =>
      path.startsWith('/api/v1/tenants/{tenant_id}/'),
    );
    for (const { method, path, name } of guarded) {
      const url = path.replace('{tenant_id}', tenant.id).replace(/\{[^}]+\}/g, randomUUID());
      const answer = await tenant.api.call(
        method,
        `${url}?surprise=1`,
        ['POST', 'PATCH'].includes(method) ? { body: {} } : {},
      );
      const locations =
        answer.status === 422 ? (answer.body.detail as { loc: string[] }[]).map(({ loc }) => loc.join('.')) : [];
      expect({ name, status: answer.status, locations }).toEqual({
        name,
        status: 422,
        locations: expect.arrayContaining(['query.surprise']),
      });
    }
    expect(await storedRows(tenant.id)).toEqual(before);
  });

  it('is never SQL', async () => {
    const tenant = await newTenant();
    await tenant.user('ada');
    for (const text of ["' OR 1=1 --", '%', '_', '\\', "'; DROP TABLE users; --", '$1', '${jndi:x}']) {
      const answer = await tenant.api.get(`${tenant.path}/users?search=${encodeURIComponent(text)}`);
      expect(answer.status).toBe(200);
      expect(answer.body.data).toEqual([]);
    }
    expect(await sql('SELECT user_name FROM users WHERE tenant_id = $1', [tenant.id])).toEqual([{ user_name: 'ada' }]);
  });
});
