import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { ApiAnswer } from '../support/api.js';
import { startDoorlist, type DoorlistProcess } from '../support/doorlist-process.js';
import { ASSIGNMENTS, ENTITLEMENTS } from '../support/entitlement-steps.js';
import { NO_CLUSTERS, OwnCluster } from '../support/own-cluster.js';
import { giveRole, newRole } from '../support/role-steps.js';
import { newTenant, type TestTenant } from '../support/tenant.js';
import { PLATFORM_CLIENT } from '../support/test-state.js';
import { TraceCollector } from '../support/trace-collector.js';

import.meta.jest.setTimeout(90_000);

const HEADER = 'doorlist-consistency';

/** The parts of answers that are looked at. */
interface Body {
  readonly data: Readonly<Record<string, unknown>>;
  readonly count?: number;
}

const resultsIn = ({ data }: Body): unknown => data.results;

// eslint-disable-next-line no-restricted-syntax -- a standby can be made only where the programs are; the name of the tests says so
const withClusters = NO_CLUSTERS === null ? describe : describe.skip;

withClusters(`reads from a replica${NO_CLUSTERS === null ? '' : ` (skipped: ${NO_CLUSTERS})`}`, () => {
  let primary: OwnCluster;
  let replica: OwnCluster;
  let service: DoorlistProcess;
  let collector: TraceCollector;
  let tenant: TestTenant;
  let userId: string;
  const removed: OwnCluster[] = [];

  const rename = (name: string): Promise<ApiAnswer> =>
    tenant.api.patch(`${tenant.path}/users/${userId}`, { display_name: name });
  const read = (token?: string): Promise<ApiAnswer> =>
    tenant.api.get(`${tenant.path}/users/${userId}`, token === undefined ? {} : { headers: { [HEADER]: token } });
  const nameOf = async (token?: string): Promise<unknown> => (await read(token)).body.data.display_name;
  const tokenIn = ({ headers }: ApiAnswer): string => headers.get(HEADER) ?? '';

  /** What the metrics say of the connections to replicas. */
  async function loadOfReplicas(): Promise<{ connections: number; waiting: number }> {
    const text = await (await fetch(`${service.url}/metrics`)).text();
    const value = (series: string): number =>
      Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`${series} `))
          ?.split(' ')[1],
      );
    return {
      connections: value('doorlist_database_connections{pool="replicas",state="used"}'),
      waiting: value('doorlist_database_waiting{pool="replicas"}'),
    };
  }

  afterEach(async () => {
    // One that a test left paused would hold up all that follow.
    await replica.query('SELECT pg_wal_replay_resume()');
  });

  /** Waits until the replica has replayed all that the primary has written by now. */
  async function caughtUp(): Promise<void> {
    const [written] = await primary.query<{ lsn: string }>('SELECT pg_current_wal_flush_lsn()::text AS lsn');
    const isThere = async (): Promise<boolean> =>
      (await replica.query<{ is: boolean }>('SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS is', [written!.lsn]))[0]!
        .is;
    while (!(await isThere())) await sleep(20);
  }

  beforeAll(async () => {
    primary = await OwnCluster.make();
    removed.push(primary);
    await primary.start();
    replica = await primary.standby();
    removed.unshift(replica);
    await replica.start();
    collector = await TraceCollector.start();
    service = await startDoorlist({
      DATABASE_URL: primary.url(),
      DATABASE_REPLICA_URL: replica.url(),
      BOOTSTRAP_CLIENT_ID: PLATFORM_CLIENT.id,
      BOOTSTRAP_CLIENT_SECRET: PLATFORM_CLIENT.secret,
      METRICS_PATH: '/metrics',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      // OpenTelemetry's own variable: how long spans are gathered, in milliseconds.
      OTEL_BSP_SCHEDULE_DELAY: '50',
      LOG_LEVEL: 'error',
    });
    tenant = await newTenant(service.url);
    userId = await tenant.user('ada', { display_name: 'First' });
  });

  afterAll(async () => {
    await service.stop('SIGKILL');
    collector.stop();
    for (const cluster of removed) await cluster.remove();
  });

  it('see what the token stands for, from the replica where it has come so far, else from the primary', async () => {
    const first = tokenIn(await rename('Second'));
    expect(first).toMatch(/^[\w-]{12}$/);
    await caughtUp();
    expect(await nameOf(first)).toBe('Second');

    await replica.query('SELECT pg_wal_replay_pause()');
    const second = tokenIn(await rename('Third'));
    // The older token asks for no more than the replica has: this is its answer, and no other could be so old.
    expect(await nameOf(first)).toBe('Second');
    expect(await nameOf(second)).toBe('Third');
    expect(await nameOf()).toBe('Third');
    const page = await tenant.api.get(`${tenant.path}/users`, { headers: { [HEADER]: first } });
    expect(page.body.data[0].display_name).toBe('Second');

    await replica.query('SELECT pg_wal_replay_resume()');
    await caughtUp();
    expect(await nameOf(first)).toBe('Third');
  });

  it('are so as well where they are asked by POST, whatever Idempotency-Key they come with', async () => {
    const { api, path } = tenant;
    const application = await tenant.application();
    const role = await newRole(api, application, 'Editor', ['documents:write']);
    const questions: readonly (readonly [string, object, (body: Body) => unknown])[] = [
      [`${path}/access/check`, { checks: [{ user_id: userId, application_id: application }] }, resultsIn],
      [
        `${path}/permissions/check`,
        { user_id: userId, action: 'documents:write', resources: [`application:${application}`] },
        resultsIn,
      ],
      [
        `${path}/groups/preview`,
        { rule: 'status eq "active"' },
        ({ data }) => (data.joined as { count: number }).count,
      ],
      [`${ENTITLEMENTS}/search`, {}, ({ count }) => count],
      [ASSIGNMENTS, {}, ({ count }) => count],
    ];
    const ask = (more: Record<string, string>): Promise<unknown[]> =>
      Promise.all(
        questions.map(async ([url, question, partOf]) => {
          const answer = await api.post(url, question, { headers: { ...more, 'idempotency-key': url } });
          expect([url, answer.status, answer.headers.get(HEADER)]).toEqual([url, 200, null]);
          return partOf(answer.body as Body);
        }),
      );
    const before = tokenIn(await rename('Asked'));
    await caughtUp();
    const old = await ask({});
    expect(await ask({ [HEADER]: before })).toEqual(old);

    await replica.query('SELECT pg_wal_replay_pause()');
    await api.put(`${path}/users/${userId}/applications/${application}`);
    await giveRole(api, { app: application, role }, 'User', userId);
    await newRole(api, application, 'Reader');
    const after = tokenIn(await api.post(`${path}/users`, { user_name: 'bob' }));
    const now = await ask({});
    expect(now.filter((part, index) => isDeepStrictEqual(part, old[index]))).toEqual([]);
    expect(await ask({ [HEADER]: after })).toEqual(now);
    expect(await ask({ [HEADER]: before })).toEqual(old);

    await replica.query('SELECT pg_wal_replay_resume()');
    await caughtUp();
    expect(await ask({ [HEADER]: before })).toEqual(now);
  });

  it('see every write that was answered before, however fast they follow', async () => {
    for (let turn = 0; turn < 30; turn += 1) {
      const name = `Turn ${turn}`;
      expect(await nameOf(tokenIn(await rename(name)))).toBe(name);
    }
  });

  it('are traced and measured like those of the primary', async () => {
    const write = await tenant.api.patch(
      `${tenant.path}/users/${userId}`,
      { display_name: 'Traced' },
      { headers: { 'x-request-id': 'replica.1' } },
    );
    await caughtUp();
    const headers = { [HEADER]: tokenIn(write), 'x-request-id': 'replica.2' };
    const path = `${tenant.path}/users/${userId}`;
    expect((await tenant.api.get(path, { headers })).body.data.display_name).toBe('Traced');
    const plain = { 'x-request-id': 'replica.3' };
    expect((await tenant.api.get(path, { headers: plain })).status).toBe(200);
    const namesIn = async (requestId: string): Promise<string[]> =>
      (await collector.traceOf(requestId)).statements.map(({ name }) => name);
    expect((await namesIn('replica.1')).slice(-2)).toEqual(['commit', 'replicas.written']);
    expect(await namesIn('replica.2')).toEqual(await namesIn('replica.3'));
    expect(await namesIn('replica.2')).not.toEqual([]);
    const { connections, waiting } = await loadOfReplicas();
    expect([connections > 0, waiting]).toEqual([true, 0]);
  });

  it('keep to the tenant of their caller', async () => {
    const stranger = await newTenant(service.url);
    const token = tokenIn(await stranger.api.post(`${stranger.path}/users`, { user_name: 'eve' }));
    await caughtUp();
    const headers = { [HEADER]: token };
    expect((await stranger.api.get(`${stranger.path}/users/${userId}`, { headers })).status).toBe(404);
    const { body } = await stranger.api.get(`${stranger.path}/users`, { headers });
    expect((body.data as { user_name: string }[]).map((user) => user.user_name)).toEqual(['eve']);
  });

  it('take no token but one of ours', async () => {
    for (const token of ['x', 'AgAAAAAAAAAA', 'AQAAAAAAAAAA=', '0/1A2B3C4D']) {
      const { status, body } = await read(token);
      expect([token, status, body.code]).toEqual([token, 400, 'invalid_consistency_token']);
    }
    // A moment that never was is waited for only shortly.
    const from = performance.now();
    expect((await read(Buffer.alloc(9, 0xff).fill(1, 0, 1).toString('base64url'))).status).toBe(200);
    expect(performance.now() - from).toBeLessThan(1500);
  });

  it('go on where the replica freezes, ends, or comes back', async () => {
    const token = tokenIn(await rename('Alone'));
    await caughtUp();
    expect(await nameOf(token)).toBe('Alone');
    await replica.signalAll('SIGSTOP');
    const from = performance.now();
    expect(await nameOf(token)).toBe('Alone');
    expect(performance.now() - from).toBeLessThan(3000);
    await replica.signalAll('SIGCONT');
    await replica.stop('immediate');
    const latest = tokenIn(await rename('Still alone'));
    expect(await nameOf(latest)).toBe('Still alone');
    expect(await loadOfReplicas()).toEqual({ connections: 0, waiting: 0 });
    await replica.start();
    await caughtUp();
    const isStale = async (): Promise<boolean> => {
      await replica.query('SELECT pg_wal_replay_pause()');
      const paused = await replica.query<{ state: string }>('SELECT pg_get_wal_replay_pause_state() AS state');
      return paused[0]!.state === 'paused';
    };
    while (!(await isStale())) await sleep(20);
    await rename('Ahead');
    // It is asked again a second after it failed.
    while ((await nameOf(latest)) !== 'Still alone') await sleep(50);
  });
});
