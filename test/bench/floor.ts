/**
 * The floor: what the same answers cost with nothing but Fastify and pg, as a yardstick for the service.
 *
 * The same: the SQL text (handed over by the run, which takes it from the build) in named statements on as many pipelined
 * connections, planned once where the service does; for effective users the same two statements with the build's own
 * arithmetic of sets between them (UserSet, from dist/), and for why a user can use an application, and for a user's roles,
 * the build's own explanation of what its statement finds; RS256 by the service's own key set with issuer, audience and
 * expiry, a cache of verified tokens by SHA-256; the checks of tenant and scope; the JSON of every answer with `meta`, and
 * X-Request-Id, ETag and Location.
 *
 * Left out: NestJS (guards, pipes, interceptors, the handlers' arguments); TypeORM (one user is read by a statement of its
 * own); the scope of each statement, that is role and tenant set in the same batch, and with it row-level security (it
 * logs in as the tables' owner); the validation of ids, queries and bodies beyond what SQL needs; whether client and tenant
 * are still welcome; Idempotency-Key, conditional requests and the log; signed cursors (its own are plain JSON); a
 * connection for each write to itself (its writes share the pipelines, and would wait for each other's locks).
 */
import { hash } from 'node:crypto';
import Fastify, { type FastifyRequest } from 'fastify';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import pg from 'pg';
import { uuidv7 } from 'uuidv7';
import { serveChecks, serveEffectiveUsers, serveReasons } from './floor-access.js';
import { servePermissionChecks, servePermissions } from './floor-roles.js';
import { metaOf, notFound, type Call, type FloorOrder, type NamedSql, type Row } from './floor-parts.js';

interface Caller {
  readonly subject: string;
  readonly issuer: string;
  readonly tenant: string;
  readonly scopes: readonly string[];
  readonly until: number;
}

interface CallerRequest extends FastifyRequest<Call> {
  caller: Caller;
}

const USER: NamedSql = {
  name: 'user',
  text: `SELECT id, user_name, email, display_name, given_name, family_name, external_id, status, attributes, created_at,
                updated_at, version
           FROM users WHERE tenant_id = $1 AND id = $2`,
};
const IMPLIED = 'tenantadmin';

// Without the run there is nobody to serve.
process.once('disconnect', () => process.exit());
process.once('message', (order) => void serve(order as FloorOrder));

async function serve(order: FloorOrder): Promise<void> {
  const query = await openLanes(order);
  const fastify = Fastify({ genReqId: () => uuidv7(), forceCloseConnections: true });
  fastify.decorateRequest('caller', null);
  const callerOf = verifier(order);
  fastify.addHook<Call>('onRequest', (request, reply, done) => {
    void reply.header('X-Request-Id', request.id);
    const admit = (caller: Caller): void => {
      (request as CallerRequest).caller = caller;
      if (caller.tenant !== request.params.tenant || !caller.scopes.includes(IMPLIED)) void reply.code(403).send();
      else done();
    };
    const caller = callerOf(request.headers.authorization?.slice(7) ?? '');
    if (caller instanceof Promise) caller.then(admit, () => void reply.code(401).send());
    else admit(caller);
  });

  const base = '/api/v1/tenants/:tenant';
  fastify.get<Call>(`${base}/users/:user`, async (request, reply) => {
    const { tenant, user } = request.params;
    const [row] = await query(USER, [tenant, user]);
    if (!row) return notFound(reply);
    const { version, ...data } = row;
    void reply.header('ETag', `"${String(version)}"`);
    return { data, meta: metaOf(request) };
  });
  fastify.get<Call>(`${base}/users/:user/applications`, async (request, reply) => {
    const { tenant, user } = request.params;
    const rows = await query(order.sql.applications, [tenant, user, true]);
    if (rows.length === 0) return notFound(reply);
    const applications = rows.filter((row) => row.id !== null).map(({ id: _, ...application }) => application);
    return { data: { user_id: user, applications, total_count: applications.length }, meta: metaOf(request) };
  });
  fastify.post<Call>(`${base}/users/:user/applications`, async (request, reply) => {
    const { tenant, user } = request.params;
    const asked = [[request.body.application_id], [uuidv7()], [uuidv7()]];
    const values = [...writeValues(request as CallerRequest), (request as CallerRequest).caller.subject, ...asked];
    const [row] = await query(order.sql.assign, withoutBounds(order.sql.assign, values));
    if (row?.is_known !== true) return notFound(reply);
    if (row.is_new !== true) return reply.code(409).send({ detail: 'It is assigned.', code: 'already_assigned' });
    const { is_known: _, is_new: __, application_id, ...assignment } = row;
    const data = { ...assignment, application_id, user_id: user, group_id: null, assignment_type: 'direct' };
    const location = `${order.issuer}/api/v1/tenants/${tenant}/users/${user}/applications/${String(application_id)}`;
    void reply.code(201).header('Location', location);
    return { data, meta: metaOf(request) };
  });
  fastify.delete<Call>(`${base}/users/:user/applications/:application`, async (request, reply) => {
    const values = [...writeValues(request as CallerRequest), request.params.application, uuidv7()];
    const rows = await query(order.sql.unassign, values);
    return rows.length > 0 ? reply.code(204).send() : notFound(reply);
  });
  fastify.get<Call>(`${base}/applications/:application/assignees`, async (request, reply) => {
    const { tenant, application } = request.params;
    const [row] = await query(order.sql.assignees, [tenant, application]);
    if (!row) return notFound(reply);
    const { users, groups } = row as { users: string[]; groups: string[] };
    const data = { application_id: application, users, groups, total_users: users.length, total_groups: groups.length };
    return { data, meta: metaOf(request) };
  });
  const floor = { fastify, query, base };
  await serveEffectiveUsers(floor, order);
  serveChecks(floor, order);
  await serveReasons(floor, order);
  await servePermissions(floor, order);
  await servePermissionChecks(floor, order);
  process.send?.(await fastify.listen({ host: '127.0.0.1', port: 0 }));
}

/** What a connection for statements that are planned once is opened with: the service sets it for each of them. */
const PLANNED_ONCE = '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off';

interface Lane {
  readonly client: pg.Client;
  waiting: number;
}

/** Runs statements on the least busy of the connections that plan as the statement asks for. */
async function openLanes({
  databaseUrl,
  lanes,
}: FloorOrder): Promise<(sql: NamedSql, values: unknown[]) => Promise<Row[]>> {
  const open = async (options: string): Promise<Lane[]> => {
    const opened = Array.from({ length: lanes }, () => {
      // The published types do not know `pipeline` yet.
      const config = { connectionString: databaseUrl, pipeline: true, application_name: 'floor', options };
      return { client: new pg.Client(config), waiting: 0 };
    });
    await Promise.all(opened.map(({ client }) => client.connect()));
    return opened;
  };
  const [once, anew] = [await open(PLANNED_ONCE), await open('')];
  return async ({ name, text, plannedOnce }, values) => {
    const lane = (plannedOnce ? once : anew).reduce((best, each) => (each.waiting < best.waiting ? each : best));
    lane.waiting += 1;
    try {
      return (await lane.client.query<Row>({ name, text, values })).rows;
    } finally {
      lane.waiting -= 1;
    }
  };
}

/** Answers at once where the token is known. */
function verifier({ issuer, audience, jwksUrl }: FloorOrder): (token: string) => Caller | Promise<Caller> {
  const keys = createRemoteJWKSet(new URL(jwksUrl));
  const verified = new Map<string, Caller>();
  const verify = async (token: string, key: string): Promise<Caller> => {
    const { payload } = await jwtVerify(token, keys, { issuer, audience, algorithms: ['RS256'], typ: 'at+jwt' });
    const { sub, tenant_id: tenant, scope, exp = 0 } = payload;
    const caller = {
      subject: String(sub),
      issuer,
      tenant: String(tenant),
      scopes: String(scope).split(' '),
      until: exp * 1000,
    };
    verified.set(key, caller);
    return caller;
  };
  return (token) => {
    const key = hash('sha256', token, 'base64');
    const known = verified.get(key);
    return known !== undefined && known.until > Date.now() ? known : verify(token, key);
  };
}

/** What a statement has further parameters for, such as bounds in time, is left open. */
function withoutBounds({ text }: NamedSql, values: unknown[]): unknown[] {
  const places = [...text.matchAll(/\$(\d+)/g)].map(([, place]) => Number(place));
  return [...values, ...Array<null>(Math.max(0, Math.max(...places) - values.length)).fill(null)];
}

/** The first values of a write: tenant, user, and for the audit event who did it in which request. */
function writeValues(request: CallerRequest): unknown[] {
  const { subject, issuer } = request.caller;
  const actor = { type: 'client', id: subject, issuer, client_id: subject, request_id: request.id };
  return [request.params.tenant, request.params.user, JSON.stringify(actor)];
}
