import { trailOf } from '../../../persistence/audit-statement.js';
import { batchStatement } from '../../../persistence/in-batches.js';
import { plannedOnce, statement, type Statement } from '../../../persistence/statement.js';
import { DROP_SET, enterSets, hasExpired, holdsAlways, holdsNow, leaveSets, stateOf } from '../../users/index.js';

/** Memberships whose users are in the sets of their groups. */
const inSets = (row: string): { from: string; owner: string; ordinal: string } => ({
  from: `${row} WHERE ${holdsAlways(row)}`,
  owner: `${row}.group_id`,
  ordinal: `${row}.user_ordinal`,
});

const COLUMNS = ['group_id', 'user_id', 'user_ordinal', 'added_at', 'valid_from', 'valid_until'];
const ROW = COLUMNS.join(', ');
const rowOf = (row: string): string => COLUMNS.map((name) => `${row}.${name}`).join(', ');
const TIMES = ['added_at', 'valid_from', 'valid_until'];

/** Events of the memberships in `row`. */
const event = (done: 'created' | 'deleted', row: string, actor: string) => {
  const names = ['group_id', 'user_id', ...TIMES];
  const json = `jsonb_build_object(${names.map((name) => `'${name}', ${row}.${name}`).join(', ')})`;
  const state = done === 'created' ? { after: json } : { before: json };
  return { action: `membership.${done}`, resourceType: 'membership', resourceId: `${row}.group_id`, ...state, actor };
};

/**
 * Adds users to a static group, all or none, and answers a row for each: whether the tenant has the group and the user, whether
 * the membership is new, and whether it was seen at all, because another call may have made one at the same moment. A
 * membership that has expired is in nobody's way: the new one takes its row. Only rows that `lapsed` has locked are taken
 * over: it alone can tell how they were. In the order of the ids, so that two calls cannot deadlock. Values: tenant,
 * group, users, valid from, valid until, actor.
 */
function addText(added: string, there: string): string {
  return `WITH asked AS (
     SELECT DISTINCT unnest($3::uuid[]) AS user_id
   ), known AS (
     SELECT u.id AS user_id, u.ordinal FROM asked JOIN users u ON u.tenant_id = $1 AND u.id = asked.user_id
   ), holder AS (
     SELECT id, kind = 'static' AS is_static FROM groups WHERE tenant_id = $1 AND id = $2
   ), given AS (
     SELECT * FROM known WHERE (SELECT count(*) FROM known) = (SELECT count(*) FROM asked) AND EXISTS (SELECT FROM holder WHERE is_static)
   ), ${added}
   ), sets AS (${enterSets(inSets('added'))}
   ), trail_of_lapsed AS (
     ${trailOf({ ...event('deleted', 'lapsed', '$6'), from: 'lapsed JOIN added USING (group_id, user_id)' })}
   ), trail AS (
     ${trailOf({ ...event('created', 'added', '$6'), from: 'added WHERE (SELECT count(*) FROM trail_of_lapsed) >= 0' })}
   )
   SELECT asked.user_id, EXISTS (SELECT FROM holder) AS has_group,
          (SELECT is_static FROM holder) AS is_static, (known.user_id IS NOT NULL) AS is_known,
          (added.user_id IS NOT NULL) AS is_new, (added.user_id IS NOT NULL OR held.user_id IS NOT NULL) AS is_seen,
          added.added_at, added.valid_from, added.valid_until
     FROM asked
     LEFT JOIN known ON known.user_id = asked.user_id
     LEFT JOIN added ON added.user_id = asked.user_id
     LEFT JOIN ${there}
    ORDER BY asked.user_id`;
}

export const ADD_MEMBERS = statement(
  'groups.add_members',
  addText(
    `lapsed AS MATERIALIZED (
     SELECT held.group_id, held.user_id, held.added_at, held.valid_from, held.valid_until
       FROM given JOIN group_members held ON held.tenant_id = $1 AND held.group_id = $2 AND held.user_id = given.user_id
      WHERE ${hasExpired('held')}
      ORDER BY held.user_id FOR UPDATE OF held
   ), added AS (
     INSERT INTO group_members AS held (tenant_id, group_id, user_id, user_ordinal, valid_from, valid_until)
     SELECT $1, $2, user_id, ordinal, $4::timestamptz, $5::timestamptz FROM given
      WHERE (SELECT count(*) FROM lapsed) >= 0
      ORDER BY user_id
     ON CONFLICT (tenant_id, group_id, user_id)
     DO UPDATE SET added_at = now(), valid_from = EXCLUDED.valid_from, valid_until = EXCLUDED.valid_until
      WHERE held.user_id IN (SELECT user_id FROM lapsed)
     RETURNING ${ROW}`,
    `group_members held
       ON held.tenant_id = $1 AND held.group_id = $2 AND held.user_id = asked.user_id AND NOT ${hasExpired('held')}`,
  ),
  // No part may lock rows beside others there, and ON CONFLICT may not ask.
  addText(
    `lapsed AS MATERIALIZED (
     SELECT held.group_id, held.user_id, held.added_at, held.valid_from, held.valid_until
       FROM group_members held
      WHERE held.tenant_id = $1 AND held.group_id = $2 AND held.user_id = ANY (ARRAY(SELECT user_id FROM given))
        AND ${hasExpired('held')}
      ORDER BY held.user_id FOR UPDATE
   ), seen AS (
     SELECT held.user_id FROM group_members held
      WHERE held.tenant_id = $1 AND held.group_id = $2 AND held.user_id = ANY ($3::uuid[]) AND NOT ${hasExpired('held')}
   ), taken_over AS (
     UPDATE group_members held SET added_at = now(), valid_from = $4, valid_until = $5
       FROM lapsed WHERE held.tenant_id = $1 AND held.group_id = $2 AND held.user_id = lapsed.user_id
     RETURNING ${rowOf('held')}
   ), fresh AS (
     INSERT INTO group_members (tenant_id, group_id, user_id, user_ordinal, valid_from, valid_until)
     SELECT $1, $2, user_id, ordinal, $4::timestamptz, $5::timestamptz FROM given
      WHERE NOT EXISTS (SELECT FROM lapsed WHERE lapsed.user_id = given.user_id)
      ORDER BY user_id
     ON CONFLICT (tenant_id, group_id, user_id) DO NOTHING
     RETURNING ${ROW}
   ), added AS (
     SELECT ${ROW} FROM taken_over UNION ALL SELECT ${ROW} FROM fresh`,
    'seen held ON held.user_id = asked.user_id',
  ),
);

/** Values: tenant, group, user. */
export const READ_MEMBER = statement(
  'groups.read_member',
  `SELECT group_id, user_id, added_at, valid_from, valid_until, by_rule FROM memberships
    WHERE tenant_id = $1 AND group_id = $2 AND user_id = $3`,
);

/** The bounds of a membership, which then stay until the end of the transaction. Values: tenant, group, user. */
export const LOCK_MEMBER = statement(
  'groups.lock_member',
  `SELECT group_id, user_id, added_at, valid_from, valid_until FROM group_members
    WHERE tenant_id = $1 AND group_id = $2 AND user_id = $3 FOR UPDATE`,
);

/** No row where there is none. Values: tenant, group, user, actor. */
export const REMOVE_MEMBER = plannedOnce(
  statement(
    'groups.remove_member',
    `WITH gone AS (
     DELETE FROM group_members WHERE tenant_id = $1 AND group_id = $2 AND user_id = $3 RETURNING ${ROW}
   ), sets AS (${leaveSets(inSets('gone'))}
   ), trail AS (${trailOf({ ...event('deleted', 'gone', '$4'), from: 'gone' })})
   SELECT user_id FROM gone`,
  ),
);

const WAS_ALWAYS = 'changed.was_from IS NULL AND changed.was_until IS NULL';

/**
 * Changes the bounds of a membership, and answers how it was and is; no row where there is none. Where the bounds are as
 * they were, nothing is written. Values: tenant, group, user, whether and what to set as valid from, whether and what as
 * valid until.
 */
export const CHANGE_MEMBER = plannedOnce(
  statement(
    'groups.change_member',
    `WITH held AS MATERIALIZED (
     SELECT ${ROW} FROM group_members WHERE tenant_id = $1 AND group_id = $2 AND user_id = $3 FOR UPDATE
   ), asked AS (
     SELECT CASE WHEN $4::bool THEN $5::timestamptz ELSE held.valid_from END AS valid_from,
            CASE WHEN $6::bool THEN $7::timestamptz ELSE held.valid_until END AS valid_until FROM held
   ), changed AS (
     UPDATE group_members m SET valid_from = asked.valid_from, valid_until = asked.valid_until
       FROM held, asked
      WHERE m.tenant_id = $1 AND m.group_id = $2 AND m.user_id = $3
        AND (asked.valid_from, asked.valid_until) IS DISTINCT FROM (held.valid_from, held.valid_until)
     RETURNING m.group_id, m.user_ordinal, m.valid_from, m.valid_until,
               held.valid_from AS was_from, held.valid_until AS was_until
   ), entered AS (${enterSets(inSets('changed'))}
   ), left_sets AS (${leaveSets({ ...inSets('changed'), from: `changed WHERE ${WAS_ALWAYS}` })})
   SELECT held.group_id, held.user_id, held.added_at, held.valid_from AS was_from, held.valid_until AS was_until,
          asked.valid_from, asked.valid_until, EXISTS (SELECT FROM changed) AS is_changed
     FROM held, asked`,
  ),
);

/** Takes away the memberships of a user, or of a group, that is about to go, a batch at a time. Values: tenant, its id, actor. */
function removeMembersStatement(kind: 'user' | 'group'): Statement {
  const trail = trailOf({ ...event('deleted', 'gone', '$3'), from: 'gone' });
  return batchStatement(
    `groups.remove_members_of_${kind}`,
    (nextBatch) => `WITH gone AS (
       DELETE FROM group_members WHERE ${nextBatch('group_members', `tenant_id = $1 AND ${kind}_id = $2`)} RETURNING ${ROW}
     ), sets AS (${kind === 'group' ? DROP_SET.text : leaveSets(inSets('gone'))}), trail AS (${trail})
     SELECT count(*)::int AS removed FROM gone`,
  );
}

export const REMOVE_MEMBERS_OF = {
  user: removeMembersStatement('user'),
  group: removeMembersStatement('group'),
} as const;

/** The rows of a member list. Direct ones come from the primary key, inherited ones from the closure of the group. */
export const MEMBER_SELECT = `m.user_id, u.user_name, u.display_name, m.added_at,
   CASE WHEN m.added_at IS NULL THEN 'inherited' ELSE 'direct' END AS membership,
   m.valid_from, m.valid_until, ${stateOf('m')} AS state`;

const WITH_USERS = `JOIN users u ON u.tenant_id = $1 AND u.id = m.user_id`;

const FOR_EVER = 'NULL::timestamptz AS valid_from, NULL::timestamptz AS valid_until';

/** Of each kind of group. Values: tenant, group. Also what holds later, or has held. */
export const DIRECT_MEMBERS = {
  static: `FROM group_members m ${WITH_USERS} WHERE m.tenant_id = $1 AND m.group_id = $2`,
  dynamic: `FROM (SELECT r.*, ${FOR_EVER} FROM rule_members r) m ${WITH_USERS} WHERE m.tenant_id = $1 AND m.group_id = $2`,
} as const;

const ofGroup = (column: string): string => `max(gm.${column}) FILTER (WHERE gm.group_id = $2) AS ${column}`;

/** Values: tenant, group. Each user that is in it now once, by group_members_pkey and rule_members_group of every group below. */
export const ALL_MEMBERS = `FROM (
    SELECT gm.user_id, ${TIMES.map(ofGroup).join(', ')}
      FROM group_closure c
      JOIN memberships gm ON gm.tenant_id = $1 AND gm.group_id = c.descendant_id
     WHERE c.tenant_id = $1 AND c.ancestor_id = $2 AND ${holdsNow('gm')}
     GROUP BY gm.user_id
  ) m ${WITH_USERS}`;

export const USER_GROUP_SELECT = `g.id AS group_id, g.name, found.added_at,
   CASE WHEN found.added_at IS NULL THEN 'inherited' ELSE 'direct' END AS membership, g.kind = 'dynamic' AS by_rule`;

/** Values: tenant, user. Every group that holds the user now, each once. */
export const USER_GROUPS = `FROM (
    SELECT c.ancestor_id, max(gm.added_at) FILTER (WHERE c.ancestor_id = gm.group_id) AS added_at
      FROM memberships gm
      JOIN group_closure c ON c.tenant_id = $1 AND c.descendant_id = gm.group_id
     WHERE gm.tenant_id = $1 AND gm.user_id = $2 AND ${holdsNow('gm')}
     GROUP BY c.ancestor_id
  ) found JOIN groups g ON g.tenant_id = $1 AND g.id = found.ancestor_id`;
