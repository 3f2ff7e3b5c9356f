import { PlatformScope, SYSTEM_ACTOR } from '../../src/kernel/scope.js';
import { enteringFor } from '../../src/persistence/database-role.js';
import { ROUTES } from '../support/counted-routes.js';
import { worldOf } from '../support/counted-world.js';
import { startDoorlist, type DoorlistProcess } from '../support/doorlist-process.js';
import { explained, type Routing } from '../support/explained.js';
import { withClient } from '../support/new-database.js';
import { StatementRecorder, type RecordedStatement } from '../support/statement-recorder.js';
import { PLATFORM_CLIENT, testState, workerState } from '../support/test-state.js';

/** Starting a service and making two worlds takes its time on a cluster of one machine. */
const TIMEOUT_MS = 300_000;

/**
 * What a cluster runs and cannot explain, by how it begins: Citus plans the parts of such an INSERT one by one as it runs
 * them. All that they read and write is of the tenant that they name.
 */
const UNEXPLAINED = [
  'WITH held AS MATERIALIZED ( SELECT id, user_id FROM role_assignments',
  'INSERT INTO group_closure (tenant_id, ancestor_id, descendant_id) SELECT $1, derived.ancestor_id',
  'INSERT INTO audit_events (tenant_id, id, actor_type, actor_id, actor_issuer, client_id, request_id, user_id, group_id, application_id, action, resource_type, resource_id, before, after) SELECT $1, encode(int8send(moment',
];

const plain = (text: string): string => text.replaceAll(/\s+/g, ' ');
const isUnexplained = ({ text }: Routing): boolean => UNEXPLAINED.some((start) => plain(text).startsWith(start));

describe('the statements of every route', () => {
  const recorder = new StatementRecorder();
  const { databaseUrl } = workerState();
  const { isCluster } = testState();
  let service: DoorlistProcess;
  let statements: RecordedStatement[];
  let routings: Routing[];

  beforeAll(async () => {
    service = await startDoorlist({
      DATABASE_URL: databaseUrl,
      BOOTSTRAP_CLIENT_ID: PLATFORM_CLIENT.id,
      BOOTSTRAP_CLIENT_SECRET: PLATFORM_CLIENT.secret,
      ...recorder.env,
    });
    const world = await worldOf(2, service.url);
    for (const [route, , call] of ROUTES) expect([route, (await call(world)).status < 300]).toEqual([route, true]);
    await service.stop();
    statements = recorder.statements();
    const topology = isCluster ? 'citus' : 'single';
    const enter = enteringFor(new PlatformScope(SYSTEM_ACTOR, 'test'), { topology, limits: null }).text;
    routings = await withClient(databaseUrl, (client) => explained(client, statements, enter));
  }, TIMEOUT_MS);

  afterAll(() => {
    recorder.remove();
  });

  it('are recorded and can be explained', () => {
    expect(routings.length).toBeGreaterThan(150);
    const refused = routings.filter((routing) => routing.refused !== null && !(isCluster && isUnexplained(routing)));
    expect(refused).toEqual([]);
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

  it('are explained by a cluster but for those that are named here', () => {
    const refused = routings.filter((routing) => routing.refused !== null).map(({ text }) => plain(text));
    const found = UNEXPLAINED.filter((start) => refused.some((text) => text.startsWith(start)));
    expect(found).toEqual(isCluster ? UNEXPLAINED : []);
  });
});
