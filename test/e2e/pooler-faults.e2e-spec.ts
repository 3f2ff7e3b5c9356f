import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDoorlist, type DoorlistProcess } from '../support/doorlist-process.js';
import { Load } from '../support/load.js';
import { NO_CLUSTERS, OwnCluster } from '../support/own-cluster.js';
import { NO_POOLER, startPooler, type Pooler } from '../support/pooler.js';
import { newTenant, type TestTenant } from '../support/tenant.js';
import { PLATFORM_CLIENT } from '../support/test-state.js';

import.meta.jest.setTimeout(120_000);

/** What only waiting for nobody exceeds, in milliseconds: a statement behind a silent server would take 35 seconds. */
const NO_HANG_MS = 15_000;
const MISSING = NO_CLUSTERS ?? NO_POOLER;

// eslint-disable-next-line no-restricted-syntax -- a server and a pooler can be started only where they are installed; the name of the tests says so
const withBoth = MISSING === null ? describe : describe.skip;

withBoth(`a server behind PgBouncer${MISSING === null ? '' : ` (skipped: ${MISSING})`}`, () => {
  let folder: string;
  let cluster: OwnCluster;
  let pooler: Pooler;
  let service: DoorlistProcess;
  let tenant: TestTenant;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'doorlist-pooler-'));
    // As root the pooler runs as another user, who must get through to its files.
    await chmod(folder, 0o711);
    cluster = await OwnCluster.make();
    await cluster.start();
    pooler = await startPooler(cluster.url(), folder);
    service = await startDoorlist({
      DATABASE_URL: pooler.url,
      DATABASE_POOLER: 'true',
      DATABASE_PREPARED_STATEMENTS: 'false',
      DATABASE_WATCH_URL: cluster.url(),
      BOOTSTRAP_CLIENT_ID: PLATFORM_CLIENT.id,
      BOOTSTRAP_CLIENT_SECRET: PLATFORM_CLIENT.secret,
      LOG_LEVEL: 'error',
    });
    tenant = await newTenant(service.url);
  });

  afterAll(async () => {
    await service.stop('SIGKILL');
    await pooler.stop();
    await cluster.remove();
    await rm(folder, { recursive: true, force: true });
  });

  it('that falls silent is 503 soon, and waited for by nobody', async () => {
    const load = new Load(tenant);
    await load.more(20);
    await cluster.signalAll('SIGSTOP');
    const frozen = load.sent.length;
    await load.more(40);
    await cluster.signalAll('SIGCONT');
    await load.well();
    await load.stop();
    const late = load.sent.slice(frozen).filter(({ status }) => status === 503);
    expect(late.length).toBeGreaterThan(20);
    expect(late.filter(({ retryAfter }) => retryAfter !== '1')).toEqual([]);
    expect(load.sent.filter(({ milliseconds }) => milliseconds > NO_HANG_MS)).toEqual([]);
    expect(load.sent.filter(({ status }) => ![200, 201, 503].includes(status))).toEqual([]);
    const rows = await cluster.query<{ user_name: string }>('SELECT user_name FROM users WHERE tenant_id = $1', [
      tenant.id,
    ]);
    const stored = new Set(rows.map(({ user_name: name }) => name));
    expect(load.made.filter((name) => !stored.has(name))).toEqual([]);
  });
});
