import { request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { platformApi } from '../support/api.js';
import { startDoorlist, type DoorlistProcess } from '../support/doorlist-process.js';
import { manyUsers } from '../support/many-users.js';
import { requestText, sendRaw, type RawAnswer } from '../support/raw-http.js';
import { sql } from '../support/sql.js';
import { refusalAt } from '../support/surfaces.js';
import { newTenant, type TestTenant } from '../support/tenant.js';
import { PLATFORM_CLIENT, workerState } from '../support/test-state.js';

// Starting a service takes 2 seconds alone, and ten times that where others use the machine.
import.meta.jest.setTimeout(90_000);

const CONSOLE = 'https://console.example';
const UNKNOWN = '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33';
const CLIENT_TIMEOUT_MS = 1000;

/** A path of each surface, as it comes with the base path. */
const PATHS = [
  '/api/v1/tenants',
  `/v1/applications/${UNKNOWN}/roles`,
  `/roles/${UNKNOWN}/assignments`,
  '/v1.0/entitlements',
];

interface PackedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
}

let service: DoorlistProcess;
let tenant: TestTenant;

beforeAll(async () => {
  service = await startDoorlist({
    PUBLIC_URL: 'https://door.example/doorlist',
    DATABASE_URL: workerState().databaseUrl,
    BOOTSTRAP_CLIENT_ID: PLATFORM_CLIENT.id,
    BOOTSTRAP_CLIENT_SECRET: PLATFORM_CLIENT.secret,
    CORS_ORIGINS: `https://other.example, ${CONSOLE}`,
    CLIENT_TIMEOUT_MS: String(CLIENT_TIMEOUT_MS),
    METRICS_PATH: '/metrics',
    LOG_LEVEL: 'warn',
  });
  tenant = await newTenant(service.url);
});

afterAll(async () => {
  await service.stop();
});

/** Asks without undoing what the service has done to the bytes. */
async function packed(path: string, encoding: string | null, method = 'GET', more = {}): Promise<PackedAnswer> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${tenant.api.token!}`,
      ...(encoding === null ? {} : { 'accept-encoding': encoding }),
      ...more,
    };
    const sent = request(`${service.url}${path}`, { method, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.once('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, bytes: Buffer.concat(chunks) }),
      );
      answer.once('error', reject);
    });
    sent.once('error', reject);
    sent.end();
  });
}

describe('answers', () => {
  beforeAll(async () => {
    await manyUsers(tenant.id, 60);
  });

  it('are compressed for who takes gzip, and are the same for all others', async () => {
    const list = `${tenant.path}/users?per_page=60`;
    const [plain, zipped] = [await packed(list, null), await packed(list, 'br, gzip;q=0.5')];
    expect([zipped.headers['content-encoding'], zipped.headers.vary]).toEqual(['gzip', 'Origin, Accept-Encoding']);
    expect([plain.headers['content-encoding'], plain.headers.vary]).toEqual([undefined, 'Origin, Accept-Encoding']);
    expect(zipped.headers['content-length']).toBe(String(zipped.bytes.length));
    expect(zipped.bytes.length).toBeLessThan(plain.bytes.length / 4);
    const data = (bytes: Buffer): unknown => (JSON.parse(bytes.toString()) as { data: unknown }).data;
    expect(data(gunzipSync(zipped.bytes))).toEqual(data(plain.bytes));
    for (const encoding of ['identity', 'br', 'gzip;q=0, *'])
      expect((await packed(list, encoding)).headers['content-encoding']).toBeUndefined();
    const head = await packed(list, 'gzip', 'HEAD');
    expect([head.status, head.headers['content-encoding'], head.bytes.length]).toEqual([200, undefined, 0]);
  });

  it('with a strong ETag stay as they are, because it names their bytes', async () => {
    const id = await tenant.user('long', { attributes: { text: 'long '.repeat(1000) } });
    const found = await packed(`${tenant.path}/users/${id}`, 'gzip');
    expect([found.headers['content-encoding'], found.headers.etag]).toEqual([undefined, '"1"']);
    expect(found.bytes.length).toBeGreaterThan(5000);
    const again = await packed(`${tenant.path}/users/${id}`, 'gzip', 'GET', { 'if-none-match': '"1"' });
    expect([again.status, again.headers.etag, again.bytes.length]).toEqual([304, '"1"', 0]);
    const changed = await tenant.api.patch(
      `${tenant.path}/users/${id}`,
      { email: null },
      { headers: { 'if-match': '"1"' } },
    );
    expect(changed.status).toBe(200);
  });

  it('that are files are compressed as they come', async () => {
    const path = `${tenant.path}/exports/users`;
    const [plain, zipped] = [await packed(path, null), await packed(path, 'gzip')];
    expect([zipped.headers['content-encoding'], zipped.headers['transfer-encoding']]).toEqual(['gzip', 'chunked']);
    expect(gunzipSync(zipped.bytes)).toEqual(plain.bytes);
    expect(plain.bytes.toString().split('\n').length).toBeGreaterThan(60);
  });

  it('say to browsers what they are not, whoever made them', async () => {
    const always = {
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
    };
    for (const path of [`${tenant.path}/users`, '/nowhere', '/api/v1/tenants', '/health/live', '/oauth/jwks'])
      expect([path, (await packed(path, null)).headers]).toEqual([path, expect.objectContaining(always)]);
    expect((await packed(`${tenant.path}/users`, null)).headers['cache-control']).toBe('private, no-cache');
    expect((await packed('/oauth/jwks', null)).headers['cache-control']).toBe('public, max-age=15');
    const docs = (await packed('/doorlist/docs', null)).headers['content-security-policy'];
    expect(docs).toContain("script-src 'self';");
    expect(docs).toContain("connect-src 'self' https://door.example;");
    const page = (await packed('/doorlist/docs', null)).bytes.toString();
    // What the policy would stop: scripts in the page, and anything from elsewhere.
    expect(page).not.toMatch(/<script(?![^>]* src="\.)|\son\w+=|(?:src|href)="(?:https?:)?\/\//);
  });

  it('may be read by pages of the named origins, and by no others', async () => {
    const preflight = {
      origin: CONSOLE,
      'access-control-request-method': 'PATCH',
      'access-control-request-headers': 'if-match',
    };
    const asked = await packed(`${tenant.path}/users/${UNKNOWN}`, null, 'OPTIONS', preflight);
    expect(asked.status).toBe(204);
    expect(asked.headers).toMatchObject({
      'access-control-allow-origin': CONSOLE,
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers':
        'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id',
      'access-control-max-age': '7200',
    });
    const called = await packed(`${tenant.path}/users`, null, 'GET', { origin: CONSOLE });
    expect(called.headers['access-control-allow-origin']).toBe(CONSOLE);
    expect(called.headers['access-control-expose-headers']).toContain('ETag');
    expect(called.headers['access-control-allow-credentials']).toBeUndefined();
    const refused = await packed(`${tenant.path}/users/${UNKNOWN}`, null, 'GET', { origin: CONSOLE });
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([404, CONSOLE]);
    for (const origin of ['https://evil.example', 'https://console.example.evil.example', 'null', `${CONSOLE}:8443`]) {
      const answers = [
        await packed(`${tenant.path}/users`, null, 'GET', { origin }),
        await packed(`${tenant.path}/users`, null, 'OPTIONS', { ...preflight, origin }),
      ];
      for (const { headers } of answers) expect(headers['access-control-allow-origin']).toBeUndefined();
    }
    const { id, secret } = PLATFORM_CLIENT;
    const token = async (origin: string): Promise<[number, string | null]> => {
      const answer = await fetch(`${service.url}/oauth/token`, {
        method: 'POST',
        headers: { origin, authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      });
      return [answer.status, answer.headers.get('access-control-allow-origin')];
    };
    expect(await token(CONSOLE)).toEqual([200, CONSOLE]);
    expect(await token('https://evil.example')).toEqual([200, null]);
    // Without CORS_ORIGINS nothing is said of origins at all.
    const plain = await fetch(`${workerState().url}/health/live`, { headers: { origin: CONSOLE } });
    expect([plain.headers.get('access-control-allow-origin'), plain.headers.get('vary')]).toEqual([null, null]);
  });

  it('of the metrics stand on the same port where they have none of their own', async () => {
    const found = await packed('/doorlist/metrics', null);
    expect([found.status, found.headers['content-type']]).toEqual([
      200,
      expect.stringMatching(/^text\/plain; version=/),
    ]);
    expect(found.bytes.toString()).toMatch(/^doorlist_http_requests_total\{/m);
    expect((await fetch(`${workerState().url}/metrics`)).status).toBe(404);
  });
});

describe('what cannot be served is refused in the words of its surface', () => {
  const token = async (): Promise<string> => `Bearer ${(await platformApi(service.url)).token!}`;

  it.each<[string, number, string, string, (path: string, authorization: string) => string]>([
    [
      'a body that is packed',
      415,
      'unsupported_content_encoding',
      'Send the body as it is, without Content-Encoding "gzip".',
      (path, authorization) =>
        `${requestText('POST', path, { Authorization: authorization, 'Content-Type': 'application/json', 'Content-Encoding': 'gzip', 'Content-Length': '2' })}{}`,
    ],
    [
      'an expectation that there is not',
      417,
      'expectation_failed',
      'The header Expect may say 100-continue and nothing else.',
      (path) => requestText('GET', path, { Expect: 'the-moon' }),
    ],
    [
      'two hosts',
      400,
      'malformed_request',
      'Send one Host header, with one host in it.',
      (path) => requestText('GET', path, { host: 'other.test' }),
    ],
    [
      'no host',
      400,
      'malformed_request',
      'Send one Host header, with one host in it.',
      (path) => `GET ${path} HTTP/1.1\r\nConnection: close\r\n\r\n`,
    ],
    [
      'what is no host',
      400,
      'malformed_request',
      'Send one Host header, with one host in it.',
      (path) => requestText('GET', path, { Host: 'door.example, other.example' }),
    ],
    [
      'what is not HTTP',
      400,
      'malformed_request',
      'The request is not HTTP as this service reads it.',
      (path) => requestText('GET', path, { 'no name': 'x' }),
    ],
    [
      'a body that does not come',
      408,
      'request_timeout',
      'The request did not arrive in time.',
      (path) => `${requestText('POST', path, { 'Content-Type': 'application/json', 'Content-Length': '9' })}{`,
    ],
  ])('%s', async (_, status, code, message, textOf) => {
    const authorization = await token();
    await Promise.all(
      PATHS.map(async (path) => {
        const answer = await sendRaw(service.url, textOf(`/doorlist${path}`, authorization));
        expect([path, answer?.status]).toEqual([path, status]);
        const headers = new Headers(answer!.headers);
        const text = answer!.text.replace(/^[0-9a-f]+\r\n|\r\n0\r\n\r\n$/g, '');
        expect([path, JSON.parse(text)]).toEqual([path, refusalAt(path, { status, headers }, code, message)]);
        expect(headers.get('x-content-type-options')).toBe('nosniff');
      }),
    );
  });

  /** Where the service cannot know the path. */
  function expectNative(answer: RawAnswer | null, status: number, code: string): void {
    expect([answer?.status, answer?.headers['content-type']]).toEqual([status, 'application/json; charset=utf-8']);
    const requestId = answer!.headers['x-request-id'];
    expect(JSON.parse(answer!.text)).toEqual({ detail: expect.any(String), code, request_id: requestId });
  }

  it('headers that do not come, after the same time', async () => {
    const begun = performance.now();
    const answer = await sendRaw(service.url, 'GET /health/live HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    expectNative(answer, 408, 'request_timeout');
    expect(performance.now() - begun).toBeLessThan(20 * CLIENT_TIMEOUT_MS);
  });

  it('who takes the service for a proxy, and headers that are too large', async () => {
    const proxied = await sendRaw(service.url, 'CONNECT other.test:443 HTTP/1.1\r\nHost: other.test\r\n\r\n');
    expectNative(proxied, 501, 'not_implemented');
    const large = requestText('GET', '/health/live', { 'X-Large': 'x'.repeat(100_000) });
    expectNative(await sendRaw(service.url, large), 431, 'headers_too_large');
  });

  it('and the one old form that needs no host is served', async () => {
    expect((await sendRaw(service.url, 'GET /health/live HTTP/1.0\r\n\r\n'))?.status).toBe(200);
  });

  it('and who takes nothing of an answer is cut, with its query', async () => {
    const large = await newTenant(service.url);
    await manyUsers(large.id, 100_000);
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.pause();
    socket.write(requestText('GET', `${large.path}/exports/users`, { Authorization: `Bearer ${large.api.token!}` }));
    const copies = (): Promise<object[]> =>
      sql(
        `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle' AND query LIKE 'COPY (SELECT%'`,
      );
    while ((await copies()).length === 0) await sleep(20);
    while ((await copies()).length > 0) await sleep(100);
    socket.destroy();
    expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
  });
});
