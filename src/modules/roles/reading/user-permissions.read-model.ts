import type { PagedStatement } from '../../../persistence/paged-list.js';
import { heldBy, type GivenFact, type GroupFacts } from './user-roles.read-model.js';

/** Most roles that are named of each permission. */
const MOST_ROLES = 10;

/** Each permission of each role that the user holds. */
const EACH = `held JOIN roles r ON r.tenant_id = $1 AND r.id = held.role_id
       CROSS JOIN LATERAL unnest(r.effective_permissions) WITH ORDINALITY p(permission, place)`;

/**
 * What a user may do in an application, a page at a time in the order of the permissions' texts; each with how many roles
 * give it and the first of them, by id. The first row carries all roles that the page names, and the groups on the way to
 * them. However many roles and permissions there are, the answer has room for `MOST_ROLES` a permission. IS TRUE has those of
 * the page found by hashing: the planner, which knows no sizes here, would compare each with each.
 */
export function permissionsOfUser(tenantId: string, userId: string, applicationId: string): PagedStatement {
  return {
    list: 'user-permissions',
    values: [tenantId, userId, applicationId],
    sort: [{ column: 'permission', type: 'text' }],
    textFor: ({ after, orderBy, limit }) => `
      WITH ${heldBy(`AND a.scope_id = $3 AND a.level = 'application'`)}, given_permission AS MATERIALIZED (
        SELECT p.permission COLLATE "C" AS permission, count(*)::int AS roles_total FROM ${EACH} GROUP BY 1
      ), page AS MATERIALIZED (
        SELECT permission, roles_total FROM given_permission ${after} ${orderBy} ${limit}
      ), named AS MATERIALIZED (
        SELECT turns.permission, turns.role_id, turns.place
          FROM (SELECT p.permission COLLATE "C" AS permission, held.role_id, p.place,
                       row_number() OVER (PARTITION BY p.permission ORDER BY held.role_id) AS turn
                  FROM ${EACH}
                 WHERE (p.permission IN (SELECT page.permission FROM page)) IS TRUE) turns
         WHERE turns.turn <= ${MOST_ROLES}
      ), shown AS (
        SELECT json_agg(json_build_object('role_id', held.role_id, 'role_name', r.name, 'assignments', held.assignments)
                        ORDER BY held.role_id) AS roles
          FROM held JOIN roles r ON r.tenant_id = $1 AND r.id = held.role_id
         WHERE (held.role_id IN (SELECT named.role_id FROM named)) IS TRUE
      )
      SELECT total.total_items, page.permission IS NOT NULL AS is_row, page.permission, page.roles_total, by.roles AS given_by,
             CASE WHEN row_number() OVER (ORDER BY page.permission) = 1 THEN (SELECT shown.roles FROM shown) END AS roles,
             CASE WHEN row_number() OVER (ORDER BY page.permission) = 1 THEN (SELECT graph.graph FROM graph) END AS graph
        FROM (SELECT count(*)::int AS total_items FROM given_permission) total
        LEFT JOIN page ON true
        LEFT JOIN (SELECT named.permission, json_agg(json_build_object('role_id', role_id, 'place', place) ORDER BY role_id) AS roles
                     FROM named GROUP BY named.permission) by ON by.permission = page.permission
       ORDER BY page.permission`,
  };
}

/** A row of a page. */
export interface GivenPermissionRow {
  readonly permission: string;
  readonly roles_total: number;
  /** The first roles that give it, each with the place that it has among what the role gives. */
  readonly given_by: readonly { readonly role_id: string; readonly place: number }[];
  readonly roles: readonly NamedRole[] | null;
  readonly graph: GroupFacts | null;
}

/** A role that a page names. */
interface NamedRole {
  readonly role_id: string;
  readonly role_name: string;
  readonly assignments: readonly GivenFact[];
}
