import type { AnyScope } from '../kernel/scope.js';

/** Who an event is of, in the order of `actorFrom`. */
export const ACTOR_COLUMNS = 'actor_type, actor_id, actor_issuer, client_id, request_id';

/** The values of ACTOR_COLUMNS, from the one parameter that `actorJson` fills. */
export function actorFrom(parameter: string): string {
  const fields = ['type', 'id', 'issuer', 'client_id', 'request_id'];
  return fields.map((field) => `${parameter}::jsonb->>'${field}'`).join(', ');
}

/** The actor and the request of a scope, as one parameter. */
export function actorJson({ actor, requestId }: AnyScope): string {
  const { type, id, issuer, clientId } = actor;
  return JSON.stringify({ type, id, issuer, client_id: clientId, request_id: requestId });
}

/** Whom and what an event concerns, in the order of `concernsOf`. */
export const CONCERN_COLUMNS = 'user_id, group_id, application_id';

/** The values of CONCERN_COLUMNS: the resource itself, or what it ties together. All of it SQL. */
export function concernsOf(event: { resourceType: string; resourceId: string; before: string; after: string }): string {
  const { resourceType, resourceId, before, after } = event;
  return ['user', 'group', 'application']
    .map((kind) => {
      const tied = `(coalesce(${after}, ${before})->>'${kind}_id')::uuid`;
      return `CASE ${resourceType} WHEN '${kind}' THEN ${resourceId} ELSE ${tied} END`;
    })
    .join(', ');
}

/**
 * Ids of events as SQL, in the order of time (UUIDv7, RFC 9562 section 5.7): a million random ones would be written all
 * over their index.
 */
const EVENT_ID = `encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
    PLACING substring(int8send(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6), 52, 1), 53, 1),
  'hex')::uuid`;

/** What a statement changed, for its own trail. All of it is SQL over the rows of `from`. */
interface ChangedRows {
  readonly from: string;
  readonly action: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly before?: string;
  readonly after?: string;
  /** Where the application makes the event's id; else the statement makes it. */
  readonly eventId?: string;
  /** The parameter that `actorJson` fills. */
  readonly actor: string;
}

/**
 * The trail of a set of rows in the statement that changes them ($1: tenant), for changes too many to be read first. Each
 * snapshot is made once: OFFSET 0 keeps the planner from making it again for every column that is taken from it. What is
 * inserted by a SELECT answers something wherever there is row-level security: on a cluster such rows reach the shard by COPY otherwise,
 * which PostgreSQL refuses there.
 */
export function trailOf(changed: ChangedRows): string {
  const { from, action, resourceType, resourceId, before = 'NULL::jsonb', after = 'NULL::jsonb', actor } = changed;
  const columns = { resourceType: `'${resourceType}'`, resourceId: 'resource_id', before: 'before', after: 'after' };
  return `INSERT INTO audit_events (tenant_id, id, ${ACTOR_COLUMNS}, ${CONCERN_COLUMNS},
                                    action, resource_type, resource_id, before, after)
          SELECT $1, event_id, ${actorFrom(actor)}, ${concernsOf(columns)},
                 '${action}', '${resourceType}', resource_id, before, after
            FROM (SELECT ${changed.eventId ?? EVENT_ID} AS event_id, ${resourceId} AS resource_id,
                         ${before} AS before, ${after} AS after
                    FROM ${from} OFFSET 0) changed
          RETURNING seq`;
}
