import { setTimeout as sleep } from 'node:timers/promises';
import { Api, platformApi } from '../support/api.js';
import { freePort, startDoorlist, type DoorlistProcess } from '../support/doorlist-process.js';
import { MovableClock } from '../support/movable-clock.js';
import { withClient } from '../support/new-database.js';
import { refusalAt } from '../support/surfaces.js';
import { newTenant, type TestTenant } from '../support/tenant.js';
import { PLATFORM_CLIENT, workerState } from '../support/test-state.js';
import { TraceCollector, attributesOf } from '../support/trace-collector.js';

// Starting a service takes 2 seconds alone, and ten times that where others use the machine.
import.meta.jest.setTimeout(90_000);

const MINUTE_MS = 60_000;
const CLIENT_LIMIT = 40;
const TENANT_LIMIT = 50;
const ADDRESS_LIMIT = 30;
const UNKNOWN = '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33';

/** Two instances with one public URL, so that tokens of the one are good at the other. */
const instances: DoorlistProcess[] = [];
const metricsAt: string[] = [];
const clock = new MovableClock();
let collector: TraceCollector;

beforeAll(async () => {
  collector = await TraceCollector.start();
  const start = async (): Promise<DoorlistProcess> => {
    const metricsPort = String(await freePort());
    metricsAt.push(`http://127.0.0.1:${metricsPort}`);
    return startDoorlist({
      ...clock.env,
      PUBLIC_URL: 'https://door.example',
      DATABASE_URL: workerState().databaseUrl,
      BOOTSTRAP_CLIENT_ID: PLATFORM_CLIENT.id,
      BOOTSTRAP_CLIENT_SECRET: PLATFORM_CLIENT.secret,
      METRICS_PORT: metricsPort,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      // OpenTelemetry's own variable: how long spans are gathered, in milliseconds.
      OTEL_BSP_SCHEDULE_DELAY: '50',
      SLOW_STATEMENT_MS: '1',
      RATE_LIMIT_CLIENT: String(CLIENT_LIMIT),
      RATE_LIMIT_TENANT: String(TENANT_LIMIT),
      RATE_LIMIT_ADDRESS: String(ADDRESS_LIMIT),
      DRAIN_SECONDS: '600',
    });
  };
  instances.push(...(await Promise.all([start(), start()])));
});

afterAll(async () => {
  for (const each of instances) await each.stop('SIGKILL');
  (collector as TraceCollector | undefined)?.stop();
  clock.remove();
});

const url = (at = 0): string => instances[at]!.url;
const metrics = async (at = 0): Promise<string> => (await fetch(`${metricsAt[at]!}/metrics`)).text();

/** The lines of an instance's log about a request, once the last of them, that it was answered, is there. */
async function linesOf(requestId: string): Promise<Record<string, unknown>[]> {
  for (;;) {
    const lines = instances[0]!
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{') && line.includes(`"${requestId}"`) && line.endsWith('}'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    if (lines.some(({ msg }) => msg === 'request')) return lines;
    await sleep(20);
  }
}

/** Begins a new minute for the services, so that nothing is counted yet. */
function newMinute(): void {
  clock.advance(MINUTE_MS - (clock.now() % MINUTE_MS));
}

describe('a request', () => {
  const PERSON = { user_name: 'ada-lovelace', email: 'ada@private.example', display_name: 'Ada Lovelace' };
  const PRIVATE = [...Object.values(PERSON), 'private.example', PLATFORM_CLIENT.secret];
  let tenant: TestTenant;
  let clientId: string;

  beforeAll(async () => {
    newMinute();
    tenant = await newTenant(url());
    clientId = JSON.parse(Buffer.from(tenant.api.token!.split('.')[1]!, 'base64url').toString()).client_id as string;
  });

  it('is logged with ids and the template of its route, and so are its slow statements', async () => {
    const headers = { 'x-request-id': 'log.1' };
    expect((await tenant.api.post(`${tenant.path}/users`, PERSON, { headers })).status).toBe(201);
    const lines = await linesOf('log.1');
    expect(lines.filter(({ msg }) => msg === 'request')).toEqual([
      {
        level: 30,
        time: expect.any(String),
        service: 'doorlist',
        msg: 'request',
        request_id: 'log.1',
        trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
        method: 'POST',
        route: '/api/v1/tenants/:tenant_id/users',
        status: 201,
        duration_ms: expect.any(Number),
        tenant_id: tenant.id,
        client_id: clientId,
        statements: expect.any(Number),
      },
    ]);
    const path = `${tenant.path}/users/${UNKNOWN}`;
    const slowly = { headers: { 'x-request-id': 'log.2' } };
    expect((await whileLocked(() => tenant.api.patch(path, { email: PERSON.email }, slowly))).status).toBe(404);
    const slowLines = await linesOf('log.2');
    const slow = slowLines.filter(({ msg }) => msg === 'slow statement');
    expect(slow).toContainEqual({
      level: 40,
      time: expect.any(String),
      service: 'doorlist',
      msg: 'slow statement',
      request_id: 'log.2',
      trace_id: slowLines.find(({ msg }) => msg === 'request')!.trace_id,
      statement: expect.stringMatching(/^[a-z_.]+(?: [a-z_]+)?$/),
      duration_ms: expect.any(Number),
      failed: false,
      tenant_id: tenant.id,
      client_id: clientId,
    });
  });

  it('is traced with its route, its tenant and the names of its statements', async () => {
    const parent = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
    const headers = { 'x-request-id': 'trace.1', traceparent: `00-${parent.traceId}-${parent.spanId}-01` };
    const asked = { checks: [{ user_id: UNKNOWN, application_id: UNKNOWN }] };
    expect((await tenant.api.post(`${tenant.path}/access/check`, asked, { headers })).status).toBe(200);
    const { root, statements } = await collector.traceOf('trace.1');
    const route = '/api/v1/tenants/:tenant_id/access/check';
    expect({ ...root, attributes: attributesOf(root) }).toMatchObject({
      name: `POST ${route}`,
      traceId: parent.traceId,
      parentSpanId: parent.spanId,
      kind: 2,
      attributes: {
        'http.request.method': 'POST',
        'http.route': route,
        'http.response.status_code': 200,
        'doorlist.request_id': 'trace.1',
        'doorlist.tenant_id': tenant.id,
        'doorlist.client_id': clientId,
      },
    });
    expect(statements.map((span) => [span.name, attributesOf(span)])).toEqual([
      ['access.check', { 'db.system.name': 'postgresql', 'db.query.summary': 'access.check' }],
    ]);
    const [statement] = statements;
    expect(BigInt(statement!.startTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(root.startTimeUnixNano));
    expect(BigInt(statement!.endTimeUnixNano)).toBeLessThanOrEqual(BigInt(root.endTimeUnixNano));

    await tenant.api.post(`${tenant.path}/groups`, { name: 'Traced' }, { headers: { 'x-request-id': 'trace.2' } });
    const write = await collector.traceOf('trace.2');
    expect(write.statements.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['start', 'insert groups', 'audit.write', 'commit']),
    );
  });

  it('is measured by its route, and so are memories, connections, the event loop and answers about access', async () => {
    const text = await metrics();
    const value = (series: string): number => {
      const line = text.split('\n').find((each) => each.startsWith(`${series} `));
      return Number(line?.split(' ').at(-1));
    };
    const created = 'method="POST",route="/api/v1/tenants/:tenant_id/users"';
    expect(value(`doorlist_http_requests_total{${created},status="201"}`)).toBe(1);
    expect(value(`doorlist_http_request_duration_seconds_count{${created}}`)).toBe(1);
    expect(value(`doorlist_http_request_duration_seconds_bucket{le="30",${created}}`)).toBe(1);
    expect(value('doorlist_access_checks_total{question="application",outcome="user_not_found"}')).toBe(1);
    expect(value('doorlist_cache_requests_total{cache="tokens",outcome="hit"}')).toBeGreaterThanOrEqual(2);
    expect(value('doorlist_cache_requests_total{cache="clients",outcome="miss"}')).toBeGreaterThanOrEqual(2);
    expect(value('doorlist_cache_requests_total{cache="tenants",outcome="hit"}')).toBeGreaterThanOrEqual(2);
    expect(value('doorlist_database_connections{pool="transactions",state="free"}')).toBeGreaterThanOrEqual(1);
    expect(value('doorlist_database_waiting{pool="quick"}')).toBe(0);
    expect(value('doorlist_slow_statements_total')).toBeGreaterThan(0);
    expect(value('nodejs_eventloop_lag_seconds')).toBeGreaterThanOrEqual(0);
    expect(text).not.toContain(tenant.id);
    expect(text).not.toContain(clientId);
    const elsewhere = [`${metricsAt[0]!}/`, `${metricsAt[0]!}/health/live`, `${url()}/metrics`];
    for (const each of elsewhere) expect([each, (await fetch(each)).status]).toEqual([each, 404]);
  });

  it('leaves nothing of persons, tokens and secrets in logs and traces', async () => {
    const search = await tenant.api.get(`${tenant.path}/users?search=private.example`, {
      headers: { 'x-request-id': 'kept.1' },
    });
    expect(search.body.pagination.total_items).toBe(1);
    await new Api(url(), `${tenant.api.token!}x`).get(`${tenant.path}/users?search=private.example`);
    await tenant.api.post(`${tenant.path}/users`, { ...PERSON, email: 'no address of private.example' });
    expect((await tenant.api.post(`${tenant.path}/users`, PERSON)).status).toBe(409);
    await collector.traceOf('kept.1');
    const signature = tenant.api.token!.split('.')[2]!;
    for (const text of [instances[0]!.output(), collector.text]) {
      expect(text).toContain('kept.1');
      for (const secret of [...PRIVATE, signature, '127.0.0.1:']) {
        // The banner says where the service listens and which database it has.
        const logged = text
          .split('\n')
          .filter((line) => line.startsWith('{'))
          .join('\n');
        expect([secret, logged.includes(secret)]).toEqual([secret, false]);
      }
    }
  });
});

/** Runs a change while another transaction holds the table of users, so that its statement is slow. */
async function whileLocked<T>(work: () => Promise<T>): Promise<T> {
  return withClient(workerState().databaseUrl, async (client) => {
    await client.query('BEGIN');
    await client.query('LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
    const working = work();
    const waits = `SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted AND relation = 'users'::regclass`;
    while ((await client.query<{ n: number }>(waits)).rows[0]!.n === 0) await sleep(5);
    await client.query('COMMIT');
    return working;
  });
}

describe('rate limits', () => {
  /** Asks until it is refused; answers how often it was let in, and the refusal. */
  async function untilRefused(
    api: Api,
    path: string,
  ): Promise<{ admitted: number; refused: Awaited<ReturnType<Api['get']>> }> {
    for (let admitted = 0; ; admitted += 1) {
      const answer = await api.get(path);
      if (answer.status === 429) return { admitted, refused: answer };
      if (admitted > 10 * CLIENT_LIMIT) throw new Error('There is no limit.');
    }
  }

  it('hold for all instances together, and each surface says so in its own words', async () => {
    const tenant = await newTenant(url());
    newMinute();
    const first = await tenant.api.get(`${tenant.path}/groups`);
    expect(first.headers.get('ratelimit-policy')).toBe(
      `"client";q=${CLIENT_LIMIT};w=60, "tenant";q=${TENANT_LIMIT};w=60`,
    );
    expect(first.headers.get('ratelimit')).toBe(
      `"client";r=${CLIENT_LIMIT - 1};t=60, "tenant";r=${TENANT_LIMIT - 1};t=60`,
    );
    const { admitted, refused } = await untilRefused(tenant.api, `${tenant.path}/groups`);
    expect(admitted).toBe(CLIENT_LIMIT - 1);
    const after = Number(refused.headers.get('retry-after'));
    expect(after).toBeGreaterThan(50);
    expect(after).toBeLessThanOrEqual(60);
    expect(refused.headers.get('ratelimit')).toMatch(/^"client";r=0;t=\d\d, "tenant";r=10;t=\d\d$/);

    // The other instance learns of it with the first request that it lets in.
    const other = new Api(url(1), tenant.api.token);
    expect((await other.get(`${tenant.path}/groups`)).status).toBe(200);
    let admittedThere = 1;
    while ((await other.get(`${tenant.path}/groups`)).status !== 429) {
      admittedThere += 1;
      await sleep(50);
    }
    expect(admittedThere).toBeLessThan(CLIENT_LIMIT);
    expect(refusedOnce(await metrics(1), 'client')).toBeGreaterThanOrEqual(1);

    const message = `The ${CLIENT_LIMIT} requests a minute of this caller are used up; try again in`;
    for (const path of [
      `${tenant.path}/users`,
      `/v1/applications/${UNKNOWN}/roles`,
      `/roles/${UNKNOWN}/assignments`,
      `/v1.0/entitlements/${UNKNOWN}`,
    ]) {
      const answer = await tenant.api.get(path);
      expect([path, answer.status, answer.body]).toEqual([
        path,
        429,
        refusalAt(path, answer, 'rate_limited', expect.stringContaining(message)),
      ]);
    }
    for (const path of ['/health/live', '/health/ready']) expect((await fetch(url() + path)).status).toBe(200);
    newMinute();
    expect((await tenant.api.get(`${tenant.path}/groups`)).status).toBe(200);
  });

  it('count all callers of a tenant, and leave other tenants alone', async () => {
    newMinute();
    const [tenant, neighbour] = [await newTenant(url()), await newTenant(url())];
    const others = [await tenant.apiWith('directory:read'), await tenant.apiWith('directory:read')];
    newMinute();
    const [one, two] = [
      await untilRefused(others[0]!, `${tenant.path}/groups`),
      await untilRefused(others[1]!, `${tenant.path}/groups`),
    ];
    expect([one.admitted, two.admitted]).toEqual([CLIENT_LIMIT, TENANT_LIMIT - CLIENT_LIMIT]);
    expect(two.refused.body.detail).toContain('of this tenant, by all its callers together,');
    expect((await neighbour.api.get(`${neighbour.path}/groups`)).status).toBe(200);
    // What the platform does in a tenant is not the tenant's own.
    expect((await (await platformApi(url())).get(`${tenant.path}/groups`)).status).toBe(200);
  });

  it('count addresses where no token is asked for, in the words of OAuth', async () => {
    newMinute();
    const ask = (): Promise<Response> =>
      fetch(`${url()}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      });
    for (let at = 0; at < ADDRESS_LIMIT; at += 1) expect((await ask()).status).toBe(400);
    const refused = await ask();
    expect([refused.status, await refused.json()]).toEqual([
      429,
      {
        error: 'temporarily_unavailable',
        error_description: expect.stringContaining(`The ${ADDRESS_LIMIT} requests a minute from this address`),
      },
    ]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    // Nobody is a trusted proxy here, so nobody may name another address.
    const headers = { 'x-forwarded-for': '203.0.113.7' };
    expect((await fetch(`${url()}/oauth/jwks`, { headers })).status).toBe(429);
  });
});

function refusedOnce(text: string, limit: string): number {
  return Number(new RegExp(`^doorlist_rate_limited_total\\{limit="${limit}"\\} (\\d+)$`, 'm').exec(text)?.[1]);
}

describe('an instance', () => {
  const ready = async (at: number): Promise<[number, string]> => {
    const answer = await fetch(`${url(at)}/health/ready`);
    const body = (await answer.json()) as { status?: string; code?: string };
    return [answer.status, body.status ?? body.code ?? ''];
  };

  it('is not ready without its migrations or without a key to sign with', async () => {
    await withClient(workerState().databaseUrl, async (client) => {
      expect(await ready(1)).toEqual([200, 'ready']);
      await client.query(
        `UPDATE migrations SET name = 'x' || name WHERE name LIKE 'CreateUsers%' OR name LIKE 'CreateDirectory%'`,
      );
      expect(await ready(1)).toEqual([503, 'migrations_pending']);
      await client.query(`UPDATE migrations SET name = substr(name, 2) WHERE name LIKE 'x%'`);
      await client.query(`UPDATE signing_keys SET signs_from = now() + interval '9 years'`);
      expect(await ready(1)).toEqual([503, 'no_signing_key']);
      await client.query(`UPDATE signing_keys SET signs_from = now() - interval '1 day'`);
      expect(await ready(1)).toEqual([200, 'ready']);
    });
  });

  it('that is told to stop is no longer ready, answers all that comes, and stops when it is told again', async () => {
    newMinute();
    const tenant = await newTenant(url(1));
    const stopped = instances[1]!.stop();
    while ((await ready(1))[0] === 200) await sleep(5);
    expect(await ready(1)).toEqual([503, 'stopping']);
    expect((await fetch(`${url(1)}/health/live`)).status).toBe(200);
    expect((await tenant.api.get(`${tenant.path}/users`)).status).toBe(200);
    process.kill(instances[1]!.pid, 'SIGTERM');
    expect(await stopped).toBe(0);
    expect(instances[1]!.output()).toMatch(/"msg":"stopped"/);
  });
});
