import fc from 'fast-check';
import { Api, openApiCheck, platformApi } from '../support/api.js';
import { grantUsers, newEntitlement } from '../support/entitlement-steps.js';
import { requestOf, type FuzzedRequest, type KnownIds } from '../support/fuzz-values.js';
import { isGuarded, operationsOf, servedDocument, type PlacedOperation } from '../support/openapi-document.js';
import { sendRaw } from '../support/raw-http.js';
import { LEAKS, ownWords } from '../support/leaks.js';
import { newRole } from '../support/role-steps.js';
import { newRole as newScopedRole } from '../support/scoped-role-steps.js';
import { surfaceOf } from '../support/surfaces.js';
import { newTenant, type TestTenant } from '../support/tenant.js';
import { workerState } from '../support/test-state.js';
import { expectSetsTrue } from '../support/user-sets.js';

/** FUZZ_SEED repeats a run; FUZZ_RUNS is the number of requests for each operation. */
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
const RUNS = Number(process.env.FUZZ_RUNS ?? 16);
const TIMEOUT_MS = 60_000 + RUNS * 2000;

const PERMISSION = { type: 'permission', rights: [{ name: 'region', multivalued: true, values: [] }] };

/** Everything that an operation may be called with: who calls, and ids of things that are there, of others and spare ones. */
interface World {
  readonly callers: readonly Api[];
  readonly ids: KnownIds;
  /** For operations that delete, revoke or suspend: nothing else needs these. */
  readonly spareIds: KnownIds;
}

async function idsIn(
  tenant: TestTenant,
  strangers: { user: string; group: string; application: string },
): Promise<KnownIds> {
  const client = await tenant.api.post(`${tenant.path}/api-clients`, { name: 'Fuzzed', scopes: ['audit:read'] });
  const announced = async (): Promise<string> => {
    const made = await tenant.api.post(`${tenant.path}/imports`, { kind: 'users', atomic: false });
    return (made.body as { data: { id: string } }).data.id;
  };
  const workspace = await tenant.workspace();
  const application_id = [await tenant.application(), await tenant.application(), strangers.application];
  const user_id = [await tenant.user(), await tenant.user(), strangers.user];
  const group_id = [await tenant.group(), await tenant.group(), strangers.group];
  const roles = [
    await newScopedRole(tenant, 'organization'),
    await newScopedRole(tenant, 'project'),
    await newRole(tenant.api, application_id[0]!, 'Editor', ['a', '*']),
    await newRole(tenant.api, application_id[1]!, 'Reader'),
  ];
  const entitlements = [
    ...roles.slice(2),
    await newEntitlement(tenant.api, application_id[0]!, 'documents:read', PERMISSION),
  ];
  const grants = await Promise.all(entitlements.map((each) => grantUsers(tenant.api, each, [{ user: user_id[0] }])));
  const assignments = grants.map(({ body }) => (body as [{ assignment: string }])[0].assignment);
  return {
    tenant_id: [tenant.id],
    user_id,
    group_id,
    child_id: group_id,
    application_id,
    app_id: application_id.slice(0, 2),
    team_id: group_id,
    role_id: roles,
    entitlement_code: entitlements,
    assignment_code: assignments,
    user_code: user_id,
    user: user_id,
    group_code: group_id,
    group: group_id,
    application: application_id,
    code: entitlements,
    add: entitlements,
    ad: entitlements,
    remove: entitlements,
    entity_id: [...user_id, ...group_id, ...application_id],
    workspace_id: [workspace, await tenant.workspace()],
    project_id: [await tenant.project(workspace), await tenant.project(workspace)],
    api_client_id: [(client.body as { data: { id: string } }).data.id],
    import_id: [await announced(), await announced()],
  };
}

async function newWorld(): Promise<World> {
  const [tenant, other, spare] = [await newTenant(), await newTenant(), await newTenant()];
  const strangers = { user: await other.user(), group: await other.group(), application: await other.application() };
  const { url, token } = tenant.api;
  const platform = await platformApi();
  const bad = [other.api, new Api(url, null), new Api(url, `${token ?? ''}x`)];
  return {
    callers: [tenant.api, tenant.api, tenant.api, tenant.api, platform, platform, ...bad],
    ids: await idsIn(tenant, strangers),
    spareIds: { ...(await idsIn(tenant, strangers)), tenant_id: [tenant.id], own_tenant_id: [spare.id] },
  };
}

/** Sends what fetch would not (bytes that are no URL) as it is, and has the answer checked all the same. */
async function send(
  api: Api,
  { method, path, headers, body, contentType }: FuzzedRequest,
): Promise<{ status: number; requestId: string; body: unknown }> {
  const isFile = contentType !== 'application/json';
  const content = body === undefined ? '' : isFile && typeof body === 'string' ? body : JSON.stringify(body);
  const lines = {
    Host: 'doorlist.test',
    Connection: 'close',
    ...(api.token === null ? {} : { Authorization: `Bearer ${api.token}` }),
    ...(body === undefined
      ? {}
      : { 'Content-Type': contentType, 'Content-Length': String(Buffer.byteLength(content)) }),
    ...headers,
  };
  const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`);
  const answer = await sendRaw(api.url, `${method} ${path} HTTP/1.1\r\n${head.join('')}\r\n${content}`);
  if (!answer) throw new Error(`${method} ${path} was not answered.`);
  const { 'content-type': type = null } = answer.headers;
  const gotFile = /^(?:text\/csv|application\/x-ndjson)/.test(type ?? '');
  const parsed: unknown = gotFile ? answer.text : answer.text === '' ? null : JSON.parse(answer.text);
  const isReadable = answer.status !== 400 && answer.status !== 414;
  if (isReadable)
    (await openApiCheck(api.url)).check(method, path.split('?', 1)[0] ?? path, answer.status, type, parsed);
  return { status: answer.status, requestId: answer.headers['x-request-id'] ?? '', body: parsed };
}

/** What must hold of every answer, whatever was asked and by whom. */
async function expectSound(api: Api, request: FuzzedRequest): Promise<number> {
  const answer = await send(api, request);
  expect(answer.status).toBeGreaterThanOrEqual(200);
  expect(answer.status).toBeLessThan(500);
  if (answer.status < 400) return answer.status;
  const surface = surfaceOf(request.path);
  const { code = 'none' } = answer.body as { code?: string };
  expect(code).toMatch(/^[a-z0-9_]+$/);
  const message: unknown = answer.status === 422 ? expect.any(Array) : expect.any(String);
  const headers = new Headers({ 'x-request-id': answer.requestId });
  expect(answer.body).toEqual(surface.body({ headers }, { status: answer.status, code, message }));
  for (const text of ownWords(surface.messagesIn(answer.body), request)) expect(text).not.toMatch(LEAKS);
  return answer.status;
}

function isFuzzed(document: Parameters<typeof isGuarded>[0], { operation, path }: PlacedOperation): boolean {
  return isGuarded(document, operation) && /^\/(api|v1|v1\.0|roles)\//.test(path);
}

/** The ids that an operation is called with, so that one which ends a thing does not take it from all others. */
function idsFor({ method, path }: PlacedOperation, { ids, spareIds }: World): KnownIds {
  const endsTenant = path === '/api/v1/tenants/{tenant_id}' && method !== 'GET';
  if (endsTenant) return { ...spareIds, tenant_id: spareIds.own_tenant_id! };
  const endsThing = method === 'DELETE' || path.endsWith('/revoke');
  return endsThing ? spareIds : ids;
}

describe(`every operation of the OpenAPI document, fuzzed (FUZZ_SEED=${SEED}, FUZZ_RUNS=${RUNS})`, () => {
  it(
    'never fails: no 5xx, every answer as documented, every error in the error format and without a leak',
    async () => {
      const document = await servedDocument();
      const fuzzed = operationsOf(document).filter((placed) => isFuzzed(document, placed));
      const world = await newWorld();
      const statuses = new Map<number, number>();
      for (const [index, placed] of fuzzed.entries()) {
        const request = requestOf(document, placed, idsFor(placed, world));
        const property = fc.asyncProperty(request, fc.constantFrom(...world.callers), async (each, api) => {
          const status = await expectSound(api, each);
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
        });
        // A failure names the operation, the seed and the smallest request that fails.
        await fc.assert(property, { seed: SEED + index, numRuns: RUNS }).catch((error: unknown) => {
          throw new Error(`${placed.name}, with FUZZ_SEED=${SEED}: ${(error as Error).message}`, {
            cause: error,
          });
        });
      }
      expect(fuzzed.length).toBeGreaterThan(40);
      // The fuzzer must reach what lies behind validation, or it proves nothing.
      for (const status of [200, 201, 401, 403, 404, 422]) expect([...statuses.keys()]).toContain(status);
      const good = [200, 201, 204].reduce((sum, status) => sum + (statuses.get(status) ?? 0), 0);
      expect(good).toBeGreaterThan((fuzzed.length * RUNS) / 10);
      for (const { tenant_id: ids } of [world.ids, world.spareIds]) await expectSetsTrue(ids![0]!);
    },
    TIMEOUT_MS,
  );

  it('would see a leak', () => {
    const leaks = [
      'relation "users" does not exist',
      'insert or update on table "x" violates foreign key constraint',
      'TypeError: Cannot read properties of undefined',
      'failed\n    at parse (native)',
      'file:///srv/x.js:306:11',
      '/app/node_modules/pg/lib/client.js',
      'SELECT 1',
    ];
    expect(leaks.filter((text) => !LEAKS.test(text))).toEqual([]);
  });

  it('leaves the service able to answer', async () => {
    const ready = await fetch(`${workerState().url}/health/ready`);
    expect(ready.status).toBe(200);
  });
});
