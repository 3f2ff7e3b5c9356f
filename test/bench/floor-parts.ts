/** What the files of the floor share. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** One statement of the service. */
export interface NamedSql {
  readonly name: string;
  readonly text: string;
  /** Planned once a connection, as the service plans it. */
  readonly plannedOnce?: true;
}

/** The statements of the service that the floor runs. */
type ServedStatement =
  | 'applications'
  | 'assignees'
  | 'effectiveSets'
  | 'explainedUsers'
  | 'assign'
  | 'unassign'
  | 'check'
  | 'explain'
  | 'permissions'
  | 'checkPermission';

/** What the run sends to the floor's process. */
export interface FloorOrder {
  readonly databaseUrl: string;
  readonly lanes: number;
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl: string;
  /** What the rows of `effectiveSets` are of. */
  readonly setKinds: Readonly<Record<'direct' | 'group' | 'suspended', number>>;
  readonly sql: Readonly<Record<ServedStatement, NamedSql>>;
}

/** A request to any of the routes. */
export interface Call {
  Params: { tenant: string; user: string; application: string };
  Querystring: { page?: string; per_page?: string; cursor?: string };
  Body: {
    application_id: string;
    checks: { user_id: string; application_id: string }[];
    user_id: string;
    action: string;
    resources: string[];
  };
}

/** A row of an answer of the database. */
export type Row = Record<string, unknown>;

/** What the parts of the floor share. */
export interface Floor {
  readonly fastify: FastifyInstance;
  readonly query: (sql: NamedSql, values: unknown[]) => Promise<Row[]>;
  /** The path of a tenant. */
  readonly base: string;
}

export function metaOf(request: FastifyRequest): object {
  return { request_id: request.id, timestamp: new Date().toISOString() };
}

export function notFound(reply: FastifyReply): FastifyReply {
  return reply.code(404).send({ detail: 'No such thing in this tenant.', code: 'not_found' });
}

/** A part of the build, by its path in dist/src. */
export async function built<Exports>(path: string): Promise<Exports> {
  return (await import(new URL(`../../dist/src/${path}`, import.meta.url).href)) as Exports;
}
