import type { PageMarks, PagedStatement } from '../../../persistence/paged-list.js';
import { holdsNow } from '../../users/index.js';
import type { RoleLevel } from '../role.entity.js';

/**
 * The roles that a user holds now, directly and through every group around a membership that holds now, one row a role
 * and scope with the assignments that give it; and the groups on the way from the user up to those. $1: tenant, $2: user;
 * `where` narrows the assignments `a`. From the user upwards: by group_members_user, group_closure_up,
 * role_assignments_of_user, role_assignments_of_group and group_nestings_child.
 */
export function heldBy(where: string): string {
  return `
  entered AS MATERIALIZED (
    SELECT m.group_id FROM memberships m WHERE m.tenant_id = $1 AND m.user_id = $2 AND ${holdsNow('m')}
  ), reached AS MATERIALIZED (
    SELECT DISTINCT up.ancestor_id AS group_id
      FROM entered JOIN group_closure up ON up.tenant_id = $1 AND up.descendant_id = entered.group_id
  ), given AS MATERIALIZED (
    SELECT a.* FROM role_assignments a WHERE a.tenant_id = $1 AND a.user_id = $2 ${where}
     UNION ALL
    SELECT a.* FROM reached JOIN role_assignments a ON a.tenant_id = $1 AND a.group_id = reached.group_id ${where}
  ), held AS MATERIALIZED (
    SELECT role_id, scope_id, application_id, workspace_id, project_id,
           json_agg(json_build_object('id', id, 'group_id', group_id, 'assigned_at', assigned_at, 'assigned_by', assigned_by)
                    ORDER BY group_id IS NOT NULL, assigned_at, id) AS assignments
      FROM given GROUP BY role_id, scope_id, application_id, workspace_id, project_id
  ), involved AS MATERIALIZED (
    SELECT DISTINCT up.descendant_id AS group_id
      FROM reached JOIN group_closure up ON up.tenant_id = $1 AND up.descendant_id = reached.group_id
     WHERE up.ancestor_id IN (SELECT given.group_id FROM given)
  ), graph AS (
    SELECT json_build_object(
      'memberships', (SELECT coalesce(json_agg(group_id), '[]') FROM entered JOIN involved USING (group_id)),
      'nestings', (SELECT coalesce(json_agg(json_build_object('parent_id', n.parent_id, 'child_id', n.child_id)), '[]')
                     FROM involved inner_group
                     JOIN group_nestings n ON n.tenant_id = $1 AND n.child_id = inner_group.group_id
                     JOIN involved outer_group ON outer_group.group_id = n.parent_id),
      'group_names', (SELECT coalesce(json_object_agg(g.id, g.name), '{}')
                        FROM involved JOIN groups g ON g.tenant_id = $1 AND g.id = involved.group_id)) AS graph
  )`;
}

/** The columns of a held role; the groups on the way stand in the first row alone. */
export const HELD_ROW = (held: string): string => `
  ${held}.role_id, r.name AS role_name, r.level, ${held}.scope_id, ${held}.application_id, ${held}.workspace_id,
  ${held}.project_id, r.effective_permissions AS permissions, ${held}.assignments,
  CASE WHEN row_number() OVER (ORDER BY ${held}.role_id, ${held}.scope_id) = 1 THEN (SELECT graph.graph FROM graph) END AS graph`;

/** All of them, a page at a time in the order of the ids of role and scope. */
export function rolesOfUser(tenantId: string, userId: string, level: RoleLevel | undefined): PagedStatement {
  return {
    list: 'user-roles',
    values: [tenantId, userId, ...(level === undefined ? [] : [level])],
    sort: [
      { column: 'role_id', type: 'uuid' },
      { column: 'scope_id', type: 'uuid' },
    ],
    textFor: (marks) =>
      `WITH ${heldBy(level === undefined ? '' : 'AND a.level = $3::text')}, ${pageOf(marks)}
       SELECT total.total_items, page.role_id IS NOT NULL AS is_row, ${HELD_ROW('page')}
         FROM (SELECT count(*)::int AS total_items FROM held) total
         LEFT JOIN page ON true LEFT JOIN roles r ON r.tenant_id = $1 AND r.id = page.role_id
        ORDER BY page.role_id, page.scope_id`,
  };
}

function pageOf({ after, orderBy, limit }: PageMarks): string {
  return `page AS MATERIALIZED (SELECT held.* FROM held ${after} ${orderBy} ${limit})`;
}

/** One assignment that gives a role to a user, or to a group that reaches the user. Moments as PostgreSQL has them in JSON. */
export interface GivenFact {
  readonly id: string;
  readonly group_id: string | null;
  readonly assigned_at: string;
  readonly assigned_by: string;
}

/** The groups from a user up to those that hold a role. */
export interface GroupFacts {
  /** The groups that hold the user directly. */
  readonly memberships: readonly string[];
  readonly nestings: readonly { readonly parent_id: string; readonly child_id: string }[];
  readonly group_names: Readonly<Record<string, string>>;
}

/** A role that a user holds, as statements answer it. */
export interface HeldRoleRow {
  readonly role_id: string;
  readonly role_name: string;
  readonly level: RoleLevel;
  readonly scope_id: string;
  readonly application_id: string | null;
  readonly workspace_id: string | null;
  readonly project_id: string | null;
  readonly permissions: readonly string[];
  readonly assignments: readonly GivenFact[];
  readonly graph: GroupFacts | null;
}
