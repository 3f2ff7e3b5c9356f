import {
  ADMINISTRATION_PERMISSIONS,
  EVERY_PERMISSION,
  INCLUDED_PERMISSIONS,
  OWN_PREFIX,
} from '../../../kernel/permissions.js';
import { plannedOnce, statement, type Statement } from '../../../persistence/statement.js';
import { hasExpired } from '../../users/index.js';
import { heldAssignments } from '../held-assignments.js';

const isOurs = (permission: string): string => `starts_with(${permission}, '${OWN_PREFIX}')`;

/** All that AUTHORITY asks for, as the predicate of roles_administration has it: in another wording that index is of no use. */
const ADMINISTRATION = [EVERY_PERMISSION, ...ADMINISTRATION_PERMISSIONS].map((name) => `'${name}'`).join(', ');

/**
 * A user's status, with each administration permission that the user holds in the organization and in some applications;
 * one row without a permission where there is none, no row where there is no such user. By users_pkey, the indexes of
 * heldAssignments and roles_administration: of roles that hold none of these permissions nothing else is read.
 * Values: tenant, user, the tenant and the applications.
 */
export const AUTHORITY = plannedOnce(
  statement(
    'roles.authority',
    `WITH ${heldAssignments({ user: '$2', where: `AND a.scope_id = ANY ($3::uuid[])` })}
     SELECT u.status, given.scope_id, given.permission
       FROM users u
       LEFT JOIN (
         SELECT DISTINCT held.scope_id, p.permission
           FROM held CROSS JOIN LATERAL (
                  SELECT its.effective_permissions FROM roles its
                   WHERE its.tenant_id = $1 AND its.id = held.role_id
                     AND its.effective_permissions && ARRAY[${ADMINISTRATION}] LIMIT 1) r
          CROSS JOIN LATERAL unnest(r.effective_permissions) p(permission)
          WHERE held.level IN ('organization', 'application')
            AND (p.permission = '${EVERY_PERMISSION}' OR ${isOurs('p.permission')})
       ) given ON true
      WHERE u.tenant_id = $1 AND u.id = $2`,
  ),
);

/** Something that an actor lacks. */
export interface MissingRow {
  readonly permission: string;
  readonly level: string;
  readonly scope_id: string | null;
  /** The built-in role whose reach goes beyond its own scope. */
  readonly reach: string | null;
}

const INCLUDED = INCLUDED_PERMISSIONS.map(([permission, by]) => `('${permission}', '${by}')`).join(', ');

/** Each permission by which a role can give each of what is needed. */
const WAYS = `way AS MATERIALIZED (
       SELECT n.place, n.permission, n.level, n.scope_id, wide.given_by
         FROM needed n CROSS JOIN LATERAL (VALUES ('${EVERY_PERMISSION}'), (n.permission)) wide(given_by)
        WHERE n.reach IS NULL
        UNION ALL
       SELECT n.place, n.permission, n.level, n.scope_id, i.given_by
         FROM needed n JOIN (VALUES ${INCLUDED}) i(permission, given_by) ON i.permission = n.permission
        WHERE n.reach IS NULL
     )`;

/**
 * The first of what is needed that the actor does not hold now; no row where all of it is held. Whoever is suspended
 * holds nothing. `need` answers permission, level, scope_id, workspace_id and reach. A role counts in its own scope; ours
 * (`doorlist:`) in a role of the organization count everywhere, its Admin's do anyway, a workspace's Admin's in its
 * projects too. Each permission of the actor's roles is read once and found by hashing, however many are needed: IS TRUE
 * keeps the planner, which knows no sizes here, from making joins of it.
 * $1: tenant, $2: actor.
 */
function missing(name: string, need: string): Statement {
  return statement(
    `roles.missing_${name}`,
    `WITH ${need}, needed AS MATERIALIZED (
       SELECT n.*, row_number() OVER () AS place FROM need n
     ), ${WAYS}, ${heldAssignments({
       user: '$2',
       prefix: 'actor_',
       where: `AND (a.scope_id = $1 OR a.scope_id IN (SELECT n.scope_id FROM needed n UNION SELECT n.workspace_id FROM needed n))`,
     })}, holding AS MATERIALIZED (
       SELECT DISTINCT h.role_id, h.level, h.scope_id
         FROM actor_held h
        WHERE EXISTS (SELECT FROM users u WHERE u.tenant_id = $1 AND u.id = $2 AND u.status = 'active')
     ), reaching AS MATERIALIZED (
       SELECT r.built_in, h.scope_id FROM holding h JOIN roles r ON r.tenant_id = $1 AND r.id = h.role_id
        WHERE r.built_in IN ('organization.admin', 'workspace.admin')
     ), allowing AS MATERIALIZED (
       SELECT DISTINCT h.level, h.scope_id, p.permission
         FROM holding h JOIN roles r ON r.tenant_id = $1 AND r.id = h.role_id
        CROSS JOIN LATERAL unnest(r.effective_permissions) p(permission)
        WHERE (p.permission IN (SELECT way.given_by FROM way)) IS TRUE
     )
     SELECT n.permission, n.level, n.scope_id, n.reach
       FROM needed n
      WHERE NOT EXISTS (SELECT FROM reaching h WHERE h.built_in = 'organization.admin')
        AND NOT EXISTS (SELECT FROM reaching h WHERE h.built_in = 'workspace.admin' AND h.scope_id = n.workspace_id)
        AND n.place NOT IN (
          SELECT way.place FROM way
           WHERE ((way.given_by, way.level, way.scope_id)
                  IN (SELECT h.permission, h.level, h.scope_id FROM allowing h)) IS TRUE
              OR ${isOurs('way.permission')}
                 AND (way.given_by IN (SELECT h.permission FROM allowing h WHERE h.level = 'organization')) IS TRUE)
      ORDER BY n.reach IS NULL, n.permission, n.level, n.scope_id
      LIMIT 1`,
  );
}

/** What the roles in `rows` (role_id, level, scope_id, workspace_id) give. Their reach is beyond what `*` says. */
function needOf(rows: string): string {
  return `need AS MATERIALIZED (
    SELECT DISTINCT p.permission, a.level, a.scope_id, a.workspace_id, NULL::text AS reach
      FROM ${rows} a JOIN roles r ON r.tenant_id = $1 AND r.id = a.role_id
     CROSS JOIN LATERAL unnest(r.effective_permissions) p(permission)
     UNION ALL
    SELECT DISTINCT '${EVERY_PERMISSION}', a.level, a.scope_id, a.workspace_id, r.built_in
      FROM ${rows} a JOIN roles r ON r.tenant_id = $1 AND r.id = a.role_id
     WHERE r.built_in IN ('organization.admin', 'workspace.admin'))`;
}

/** By what is to be given, of $1: tenant and $2: actor. */
export const MISSING = {
  /** Further values: role, scope id, workspace. */
  role: missing(
    'of_role',
    `given AS (
       SELECT r.id AS role_id, r.level, $4::uuid AS scope_id, $5::uuid AS workspace_id
         FROM roles r WHERE r.tenant_id = $1 AND r.id = $3
     ), ${needOf('given')}`,
  ),
  /** Further values: permissions, level, scope id. */
  permissions: missing(
    'of_permissions',
    `need AS MATERIALIZED (
       SELECT p.permission, $4::text AS level, $5::uuid AS scope_id, NULL::uuid AS workspace_id, NULL::text AS reach
         FROM unnest($3::text[]) p(permission))`,
  ),
  /** By group_closure_up and role_assignments_of_group. Further values: group. */
  membership: missing(
    'of_membership',
    `carried AS MATERIALIZED (
       SELECT a.* FROM role_assignments a
        WHERE a.tenant_id = $1 AND a.group_id = ANY (ARRAY(
              SELECT up.ancestor_id FROM group_closure up WHERE up.tenant_id = $1 AND up.descendant_id = $3))
     ), ${needOf('carried')}`,
  ),
  /** With what the user holds later. Further values: user. */
  reactivation: missing(
    'of_reactivation',
    `${heldAssignments({ user: '$3', memberships: `NOT ${hasExpired('m')}` })}, ${needOf('held')}`,
  ),
  everything: missing(
    'of_everything',
    `need AS (
       SELECT '${EVERY_PERMISSION}' AS permission, 'organization' AS level, $1::uuid AS scope_id, NULL::uuid AS workspace_id,
              'organization.admin' AS reach)`,
  ),
} as const;
