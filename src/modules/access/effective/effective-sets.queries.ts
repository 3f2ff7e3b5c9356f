import { plannedOnce, statement, type Statement } from '../../../persistence/statement.js';
import { holdsAlways, holdsNow, listOf } from '../../users/index.js';

/** What a row of EFFECTIVE_SETS belongs to. */
export const SET_KINDS = { application: 0, suspended: 1, direct: 2, group: 3, via: 4 } as const;

const { application, suspended, direct, group, via } = SET_KINDS;

/** A moment as whole microseconds since 1970, which is all that PostgreSQL keeps of it. */
export const micros = (moment: string): string => `(extract(epoch FROM ${moment}) * 1000000)::bigint`;

/**
 * From what users are reached, as SQL over $1, the tenant, and $2, the application: what is given to users and to groups.
 * All of it is read by keys.
 */
export interface Reach {
  /** What it is called in the names of statements. */
  readonly name: string;
  /**
   * Common tables: `door`, one row where the application is there, with `is_open`; and `given`, what groups have now:
   * `id`, `group_id`, `moment`.
   */
  readonly tables: string;
  /** The owners, as `owner_id`, of the stored sets of users who have it themselves. */
  readonly directOwners: string;
  /** A column of `directOwners` that keeps their users apart as the `moment` of `given` does; left out where nothing does. */
  readonly directMoment?: string;
  /** The ordinals of users who have it themselves for a time, as rows of the statement; left out where nobody can. */
  readonly directForATime?: string;
  /** What the user `u` has itself, a row or none: `moment` and what else rows show. */
  readonly directOf: string;
}

/** An application, and who and what is assigned to it. By applications_pkey and assignments_application_group_key. */
const ASSIGNED: Reach = {
  name: 'access.effective',
  tables: `
  door AS MATERIALIZED (
    SELECT p.status = 'active' AND t.status = 'active' AS is_open
      FROM applications p JOIN tenants t ON t.id = $1 WHERE p.tenant_id = $1 AND p.id = $2
  ), given AS MATERIALIZED (
    SELECT a.id, a.group_id, ${micros('a.assigned_at')} AS moment FROM assignments a
     WHERE a.tenant_id = $1 AND a.application_id = $2 AND a.group_id IS NOT NULL AND ${holdsNow('a')}
       AND EXISTS (SELECT FROM door WHERE is_open)
  )`,
  directOwners: `SELECT $2 AS owner_id FROM door WHERE is_open`,
  directForATime: `SELECT ${direct}, NULL, NULL, NULL, NULL, string_agg(int4send(a.user_ordinal), '')
       FROM assignments a
      WHERE a.tenant_id = $1 AND a.application_id = $2 AND a.user_id IS NOT NULL
        AND NOT (${holdsAlways('a')}) AND ${holdsNow('a')} AND EXISTS (SELECT FROM door WHERE is_open)
     HAVING count(*) > 0`,
  directOf: `SELECT ${micros('a.assigned_at')} AS moment FROM assignments a
        WHERE a.tenant_id = $1 AND a.application_id = $2 AND a.user_id = u.id AND ${holdsNow('a')}
          AND EXISTS (SELECT FROM door WHERE is_open)`,
};

/** The stored sets of the owners: their lists one after the other, and whether there are bits as well. */
const KEPT = `kept AS MATERIALIZED (
       SELECT owners.*, its.lists, its.has_bits
         FROM owners CROSS JOIN LATERAL (
           SELECT string_agg(${listOf('s')}, '') AS lists, count(s.bits) > 0 AS has_bits
             FROM user_sets s
            WHERE s.tenant_id = $1 AND s.owner_id = owners.owner_id AND ($4::int[] IS NULL OR s.chunk = ANY ($4))
         ) its
     )`;

/** The lists of each owner as they are, which need no sorting, and the bits of all owners of a kind put together. */
const KEPT_ROWS = `SELECT kept.kind, kept.moment, NULL, NULL, kept.lists, NULL FROM kept WHERE kept.lists IS NOT NULL
     UNION ALL
     SELECT kept.kind, kept.moment, s.chunk, bit_send(bit_or(s.bits)), NULL, NULL
       FROM kept JOIN user_sets s ON s.tenant_id = $1 AND s.owner_id = kept.owner_id
      WHERE kept.has_bits AND s.bits IS NOT NULL AND ($4::int[] IS NULL OR s.chunk = ANY ($4))
      GROUP BY kept.kind, kept.moment, s.chunk`;

/**
 * Everything that tells who is reached now, as sets of users, a row a kind and chunk; nothing is kept between two reads,
 * so what a write has answered is seen. The first row says whether the application is there.
 *
 * `byMoment` keeps what groups give apart by the moment at which it was given. What holds for a time is not in the stored
 * sets and comes from group_members_for_a_time and assignments_for_a_time: as ordinals, four bytes each, and no chunk.
 * Values: tenant, application, group that it must go through or null, chunks or null for all, and what else the reach has.
 */
export function setsStatement(reach: Reach, byMoment = false): Statement {
  const moment = byMoment ? 'inside.moment' : 'NULL::bigint';
  const directMoment = (byMoment ? reach.directMoment : undefined) ?? 'NULL';
  const sets = statement(
    `${reach.name}_sets${byMoment ? '_by_moment' : ''}`,
    `WITH ${reach.tables}, inside AS MATERIALIZED (
       SELECT DISTINCT c.descendant_id AS group_id${byMoment ? ', given.moment' : ''}
         FROM given JOIN group_closure c ON c.tenant_id = $1 AND c.ancestor_id = given.group_id
     ), through AS MATERIALIZED (
       SELECT c.descendant_id AS group_id FROM group_closure c
        WHERE c.tenant_id = $1 AND c.ancestor_id = $3 AND EXISTS (SELECT FROM inside WHERE inside.group_id = $3)
     ), owners AS (
       SELECT ${group} AS kind, inside.group_id AS owner_id, ${moment} AS moment FROM inside
       UNION ALL SELECT ${via}, group_id, NULL FROM through
       UNION ALL SELECT ${direct}, own.owner_id, ${directMoment} FROM (${reach.directOwners}) own
       UNION ALL SELECT ${suspended}, $1, NULL FROM door WHERE is_open
     ), ${KEPT}
     SELECT ${application} AS kind, NULL::bigint AS moment, NULL::int AS chunk, NULL::bytea AS bits, NULL::bytea AS lists,
            NULL::bytea AS ordinals
       FROM door
     UNION ALL
     ${KEPT_ROWS}
     UNION ALL
     SELECT owners.kind, owners.moment, NULL, NULL, NULL, string_agg(int4send(m.user_ordinal), '')
       FROM owners JOIN group_members m ON m.tenant_id = $1 AND m.group_id = owners.owner_id
      WHERE owners.kind IN (${group}, ${via}) AND NOT (${holdsAlways('m')}) AND ${holdsNow('m')}
      GROUP BY owners.kind, owners.moment
     ${reach.directForATime === undefined ? '' : `UNION ALL ${reach.directForATime}`}`,
  );
  return plannedOnce(sets);
}

export const EFFECTIVE_SETS = setsStatement(ASSIGNED);
export const EFFECTIVE_SETS_BY_MOMENT = setsStatement(ASSIGNED, true);

/**
 * The direct assignments that hold now, by their moments: eight bytes of the moment and four of the user's ordinal each.
 * Values: tenant, application.
 */
export const DIRECT_MOMENTS = statement(
  'access.direct_moments',
  `SELECT string_agg(int8send(${micros('a.assigned_at')}) || int4send(a.user_ordinal), ''
                     ORDER BY a.assigned_at, a.user_ordinal) AS packed
     FROM assignments a
    WHERE a.tenant_id = $1 AND a.application_id = $2 AND a.user_id IS NOT NULL AND ${holdsNow('a')}`,
);

/** The users that a search finds, four bytes each. A scan of the tenant's users. Values: tenant, pattern. */
export const FOUND_USERS = statement(
  'access.found_users',
  `SELECT string_agg(int4send(u.ordinal), '') AS packed FROM users u WHERE u.tenant_id = $1 AND u.search_key LIKE $2`,
);

/** The same among a few. By users_ordinal_key. Values: tenant, pattern, ordinals. */
export const FOUND_AMONG = statement(
  'access.found_among',
  `SELECT string_agg(int4send(u.ordinal), '') AS packed FROM users u
    WHERE u.tenant_id = $1 AND u.search_key LIKE $2 AND u.ordinal = ANY ($3::int[])`,
);

/**
 * The users of a page with what a row says of each, in the order given: what they have themselves wins, else the group
 * that was given it first. `assignment_type` is null for whom nothing reaches any more since the sets were read.
 * From each user upwards, once for each, which ARRAY keeps the planner to: the groups of an application may be many,
 * those of a user are few. By users_ordinal_key, group_members_user, group_closure_up and the keys of the reach. Values: tenant, application,
 * ordinals, and what else the reach has.
 */
export function explainedStatement(reach: Reach, moreColumns = ''): Statement {
  return plannedOnce(
    statement(
      `${reach.name}_users`,
      `WITH ${reach.tables}
   SELECT u.ordinal, u.id AS user_id, u.user_name, u.email, u.display_name, u.status, u.user_name_key, u.display_name_key,
          CASE WHEN direct.moment IS NOT NULL THEN 'direct' WHEN via.group_id IS NOT NULL THEN 'group' END AS assignment_type,
          CASE WHEN direct.moment IS NULL THEN via.group_id END AS assigned_via,
          coalesce(direct.moment, via.moment)::text AS moment${moreColumns}
     FROM unnest($3::int[]) WITH ORDINALITY asked(ordinal, place)
     JOIN users u ON u.tenant_id = $1 AND u.ordinal = asked.ordinal
     LEFT JOIN LATERAL (
       ${reach.directOf}
     ) direct ON true
     LEFT JOIN LATERAL (
       SELECT given.*
         FROM given
        WHERE given.group_id = ANY (ARRAY(
                SELECT up.ancestor_id
                  FROM memberships m JOIN group_closure up ON up.tenant_id = $1 AND up.descendant_id = m.group_id
                 WHERE m.tenant_id = $1 AND m.user_id = u.id AND ${holdsNow('m')}))
        ORDER BY given.moment, given.id LIMIT 1
     ) via ON direct.moment IS NULL
    ORDER BY asked.place`,
    ),
  );
}

export const EXPLAINED_USERS = explainedStatement(ASSIGNED);

/** How a list by names goes on: which column, which way, after which user. */
export interface NameOrder {
  readonly column: 'user_name_key' | 'display_name_key';
  readonly descending: boolean;
}

/**
 * The next users of the tenant by name, with the last one's key: four bytes each, in order. By users_user_name_key or
 * users_display_name, without the table. Values: tenant, how many, and (where it goes on) key and ordinal of the last.
 */
export function nextByName({ column, descending }: NameOrder, goesOn: boolean): Statement {
  const way = descending ? 'DESC' : 'ASC';
  const after = goesOn ? `AND (${column}, ordinal) ${descending ? '<' : '>'} ($3::text, $4::int)` : '';
  // user_name_key is unique: its index need not know the ordinal as a part of the order.
  const order = column === 'user_name_key' ? `${column} ${way}` : `${column} ${way}, ordinal ${way}`;
  return statement(
    `access.next_by_${column}_${way}${goesOn ? '_after' : ''}`,
    `SELECT string_agg(int4send(batch.ordinal), '') AS packed,
            ${descending ? 'min' : 'max'}(batch.${column}) AS last_key
       FROM (SELECT ordinal, ${column} FROM users WHERE tenant_id = $1 ${after} ORDER BY ${order} LIMIT $2::int) batch`,
  );
}

/** A few users in the order of their names. Values: tenant, ordinals, limit, offset, and (where it goes on) key and ordinal. */
export function fewByName({ column, descending }: NameOrder, goesOn: boolean): Statement {
  const way = descending ? 'DESC' : 'ASC';
  const after = goesOn ? `AND (${column}, ordinal) ${descending ? '<' : '>'} ($5::text, $6::int)` : '';
  return statement(
    `access.few_by_${column}_${way}${goesOn ? '_after' : ''}`,
    `SELECT string_agg(int4send(page.ordinal), '') AS packed
       FROM (SELECT ordinal FROM users WHERE tenant_id = $1 AND ordinal = ANY ($2::int[]) ${after}
              ORDER BY ${column} ${way}, ordinal ${way} LIMIT $3::int OFFSET $4::int) page`,
  );
}
