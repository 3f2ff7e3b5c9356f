import type { PagedStatement } from '../../persistence/paginator.js';

/**
 * The active users who may use an application, each once, with the exact number of all, a page at a time in the order
 * of their ids; nobody may use a disabled application. Only the users of the page are explained: a direct assignment
 * wins, else the group that was assigned first. Values: tenant, application.
 *
 * By assignments_application_user_key and _group_key, group_closure_pkey, group_members_pkey, users_pkey.
 */
export function effectiveUsers(tenantId: string, applicationId: string): PagedStatement {
  return {
    list: 'effective-users',
    values: [tenantId, applicationId],
    sort: [{ column: 'user_id', type: 'uuid' }],
    textFor: ({ after, orderBy, limit }) => `
      WITH given AS MATERIALIZED (
        SELECT a.id, a.user_id, a.group_id, a.assigned_at
          FROM assignments a
          JOIN applications p ON p.tenant_id = $1 AND p.id = a.application_id AND p.status = 'active'
         WHERE a.tenant_id = $1 AND a.application_id = $2
      ), reached AS MATERIALIZED (
        SELECT holder.user_id
          FROM (SELECT user_id FROM given WHERE user_id IS NOT NULL
                UNION
                SELECT m.user_id
                  FROM (SELECT DISTINCT c.descendant_id
                          FROM given JOIN group_closure c ON c.tenant_id = $1 AND c.ancestor_id = given.group_id) inside
                  JOIN group_members m ON m.tenant_id = $1 AND m.group_id = inside.descendant_id) holder
          JOIN users u ON u.tenant_id = $1 AND u.id = holder.user_id AND u.status = 'active'
      )
      SELECT total.total_items, page.user_id IS NOT NULL AS is_row, page.user_id,
             u.user_name, u.email, u.display_name,
             CASE WHEN direct.user_id IS NULL THEN 'group' ELSE 'direct' END AS assignment_type,
             CASE WHEN direct.user_id IS NULL THEN via.group_id END AS assigned_via
        FROM (SELECT count(*)::int AS total_items FROM reached) total
        LEFT JOIN LATERAL (SELECT user_id FROM reached ${after} ${orderBy} ${limit}) page ON true
        LEFT JOIN users u ON u.tenant_id = $1 AND u.id = page.user_id
        LEFT JOIN given direct ON direct.user_id = page.user_id
        LEFT JOIN LATERAL (
          SELECT given.group_id
            FROM group_members m
            JOIN group_closure c ON c.tenant_id = $1 AND c.descendant_id = m.group_id
            JOIN given ON given.group_id = c.ancestor_id
           WHERE m.tenant_id = $1 AND m.user_id = page.user_id
           ORDER BY given.assigned_at, given.id LIMIT 1
        ) via ON direct.user_id IS NULL
       ORDER BY page.user_id`,
  };
}
