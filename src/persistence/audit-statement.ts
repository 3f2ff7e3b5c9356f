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

/** The moment of an event as SQL: microseconds since 1970. */
const MOMENT = `(date_part('epoch', clock_timestamp()) * 1000000)::bigint`;

/**
 * Ids of events as SQL, in the order of time to the microsecond (UUIDv7 with a finer clock, RFC 9562 sections 5.7 and 6.2): a
 * million random ones would be written all over their index.
 */
const EVENT_ID = `encode(int8send(moment / 1000 << 16 | x'7000'::int | moment % 1000 * 4096 / 1000)
    || substring(uuid_send(gen_random_uuid()) FROM 9), 'hex')::uuid`;

/** What a statement changed, for its own trail. All of it is SQL over the rows of `from`. */
export interface ChangedRows {
  readonly from: string;
  readonly action: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly before?: string;
  readonly after?: string;
  /** Where the application makes the event's id; else the statement makes it. */
  readonly eventId?: string;
  /** What the rows tie together, where it is quicker to say than to find in the snapshots. */
  readonly tied?: Readonly<Record<'user_id' | 'group_id' | 'application_id', string>>;
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
  const tied = changed.tied && Object.entries(changed.tied).map(([name, value]) => `${value} AS ${name}`);
  return `INSERT INTO audit_events (tenant_id, id, ${ACTOR_COLUMNS}, ${CONCERN_COLUMNS},
                                    action, resource_type, resource_id, before, after)
          SELECT $1, ${changed.eventId ? 'event_id' : EVENT_ID}, ${actorFrom(actor)}, ${tied ? CONCERN_COLUMNS : concernsOf(columns)},
                 '${action}', '${resourceType}', resource_id, before, after
            FROM (SELECT ${changed.eventId ? `${changed.eventId} AS event_id` : `${MOMENT} AS moment`}, ${resourceId} AS resource_id,
                         ${[...(tied ?? []), `${before} AS before`, `${after} AS after`].join(', ')}
                    FROM ${from} OFFSET 0) changed
          RETURNING seq`;
}
