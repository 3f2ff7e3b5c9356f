import { randomUUID } from 'node:crypto';
import { Api, type ApiAnswer } from '../api.js';
import { worldOf, type World } from '../counted-world.js';
import { startDoorlist, type DoorlistProcess } from '../doorlist-process.js';
import { LEAKS, ownWords } from '../leaks.js';
import { operationsOf, servedDocument, type OpenApiDocument, type PlacedOperation } from '../openapi-document.js';
import { sql } from '../sql.js';
import { surfaceOf } from '../surfaces.js';
import { PLATFORM_CLIENT, workerState } from '../test-state.js';
import { recordedRequests, urlOf, type Recorded } from './recorded-requests.js';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** A service of the attacks' own, which logs all that it can, and two tenants with a row of everything: who attacks, and whom. */
export interface AttackedWorlds {
  readonly service: DoorlistProcess;
  readonly document: OpenApiDocument;
  readonly operations: ReadonlyMap<string, PlacedOperation>;
  readonly mine: World;
  readonly theirs: World;
  /** The same route with the ids of the one, and with those of the other. */
  readonly pairs: readonly {
    readonly mine: Recorded;
    readonly theirs: Recorded;
    readonly operation: PlacedOperation;
  }[];
  /** Every id that stands in any row of the other tenant and in none of the attacker's. */
  readonly theirIds: ReadonlySet<string>;
  /** What nobody may read anywhere: secrets of clients, of the platform and of the database, and parts of private keys. */
  readonly secrets: readonly string[];
}

/** Starts the service on this worker's database and fills both tenants. */
export async function attackedWorlds(): Promise<AttackedWorlds> {
  const service = await startDoorlist({
    DATABASE_URL: workerState().databaseUrl,
    BOOTSTRAP_CLIENT_ID: PLATFORM_CLIENT.id,
    BOOTSTRAP_CLIENT_SECRET: PLATFORM_CLIENT.secret,
    LOG_LEVEL: 'trace',
  });
  const document = await servedDocument(service.url);
  const operations = new Map(operationsOf(document).map((placed) => [placed.name, placed]));
  const [mine, theirs] = [await worldOf(2, service.url), await worldOf(2, service.url)];
  const [own, foreign] = [await recordedRequests(mine), await recordedRequests(theirs)];
  const pairs = [...own].map(([route, request]) => {
    const operation = operations.get(route);
    if (operation === undefined) throw new Error(`The OpenAPI document has no ${route}.`);
    return { mine: request, theirs: foreign.get(route)!, operation };
  });
  const [ownIds, ids] = [await idsOf(mine.tenant.id), await idsOf(theirs.tenant.id)];
  const theirIds = new Set([...ids].filter((id) => !ownIds.has(id)));
  return { service, document, operations, mine, theirs, pairs, theirIds, secrets: await secretsOf(theirs) };
}

async function secretsOf({ tenant, clients }: World): Promise<string[]> {
  const { body } = await tenant.api.post(`${tenant.path}/api-clients/${clients[1]}/rotate`);
  const keys = await sql<{ d: string; p: string }>(
    `SELECT private_jwk ->> 'd' AS d, private_jwk ->> 'p' AS p FROM signing_keys`,
  );
  const { password } = new URL(workerState().databaseUrl);
  return [
    (body as { data: { client_secret: string } }).data.client_secret,
    PLATFORM_CLIENT.secret,
    ...(password === '' ? [] : [password]),
    ...keys.flatMap(({ d, p }) => [d, p]),
  ];
}

/** A caller of the service with this token. */
export function callerOf({ service }: AttackedWorlds, token: string | null): Api {
  return new Api(service.url, token);
}

type Told = 'rows' | 'sums';

/** Statements that tell all rows of a tenant, by table: the rows as text, or a sum over them. */
async function statementOf(told: Told): Promise<string> {
  const tables = await sql<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
      WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace ORDER BY 1`,
  );
  const rows = "coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')";
  const of = (table: string, column: string): string =>
    `SELECT '${table}' AS name, ${told === 'rows' ? rows : `md5(${rows})`} AS told FROM "${table}" t WHERE ${column} = $1`;
  return [...tables.map(({ name }) => of(name, 'tenant_id')), of('tenants', 'id')].join(' UNION ALL ');
}

const statements = new Map<Told, Promise<string>>();

async function toldOf(tenantId: string, told: Told): Promise<{ name: string; told: string }[]> {
  const statement = statements.get(told) ?? statementOf(told);
  statements.set(told, statement);
  return sql(await statement, [tenantId]);
}

async function idsOf(tenantId: string): Promise<Set<string>> {
  const rows = await toldOf(tenantId, 'rows');
  return new Set(rows.flatMap(({ told }) => told.match(UUID) ?? []));
}

/** A sum over everything that is stored of a tenant, by table; to be compared before and after. */
export async function storedOf(world: World): Promise<Record<string, string>> {
  return Object.fromEntries((await toldOf(world.tenant.id, 'sums')).map(({ name, told }) => [name, told]));
}

/**
 * What must hold of every answer to whatever is asked: no failure of ours, errors in the surface's own format, nothing of
 * what we are made of, and no id of the other tenant but those that the attacker has sent.
 */
export function expectSound({ theirIds }: AttackedWorlds, request: Recorded, answer: ApiAnswer): void {
  const { status, body } = answer;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const sent = `${urlOf(request)} ${JSON.stringify(request.body)}`.toLowerCase();
  const wrong = [
    ...(status >= 500 || status < 200 ? [`${status}: ${text}`] : []),
    ...(text.match(UUID) ?? []).filter((id) => theirIds.has(id) && !sent.includes(id)),
    ...(status >= 400 ? leaksIn(request, answer) : []),
  ];
  const told = [request.route, sent.slice(0, 500)];
  expect([...told, ...wrong]).toEqual(told);
}

function leaksIn(request: Recorded, { status, headers, body }: ApiAnswer): string[] {
  const surface = surfaceOf(request.path);
  const { code = 'none' } = body as { code?: string };
  const message: unknown = status === 422 ? expect.any(Array) : expect.any(String);
  expect([request.route, code, body]).toEqual([
    request.route,
    expect.stringMatching(/^[a-z0-9_]+$/),
    surface.body({ headers }, { status, code, message }),
  ]);
  const words = ownWords(surface.messagesIn(body), { path: urlOf(request), body: request.body });
  return words.filter((each) => LEAKS.test(each));
}

/** An answer with what differs from call to call made the same; `id` is what this call named. */
export function comparable({ status, body }: ApiAnswer, id: string): object {
  const text = JSON.stringify(body)
    .replaceAll(new RegExp(id, 'gi'), 'ID')
    .replaceAll(/"request_id":"[^"]+"/g, '"request_id":"R"')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'T');
  return { status, text };
}

/** An id that nobody has. */
export const unknownId = (): string => randomUUID();
