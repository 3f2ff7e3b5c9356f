import { PlatformScope, SYSTEM_ACTOR } from '../../src/kernel/scope.js';
import { enteringFor } from '../../src/persistence/database-role.js';
import { ROUTES } from '../support/counted-routes.js';
import { worldOf } from '../support/counted-world.js';
import { startDoorlist, type DoorlistProcess } from '../support/doorlist-process.js';
import { explained, type Routing } from '../support/explained.js';
import { nodesAt, withClient } from '../support/new-database.js';
import { StatementRecorder, type RecordedStatement } from '../support/statement-recorder.js';
import { PLATFORM_CLIENT, workerState } from '../support/test-state.js';

/** Starting a service and making two worlds takes its time on a cluster of one machine. */
const TIMEOUT_MS = 300_000;

describe('the statements of every route', () => {
  const recorder = new StatementRecorder();
  const { databaseUrl } = workerState();
  let service: DoorlistProcess;
  let statements: RecordedStatement[];
  let routings: Routing[];
  let isCluster: boolean;

  beforeAll(async () => {
    isCluster = (await nodesAt(databaseUrl)).length > 0;
    service = await startDoorlist({
      DATABASE_URL: databaseUrl,
      BOOTSTRAP_CLIENT_ID: PLATFORM_CLIENT.id,
      BOOTSTRAP_CLIENT_SECRET: PLATFORM_CLIENT.secret,
      ...recorder.env,
    });
    const world = await worldOf(2, service.url);
    // docs/growth.md: files cannot be imported on a cluster yet.
    const routes = ROUTES.filter(([route]) => !(isCluster && route.endsWith('/content')));
    for (const [route, , call] of routes) expect([route, (await call(world)).status < 300]).toEqual([route, true]);
    await service.stop();
    statements = recorder.statements().filter(({ temporary }) => !(isCluster && temporary.length > 0));
    const topology = isCluster ? 'citus' : 'single';
    const enter = enteringFor(new PlatformScope(SYSTEM_ACTOR, 'test'), { topology, limits: null }).text;
    routings = await withClient(databaseUrl, (client) => explained(client, statements, enter));
  }, TIMEOUT_MS);

  afterAll(() => {
    recorder.remove();
  });

  it('are recorded and can be explained', () => {
    expect(routings.length).toBeGreaterThan(150);
    expect(routings.filter(({ refused }) => refused !== null)).toEqual([]);
  });

  it('name the tenant wherever they run in its scope', () => {
    const without = statements.filter(
      ({ text, values, scope: [role, tenant] }) =>
        role === 'doorlist_tenant' && text.includes(' tenant_id') && !values.includes(tenant) && !text.includes(tenant),
    );
    expect(without.map(({ text }) => text)).toEqual([]);
  });

  it('reach one shard each on a cluster, and none elsewhere', () => {
    expect(routings.filter(({ shards }) => shards > 1).map(({ text }) => text)).toEqual([]);
    expect(routings.some(({ shards }) => shards === 1)).toBe(isCluster);
  });
});
