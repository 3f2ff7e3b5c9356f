import { trailOf } from '../../../persistence/audit-statement.js';
import { statement, type Statement } from '../../../persistence/statement.js';
import { DROP_SET, enterSets, holdsAlways, leaveSets } from '../../users/index.js';

/** Which of the users asked for the tenant does not have. Values: tenant, user ids. */
export const UNKNOWN_USERS = statement(
  'groups.unknown_users',
  `SELECT asked.id FROM unnest($2::uuid[]) AS asked(id)
    WHERE NOT EXISTS (SELECT FROM users u WHERE u.tenant_id = $1 AND u.id = asked.id)`,
);

const IN_SETS = { from: `added WHERE ${holdsAlways('added')}`, owner: 'added.group_id', ordinal: 'added.user_ordinal' };
const OUT_OF_SETS = { from: `gone WHERE ${holdsAlways('gone')}`, owner: 'gone.group_id', ordinal: 'gone.user_ordinal' };

/** Adds users to a group and answers those that were not in it. In id order, so that two calls cannot deadlock. */
export const ADD_MEMBERS = statement(
  'groups.add_members',
  `WITH added AS (
     INSERT INTO group_members (tenant_id, group_id, user_id, user_ordinal)
     SELECT $1, $2, u.id, u.ordinal
       FROM (SELECT DISTINCT unnest($3::uuid[]) AS id) asked JOIN users u ON u.tenant_id = $1 AND u.id = asked.id
      ORDER BY u.id
     ON CONFLICT (tenant_id, group_id, user_id) DO NOTHING
     RETURNING group_id, user_id, user_ordinal, added_at, valid_from, valid_until
   ), sets AS (${enterSets(IN_SETS)})
   SELECT user_id, added_at FROM added`,
);

/** Values: tenant, group, user. */
export const READ_MEMBER = statement(
  'groups.read_member',
  `SELECT group_id, user_id, added_at FROM group_members WHERE tenant_id = $1 AND group_id = $2 AND user_id = $3`,
);

/** Values: tenant, group, user. */
export const REMOVE_MEMBER = statement(
  'groups.remove_member',
  `WITH gone AS (
     DELETE FROM group_members WHERE tenant_id = $1 AND group_id = $2 AND user_id = $3
     RETURNING group_id, user_id, user_ordinal, added_at, valid_from, valid_until
   ), sets AS (${leaveSets(OUT_OF_SETS)})
   SELECT user_id, added_at FROM gone`,
);

/** Takes away all memberships of a user, or of a group, that is about to go. Values: tenant, its id, actor. */
function removeMembersStatement(kind: 'user' | 'group'): Statement {
  const trail = trailOf({
    from: 'gone',
    action: 'membership.deleted',
    resourceType: 'membership',
    resourceId: 'group_id',
    before: `jsonb_build_object('group_id', group_id, 'user_id', user_id, 'added_at', added_at)`,
    actor: '$3',
  });
  return statement(
    `groups.remove_members_of_${kind}`,
    `WITH gone AS (
       DELETE FROM group_members WHERE tenant_id = $1 AND ${kind}_id = $2
       RETURNING group_id, user_id, user_ordinal, added_at, valid_from, valid_until
     ), sets AS (${kind === 'group' ? DROP_SET.text : leaveSets(OUT_OF_SETS)}), trail AS (${trail})
     SELECT count(*)::int AS gone FROM gone`,
  );
}

export const REMOVE_MEMBERS_OF = {
  user: removeMembersStatement('user'),
  group: removeMembersStatement('group'),
} as const;

/** The rows of a member list. Direct ones come from the primary key, inherited ones from the closure of the group. */
export const MEMBER_SELECT = `m.user_id, u.user_name, u.display_name, m.added_at,
   CASE WHEN m.added_at IS NULL THEN 'inherited' ELSE 'direct' END AS membership`;

const WITH_USERS = `JOIN users u ON u.tenant_id = $1 AND u.id = m.user_id`;

/** Values: tenant, group. */
export const DIRECT_MEMBERS = `FROM group_members m ${WITH_USERS} WHERE m.tenant_id = $1 AND m.group_id = $2`;

/** Values: tenant, group. Each user once, by the index group_members_pkey of every group below. */
export const ALL_MEMBERS = `FROM (
    SELECT gm.user_id, max(gm.added_at) FILTER (WHERE gm.group_id = $2) AS added_at
      FROM group_closure c
      JOIN group_members gm ON gm.tenant_id = $1 AND gm.group_id = c.descendant_id
     WHERE c.tenant_id = $1 AND c.ancestor_id = $2
     GROUP BY gm.user_id
  ) m ${WITH_USERS}`;

export const USER_GROUP_SELECT = `g.id AS group_id, g.name, found.added_at,
   CASE WHEN found.added_at IS NULL THEN 'inherited' ELSE 'direct' END AS membership`;

/** Values: tenant, user. Every group that holds the user, each once. */
export const USER_GROUPS = `FROM (
    SELECT c.ancestor_id, max(gm.added_at) FILTER (WHERE c.ancestor_id = gm.group_id) AS added_at
      FROM group_members gm
      JOIN group_closure c ON c.tenant_id = $1 AND c.descendant_id = gm.group_id
     WHERE gm.tenant_id = $1 AND gm.user_id = $2
     GROUP BY c.ancestor_id
  ) found JOIN groups g ON g.tenant_id = $1 AND g.id = found.ancestor_id`;
