import type { PageMarks, PagedStatement } from '../../../persistence/paged-list.js';
import { holdsNow } from '../../users/index.js';
import { factsOf } from '../explanation/access-facts.queries.js';

/**
 * The applications that a user may use now, each once, with the exact number of all, a page at a time in the order of
 * their ids; nothing for a suspended user or in a suspended tenant, and no disabled application. A direct assignment
 * wins, else the group that was assigned first. Each row of the page carries its facts, so that rows and paths are of
 * one moment. Values: tenant, user.
 */
export function userAccess(tenantId: string, userId: string): PagedStatement {
  return {
    list: 'user-access',
    values: [tenantId, userId],
    sort: [{ column: 'application_id', type: 'uuid' }],
    textFor: (marks) => `WITH ${USABLE}, ${pageOf(marks)} ${EXPLAINED}`,
  };
}

/** From the user upwards: by users_pkey, group_members_user, group_closure_up, assignments_user and assignments_group. */
const USABLE = `
  open AS MATERIALIZED (
    SELECT u.id FROM users u JOIN tenants t ON t.id = $1 AND t.status = 'active'
     WHERE u.tenant_id = $1 AND u.id = $2 AND u.status = 'active'
  ), reached AS MATERIALIZED (
    SELECT DISTINCT up.ancestor_id AS group_id
      FROM open
      JOIN memberships m ON m.tenant_id = $1 AND m.user_id = open.id AND ${holdsNow('m')}
      JOIN group_closure up ON up.tenant_id = $1 AND up.descendant_id = m.group_id
  ), given AS MATERIALIZED (
    SELECT a.application_id, a.group_id, a.assigned_at, a.id
      FROM open JOIN assignments a ON a.tenant_id = $1 AND a.user_id = open.id AND ${holdsNow('a')}
     UNION ALL
    SELECT a.application_id, a.group_id, a.assigned_at, a.id
      FROM reached JOIN assignments a ON a.tenant_id = $1 AND a.group_id = reached.group_id AND ${holdsNow('a')}
  ), usable AS MATERIALIZED (
    SELECT DISTINCT ON (given.application_id) given.application_id, p.name AS application_name,
           p.client_id AS application_client_id, given.group_id AS assigned_via
      FROM given JOIN applications p ON p.tenant_id = $1 AND p.id = given.application_id AND p.status = 'active'
     ORDER BY given.application_id, given.group_id IS NOT NULL, given.assigned_at, given.id
  ), total AS (SELECT count(*)::int AS total_items FROM usable)`;

function pageOf({ after, orderBy, limit }: PageMarks): string {
  return `page AS MATERIALIZED (SELECT usable.* FROM usable ${after} ${orderBy} ${limit})`;
}

const EXPLAINED = `
  SELECT total.total_items, page.application_id IS NOT NULL AS is_row, page.application_id, page.application_name,
         page.application_client_id, page.assigned_via, found.facts
    FROM total
    LEFT JOIN page ON true
    LEFT JOIN LATERAL ${factsOf('$2', 'page.application_id')} found ON page.application_id IS NOT NULL
   ORDER BY page.application_id`;
