import { statement } from '../../../persistence/statement.js';
import { CHUNK, holdsAlways } from '../../users/index.js';

/** All statements take as long as they need: they read whole tables of the tenant, and spill to disk what is too much. */
export const UNHURRIED = statement(
  'access.verify_unhurried',
  `SELECT set_config('statement_timeout', '0', true), set_config('transaction_read_only', 'on', true)`,
);

/** The tenants there are. */
export const TENANTS = statement('access.verify_tenants', `SELECT id, slug FROM tenants ORDER BY id`);

/** What a tenant has. Values: tenant. */
export const COUNTS = statement(
  'access.verify_counts',
  `SELECT (SELECT count(*) FROM users WHERE tenant_id = $1)::int AS users,
          (SELECT count(*) FROM memberships WHERE tenant_id = $1)::int AS memberships,
          (SELECT count(*) FROM group_nestings WHERE tenant_id = $1)::int AS nestings,
          (SELECT count(*) FROM assignments WHERE tenant_id = $1)::int AS assignments`,
);

const OWNERS = `
  owners AS (
    SELECT id FROM groups WHERE tenant_id = $1 UNION ALL SELECT id FROM applications WHERE tenant_id = $1
     UNION ALL SELECT id FROM roles WHERE tenant_id = $1 UNION ALL SELECT $1::uuid
  )`;

/** Who is in which set, a row a place. */
const KEPT = `
  SELECT s.owner_id, s.chunk::bigint * ${CHUNK} + places.at AS ordinal
    FROM user_sets s CROSS JOIN LATERAL (
           SELECT get_byte(s.members, at) * 256 + get_byte(s.members, at + 1) AS at
             FROM generate_series(0, length(s.members) - 2, 2) at
           UNION ALL
           SELECT at FROM generate_series(0, length(s.bits) - 1) at WHERE get_bit(s.bits, at) = 1) places
   WHERE s.tenant_id = $1 AND s.owner_id IN (SELECT id FROM owners)`;

/** Who is due in which, by the users' own ordinals. */
const DUE = `
  SELECT m.group_id AS owner_id, u.ordinal
    FROM memberships m JOIN users u ON u.tenant_id = $1 AND u.id = m.user_id
   WHERE m.tenant_id = $1 AND ${holdsAlways('m')}
   UNION ALL
  SELECT a.application_id, u.ordinal
    FROM assignments a JOIN users u ON u.tenant_id = $1 AND u.id = a.user_id
   WHERE a.tenant_id = $1 AND ${holdsAlways('a')}
   UNION ALL
  SELECT r.role_id, u.ordinal
    FROM role_assignments r JOIN users u ON u.tenant_id = $1 AND u.id = r.user_id
   WHERE r.tenant_id = $1 AND r.level = 'application'
   UNION ALL
  SELECT $1::uuid, u.ordinal FROM users u WHERE u.tenant_id = $1 AND u.status = 'suspended'`;

/**
 * The users that are in a set and not due there, due and not there, or listed twice. Every statement from here on answers
 * rows of one form: what is wrong, whose it is, which user (or other row), more of it, and how many there are in all.
 * Values: tenant, most rows.
 */
export const WRONG_SETS = statement(
  'access.verify_sets',
  `WITH ${OWNERS}, wrong AS (
     SELECT owner_id, ordinal, sum(kept) AS kept, sum(due) AS due
       FROM (SELECT owner_id, ordinal, 1 AS kept, 0 AS due FROM (${KEPT}) kept
              UNION ALL
             SELECT owner_id, ordinal, 0, 1 FROM (${DUE}) due) places
      GROUP BY owner_id, ordinal HAVING sum(kept) <> sum(due)
   )
   SELECT CASE WHEN wrong.kept = 0 THEN 'set_lacks_user' WHEN wrong.due = 0 THEN 'set_has_stranger'
               ELSE 'set_repeats_user' END AS kind,
          wrong.owner_id AS owner, u.id AS subject, 'ordinal ' || wrong.ordinal AS detail, count(*) OVER ()::int AS total
     FROM wrong LEFT JOIN users u ON u.tenant_id = $1 AND u.ordinal = wrong.ordinal
    ORDER BY wrong.owner_id, wrong.ordinal LIMIT $2`,
);

/** Sets of owners that are gone, a row an owner. Values: tenant, most rows. */
export const LOST_SETS = statement(
  'access.verify_set_owners',
  `WITH ${OWNERS}
   SELECT 'set_without_owner' AS kind, s.owner_id AS owner, NULL::uuid AS subject, 'rows: ' || count(*) AS detail,
          count(*) OVER ()::int AS total
     FROM user_sets s WHERE s.tenant_id = $1 AND s.owner_id NOT IN (SELECT id FROM owners)
    GROUP BY s.owner_id ORDER BY s.owner_id LIMIT $2`,
);

/** Copies of ordinals that are not those of their users. Values: tenant, most rows. */
export const WRONG_ORDINALS = statement(
  'access.verify_ordinals',
  `SELECT wrong.*, count(*) OVER ()::int AS total
     FROM (SELECT 'membership_ordinal' AS kind, m.group_id AS owner, m.user_id AS subject,
                  m.user_ordinal || ' instead of ' || coalesce(u.ordinal::text, 'that of a user') AS detail
             FROM memberships m LEFT JOIN users u ON u.tenant_id = $1 AND u.id = m.user_id
            WHERE m.tenant_id = $1 AND m.user_ordinal IS DISTINCT FROM u.ordinal
            UNION ALL
           SELECT 'assignment_ordinal', a.application_id, a.user_id,
                  coalesce(a.user_ordinal::text, 'none') || ' instead of ' || coalesce(u.ordinal::text, 'that of a user')
             FROM assignments a LEFT JOIN users u ON u.tenant_id = $1 AND u.id = a.user_id
            WHERE a.tenant_id = $1 AND a.user_id IS NOT NULL AND a.user_ordinal IS DISTINCT FROM u.ordinal
            UNION ALL
           SELECT 'role_assignment_ordinal', r.role_id, r.user_id,
                  coalesce(r.user_ordinal::text, 'none') || ' instead of ' || coalesce(u.ordinal::text, 'that of a user')
             FROM role_assignments r LEFT JOIN users u ON u.tenant_id = $1 AND u.id = r.user_id
            WHERE r.tenant_id = $1 AND r.user_id IS NOT NULL AND r.user_ordinal IS DISTINCT FROM u.ordinal) wrong
    ORDER BY wrong.kind DESC, wrong.owner, wrong.subject LIMIT $2`,
);

/** The next ordinal, where a user has it already or a higher one. Values: tenant, most rows. */
export const WRONG_COUNTER = statement(
  'access.verify_counter',
  `SELECT 'next_ordinal' AS kind, $1::uuid AS owner, u.id AS subject,
          coalesce(counter.next_ordinal::text, 'none') || ' is not above ' || u.ordinal AS detail, 1 AS total
     FROM (SELECT id, ordinal FROM users WHERE tenant_id = $1 ORDER BY ordinal DESC LIMIT 1) u
     LEFT JOIN user_ordinals counter ON counter.tenant_id = $1
    WHERE counter.next_ordinal IS NULL OR counter.next_ordinal <= u.ordinal LIMIT $2`,
);

/** Roles that are kept as giving more, or less, than they and all inside of them allow. Values: tenant, most rows. */
export const WRONG_EFFECTIVE = statement(
  'access.verify_effective_permissions',
  `WITH RECURSIVE inside(id, part_id) AS (
     SELECT id, id FROM roles WHERE tenant_id = $1
      UNION
     SELECT inside.id, c.child_id FROM inside JOIN role_children c ON c.tenant_id = $1 AND c.parent_id = inside.part_id
   ), due AS (
     SELECT inside.id, array_agg(DISTINCT given.permission ORDER BY given.permission) AS permissions
       FROM inside JOIN roles r ON r.tenant_id = $1 AND r.id = inside.part_id
      CROSS JOIN LATERAL unnest(r.permissions) given(permission)
      GROUP BY inside.id
   )
   SELECT 'role_effective_permissions' AS kind, r.id AS owner, NULL::uuid AS subject,
          cardinality(r.effective_permissions) || ' instead of ' || cardinality(coalesce(due.permissions, '{}')) AS detail,
          count(*) OVER ()::int AS total
     FROM roles r LEFT JOIN due USING (id)
    WHERE r.tenant_id = $1
      AND ARRAY(SELECT kept.permission FROM unnest(r.effective_permissions) kept(permission) ORDER BY 1)
          <> coalesce(due.permissions, '{}')
    ORDER BY r.id LIMIT $2`,
);

/** Counts of the roles that members hold in the organization directly, where they are not so many. Values: tenant, most rows. */
export const WRONG_ROLE_COUNTS = statement(
  'access.verify_role_counts',
  `WITH due AS (
     SELECT user_id, count(*)::int AS role_count FROM role_assignments
      WHERE tenant_id = $1 AND level = 'organization' AND user_id IS NOT NULL GROUP BY user_id
   ), kept AS (
     SELECT user_id, role_count FROM organization_members WHERE tenant_id = $1
   )
   SELECT 'organization_role_count' AS kind, $1::uuid AS owner, user_id AS subject,
          coalesce(kept.role_count::text, 'none') || ' instead of ' || coalesce(due.role_count::text, 'none') AS detail,
          count(*) OVER ()::int AS total
     FROM due FULL JOIN kept USING (user_id)
    WHERE kept.role_count IS DISTINCT FROM due.role_count
    ORDER BY user_id LIMIT $2`,
);

/** Pairs that the closure has and the nestings do not make, or the other way round. Values: tenant, most rows. */
export const WRONG_CLOSURE = statement(
  'access.verify_closure',
  `WITH RECURSIVE due AS (
     SELECT id AS ancestor_id, id AS descendant_id FROM groups WHERE tenant_id = $1
      UNION
     SELECT due.ancestor_id, n.child_id
       FROM due JOIN group_nestings n ON n.tenant_id = $1 AND n.parent_id = due.descendant_id
   ), kept AS (
     SELECT ancestor_id, descendant_id FROM group_closure WHERE tenant_id = $1
   )
   SELECT CASE WHEN kept.ancestor_id IS NULL THEN 'closure_lacks_pair' ELSE 'closure_has_stranger' END AS kind,
          ancestor_id AS owner, descendant_id AS subject, '' AS detail, count(*) OVER ()::int AS total
     FROM due FULL JOIN kept USING (ancestor_id, descendant_id)
    WHERE due.ancestor_id IS NULL OR kept.ancestor_id IS NULL
    ORDER BY ancestor_id, descendant_id LIMIT $2`,
);

/** Names with their keys, some at a time in the order of the ids. Values: tenant, id that they come after, how many. */
export const NAMED = {
  users: statement(
    'access.verify_user_names',
    `SELECT id, user_name AS "userName", email, display_name AS "displayName", given_name AS "givenName",
            family_name AS "familyName", user_name_key AS "userNameKey", display_name_key AS "displayNameKey",
            search_key AS "searchKey", attributes, email_key AS "emailKey", filter_keys AS "filterKeys",
            ARRAY(SELECT a.path || ' ' || a.value FROM user_attributes a
                   WHERE a.tenant_id = u.tenant_id AND a.user_id = u.id ORDER BY a.path, a.value) AS entries
       FROM users u WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3`,
  ),
  groups: statement(
    'access.verify_group_names',
    `SELECT id, name, description, name_key AS "nameKey", description_key AS "descriptionKey"
       FROM groups WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3`,
  ),
  roles: statement(
    'access.verify_role_names',
    `SELECT id, name, description, display_name AS "displayName", category, name_key AS "nameKey",
            filter_keys AS "filterKeys"
       FROM roles WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3`,
  ),
  workspaces: statement(
    'access.verify_workspace_names',
    `SELECT id, name, description, name_key AS "nameKey", description_key AS "descriptionKey"
       FROM workspaces WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3`,
  ),
  projects: statement(
    'access.verify_project_names',
    `SELECT id, name, description, name_key AS "nameKey", description_key AS "descriptionKey"
       FROM projects WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3`,
  ),
  applications: statement(
    'access.verify_application_names',
    `SELECT id, name, client_id AS "clientId", description, search_key AS "searchKey",
            description_key AS "descriptionKey"
       FROM applications WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3`,
  ),
} as const;
