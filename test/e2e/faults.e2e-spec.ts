import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { command } from '../support/command-line.js';
import { startDoorlist, type DoorlistProcess } from '../support/doorlist-process.js';
import { Load } from '../support/load.js';
import { MovableClock } from '../support/movable-clock.js';
import { NO_CLUSTERS, OwnCluster } from '../support/own-cluster.js';
import { newTenant, type TestTenant } from '../support/tenant.js';
import { PLATFORM_CLIENT } from '../support/test-state.js';
import { Api, tokenOf } from '../support/api.js';
import { announce, startUpload } from '../support/transfer-steps.js';

import.meta.jest.setTimeout(120_000);

/**
 * What only waiting for nobody exceeds, in milliseconds: a statement on a silent server would take 30 seconds. How soon it really
 * is (docs/decisions/0027-faults-and-poolers.md) is a matter of the machine, and no test's.
 */
const NO_HANG_MS = 15_000;
/** One issuer, so that each instance takes the tokens of the other. */
const PUBLIC_URL = 'http://doorlist.test';
const DAY_MS = 86_400_000;

// eslint-disable-next-line no-restricted-syntax -- a server can be stopped only where its programs are; the name of the tests says so
const withClusters = NO_CLUSTERS === null ? describe : describe.skip;

withClusters(`faults of a PostgreSQL server${NO_CLUSTERS === null ? '' : ` (skipped: ${NO_CLUSTERS})`}`, () => {
  const clock = new MovableClock();
  let cluster: OwnCluster;
  let service: DoorlistProcess;
  let tenant: TestTenant;

  const started: DoorlistProcess[] = [];

  async function start(env: Record<string, string> = {}): Promise<DoorlistProcess> {
    const made = await startDoorlist({
      DATABASE_URL: cluster.url(),
      PUBLIC_URL,
      BOOTSTRAP_CLIENT_ID: PLATFORM_CLIENT.id,
      BOOTSTRAP_CLIENT_SECRET: PLATFORM_CLIENT.secret,
      LOG_LEVEL: 'error',
      STATEMENT_TIMEOUT_MS: '3000',
      LOCK_TIMEOUT_MS: '4000',
      DATABASE_POOL_SIZE: '4',
      ...env,
    });
    started.push(made);
    return made;
  }

  beforeAll(async () => {
    cluster = await OwnCluster.make();
    await cluster.start();
    service = await start();
    tenant = await newTenant(service.url);
  });

  afterAll(async () => {
    await Promise.all(started.map((each) => each.stop('SIGKILL')));
    await cluster.remove();
    clock.remove();
  });

  /** A session of somebody else, who holds locks. */
  async function other(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: cluster.url() });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('BEGIN');
    return client;
  }

  /** Every answer was good, or 503 with Retry-After and in time; what was answered is there, whole, and once. */
  async function expectNothingLost(load: Load): Promise<void> {
    const odd = load.sent.filter(({ status }) => ![200, 201, 503].includes(status));
    expect(odd).toEqual([]);
    const refused = load.sent.filter(({ status }) => status === 503);
    expect(refused.filter(({ retryAfter }) => retryAfter !== '1')).toEqual([]);
    expect(load.sent.filter(({ milliseconds }) => milliseconds > NO_HANG_MS)).toEqual([]);
    const rows = await cluster.query<{ user_name: string; events: number }>(
      `SELECT u.user_name, (SELECT count(*)::int FROM audit_events e WHERE e.tenant_id = u.tenant_id AND e.resource_id = u.id) AS events
         FROM users u WHERE u.tenant_id = $1`,
      [tenant.id],
    );
    const stored = new Set(rows.map((row) => row.user_name));
    expect(load.made.filter((name) => !stored.has(name))).toEqual([]);
    expect(rows.filter(({ events }) => events !== 1)).toEqual([]);
  }

  /** Waits until `count` of them are answered. */
  async function answersOf(requests: readonly Promise<unknown>[], count: number): Promise<void> {
    let answered = 0;
    await new Promise<void>((resolve, reject) => {
      const settle = (): void => {
        answered += 1;
        if (answered === count) resolve();
      };
      for (const request of requests) request.then(settle, reject);
    });
  }

  it.each(['fast', 'immediate'] as const)('a stop (%s) under load is 503 until it is back', async (mode) => {
    const load = new Load(tenant);
    await load.more(40);
    await cluster.stop(mode);
    await load.more(30);
    const whileAway = load.sent.slice(-20);
    await cluster.start();
    const took = await load.well();
    await load.more(20);
    await load.stop();
    expect(whileAway.map(({ status, code }) => [status, code])).toEqual(
      whileAway.map(() => [503, 'database_unavailable']),
    );
    expect(took).toBeLessThan(NO_HANG_MS);
    await expectNothingLost(load);
  });

  it('sessions that are ended under load cost nothing that was answered', async () => {
    const load = new Load(tenant);
    for (let time = 0; time < 8; time += 1) {
      await load.more(15);
      await cluster.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'doorlist'`);
    }
    expect(await load.well()).toBeLessThan(NO_HANG_MS);
    await load.stop();
    await expectNothingLost(load);
    // A read is asked again over another connection.
    expect(load.sent.filter(({ method, status }) => method === 'GET' && status !== 200)).toEqual([]);
  });

  it('a server that falls silent is 503 soon, and waited for by nobody', async () => {
    const load = new Load(tenant);
    await load.more(20);
    await cluster.signalAll('SIGSTOP');
    const frozen = load.sent.length;
    await sleep(3000);
    const late = await Promise.all(Array.from({ length: 3 }, () => tenant.api.get(`${tenant.path}/users`)));
    await cluster.signalAll('SIGCONT');
    const took = await load.well();
    await load.stop();
    expect(late.map(({ status }) => status)).toEqual([503, 503, 503]);
    expect(load.sent.slice(frozen).filter(({ status }) => status === 503).length).toBeGreaterThan(20);
    expect(took).toBeLessThan(NO_HANG_MS);
    await expectNothingLost(load);
  });

  /** Takes one connection more; false where the server has none. */
  async function joined(taken: pg.Client[]): Promise<boolean> {
    const client = new pg.Client({ connectionString: cluster.url() });
    client.on('error', () => undefined);
    const isOpen = await client.connect().then(
      () => true,
      () => false,
    );
    if (isOpen) taken.push(client);
    return isOpen;
  }

  it('a pool that is taken up refuses what cannot wait, and reads go on', async () => {
    const blocker = await other();
    await blocker.query('LOCK TABLE users IN SHARE MODE');
    const names = Array.from({ length: 8 }, (_, index) => `crowd-${index}`);
    const crowd = Promise.all(names.map((name) => tenant.api.post(`${tenant.path}/users`, { user_name: name })));
    await sleep(300);
    expect((await tenant.api.get(`${tenant.path}/users?per_page=1`)).status).toBe(200);
    const answers = await crowd;
    expect(answers.map(({ status, headers }) => [status, headers.get('retry-after')])).toEqual(
      names.map(() => [503, '1']),
    );
    await blocker.query('ROLLBACK');
    await blocker.end();
    expect((await tenant.api.post(`${tenant.path}/users`, { user_name: names[0] })).status).toBe(201);
  });

  it('a server without free connections is 503, and well once there are some', async () => {
    await cluster.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'doorlist'`);
    const taken: pg.Client[] = [];
    // What was ended frees its place a little later.
    for (let refusals = 0; refusals < 2;) {
      if (await joined(taken)) refusals = 0;
      else refusals += 1;
      await sleep(refusals * 200);
    }
    const refused = await tenant.api.post(`${tenant.path}/users`, { user_name: 'no-room' });
    await Promise.all(taken.map((client) => client.end()));
    expect([refused.status, refused.body.code]).toEqual([503, 'database_unavailable']);
    const load = new Load(tenant, 2);
    expect(await load.well()).toBeLessThan(NO_HANG_MS);
    await load.stop();
  });

  it('a statement that takes too long is 503', async () => {
    const blocker = await other();
    await blocker.query('LOCK TABLE groups IN ACCESS EXCLUSIVE MODE');
    const { status, body, headers } = await tenant.api.get(`${tenant.path}/groups`);
    await blocker.query('ROLLBACK');
    await blocker.end();
    expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'statement_timeout', '1']);
    expect((await tenant.api.get(`${tenant.path}/groups`)).status).toBe(200);
  });

  it('a deadlock and a serialization failure are tried again', async () => {
    const [first, second] = [await tenant.user(), await tenant.user()];
    const path = (id: string): string => `${tenant.path}/users/${id}`;
    await tenant.api.patch(path(second), { status: 'suspended' });
    const deadlocks = async (): Promise<number> =>
      (await cluster.query<{ n: number }>('SELECT sum(deadlocks)::int AS n FROM pg_stat_database'))[0]!.n;
    const before = await deadlocks();
    // It has the set of suspended users, wants the user, and waits longer for it than the service does.
    const rival = await other();
    await rival.query(`SET LOCAL deadlock_timeout = '20s'`);
    await rival.query(`SELECT FROM user_sets WHERE tenant_id = $1 FOR UPDATE`, [tenant.id]);
    const suspended = tenant.api.patch(path(first), { status: 'suspended' });
    await sleep(300);
    await rival.query('SELECT FROM users WHERE tenant_id = $1 AND id = $2 FOR UPDATE', [tenant.id, first]);
    await rival.query('ROLLBACK');
    expect((await suspended).body.data.status).toBe('suspended');
    expect((await cluster.query('SELECT pg_stat_force_next_flush()')).length).toBe(1);
    // More than one where the machine is busy: the repetition may take the user before the rival has woken up.
    expect(await deadlocks()).toBeGreaterThan(before);

    await rival.query('BEGIN');
    await rival.query('UPDATE users SET updated_at = now() WHERE tenant_id = $1 AND id = $2', [tenant.id, first]);
    const rehearsed = tenant.api.patch(`${path(first)}?dry_run=true`, { status: 'active' });
    await sleep(300);
    await rival.query('COMMIT');
    await rival.end();
    expect((await rehearsed).status).toBe(200);
    expect((await tenant.api.get(path(first))).body.data.status).toBe('suspended');
  });

  it('an instance whose clock jumps, and which is killed while it writes, leaves nothing by halves', async () => {
    const second = await start(clock.env);
    const mine = { ...tenant, api: new Api(second.url, tenant.api.token) };
    const client = { id: PLATFORM_CLIENT.id, secret: PLATFORM_CLIENT.secret };
    for (const jump of [DAY_MS, -2 * DAY_MS, DAY_MS]) {
      clock.advance(jump);
      await sleep(300);
      const token = await tokenOf(second.url, client.id, client.secret);
      expect((await new Api(second.url, token).get(`${tenant.path}/users?per_page=1`)).status).toBe(200);
    }
    const users: string[] = [];
    for (let count = 0; count < 20; count += 1) users.push(await tenant.user());
    const groups = await Promise.all(Array.from({ length: 12 }, () => tenant.group()));
    const applications = await Promise.all(Array.from({ length: 8 }, () => tenant.application()));
    const upload = startUpload(mine, await announce(mine, 'users'));
    upload.write(`user_name\n${Array.from({ length: 2000 }, (_, index) => `import-${index}\n`).join('')}`);

    const bulk = applications.map((id) =>
      mine.api.post(`${tenant.path}/applications/${id}/assignments/bulk`, {
        operations: users.map((userId) => ({ op: 'add', user_id: userId })),
      }),
    );
    const nested = groups
      .slice(1)
      .map((id, index) => mine.api.put(`${tenant.path}/groups/${groups[index]!}/groups/${id}`));
    const tokens = Array.from({ length: 20 }, () => tokenOf(second.url, client.id, client.secret));
    const writes = [...bulk, ...nested];
    await answersOf(writes, 4);
    await second.stop('SIGKILL');
    const answered = await Promise.allSettled(writes);
    const issued = (await Promise.allSettled(tokens)).flatMap((each) =>
      each.status === 'fulfilled' ? [each.value] : [],
    );
    expect(answered.flatMap((each) => (each.status === 'fulfilled' ? [each.value.status < 300] : []))).not.toContain(
      false,
    );
    // Some were under way when it was killed.
    expect(answered.map(({ status }) => status)).toContain('rejected');
    expect(await upload.answer).toBeNull();

    for (const [index, id] of applications.entries()) {
      const { body } = await tenant.api.get(`${tenant.path}/applications/${id}/assignments?per_page=1`);
      const count = body.pagination.total_items as number;
      expect(answered[index]!.status === 'fulfilled' ? [users.length] : [0, users.length]).toContain(count);
    }
    for (const [index] of nested.entries()) {
      if (answered[bulk.length + index]!.status === 'rejected') continue;
      const { body } = await tenant.api.get(`${tenant.path}/groups/${groups[index]!}/groups`);
      expect((body.data as { group_id: string }[]).map((row) => row.group_id)).toContain(groups[index + 1]);
    }
    for (const token of issued) {
      expect((await new Api(service.url, token).get(`${tenant.path}/users?per_page=1`)).status).toBe(200);
    }
    const imported = await tenant.api.get(`${tenant.path}/users?per_page=1&search=import-`);
    expect(imported.body.pagination.total_items).toBe(0);
    const { lines, errors } = await command('verify', { DATABASE_URL: cluster.url(), PUBLIC_URL });
    expect(errors).toEqual([]);
    expect(lines.filter((line) => line.startsWith('tenant '))).toEqual([expect.stringMatching(/; differences: 0$/)]);
  });
});
