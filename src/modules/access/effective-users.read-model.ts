import type { PageMarks, PagedStatement } from '../../persistence/paginator.js';

/**
 * The active users who may use an application, each once, with the exact number of all, a page at a time in the order
 * of their ids; nobody may use a disabled application, or any of a suspended tenant. Only the users of the page are explained: a direct assignment
 * wins, else the group that was assigned first. Values: tenant, application.
 */
export function effectiveUsers(tenantId: string, applicationId: string): PagedStatement {
  return {
    list: 'effective-users',
    values: [tenantId, applicationId],
    sort: [{ column: 'user_id', type: 'uuid' }],
    textFor: (marks) => `
      WITH ${GIVEN}, ${TOTAL}, ${pageOf(marks)}
      ${EXPLAINED}`,
  };
}

/** Whether a user is active, by the small index users_suspended: the few are taken away, the many are not looked up. */
function isActive(userId: string): string {
  return `NOT EXISTS (SELECT FROM users s WHERE s.tenant_id = $1 AND s.id = ${userId} AND s.status <> 'active')`;
}

/** The assigned groups, and all groups inside of them. By assignments_application_group_key and group_closure_pkey. */
const GIVEN = `
  open AS MATERIALIZED (
    SELECT FROM applications p JOIN tenants t ON t.id = $1 AND t.status = 'active'
     WHERE p.tenant_id = $1 AND p.id = $2 AND p.status = 'active'
  ), given AS MATERIALIZED (
    SELECT id, group_id, assigned_at FROM assignments
     WHERE tenant_id = $1 AND application_id = $2 AND group_id IS NOT NULL AND EXISTS (SELECT FROM open)
  ), inside AS MATERIALIZED (
    SELECT DISTINCT c.descendant_id AS group_id
      FROM given JOIN group_closure c ON c.tenant_id = $1 AND c.ancestor_id = given.group_id
  )`;

const DIRECT = `
  SELECT a.user_id FROM assignments a
   WHERE a.tenant_id = $1 AND a.application_id = $2 AND a.user_id IS NOT NULL AND EXISTS (SELECT FROM open)`;

/** Counted by sorting ids; by assignments_application_user_key and group_members_pkey, both without their tables. */
const TOTAL = `
  total AS (
    SELECT count(DISTINCT holder.user_id)::int AS total_items
      FROM (${DIRECT}
            UNION ALL
            SELECT m.user_id
              FROM inside JOIN group_members m ON m.tenant_id = $1 AND m.group_id = inside.group_id) holder
     WHERE ${isActive('holder.user_id')}
  )`;

/** The page from the next few of each source, which the same two indexes hold in the order of the page. */
function pageOf({ after, orderBy, reach, limit }: PageMarks): string {
  return `
  page AS MATERIALIZED (
    SELECT user_id
      FROM ((SELECT user_id FROM (${DIRECT} AND ${isActive('a.user_id')}) direct ${after} ${orderBy} ${reach})
            UNION
            SELECT near.user_id FROM inside CROSS JOIN LATERAL (
              SELECT user_id
                FROM (SELECT m.user_id FROM group_members m
                       WHERE m.tenant_id = $1 AND m.group_id = inside.group_id AND ${isActive('m.user_id')}) member
              ${after} ${orderBy} ${reach}) near) candidate
     ${orderBy} ${limit}
  )`;
}

const EXPLAINED = `
  SELECT total.total_items, page.user_id IS NOT NULL AS is_row, page.user_id, u.user_name, u.email, u.display_name,
         CASE WHEN direct.id IS NULL THEN 'group' ELSE 'direct' END AS assignment_type,
         CASE WHEN direct.id IS NULL THEN via.group_id END AS assigned_via
    FROM total
    LEFT JOIN page ON true
    LEFT JOIN users u ON u.tenant_id = $1 AND u.id = page.user_id
    LEFT JOIN assignments direct
      ON direct.tenant_id = $1 AND direct.application_id = $2 AND direct.user_id = page.user_id
    LEFT JOIN LATERAL (
      SELECT given.group_id
        FROM group_members m
        JOIN group_closure c ON c.tenant_id = $1 AND c.descendant_id = m.group_id
        JOIN given ON given.group_id = c.ancestor_id
       WHERE m.tenant_id = $1 AND m.user_id = page.user_id
       ORDER BY given.assigned_at, given.id LIMIT 1
    ) via ON direct.id IS NULL
   ORDER BY page.user_id`;
