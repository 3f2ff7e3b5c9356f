import { statement } from '../../persistence/statement.js';

const ROW = `a.application_id, p.name AS application_name, p.client_id AS application_client_id, a.assigned_at`;

/**
 * The assignments of a user, direct and (where $3) through every group that holds the user, one row an assignment; a
 * row of nulls where there is none, no row where there is no such user.
 * By users_pkey, group_members_user, group_closure_up, assignments_group. Values: tenant, user, with groups.
 */
export const APPLICATIONS_OF_USER = statement(
  'assignments.applications_of_user',
  `SELECT rows.* FROM users u LEFT JOIN LATERAL (
     SELECT ${ROW}, 'direct' AS assignment_type, NULL::uuid AS assigned_via, a.id
       FROM assignments a JOIN applications p ON p.tenant_id = $1 AND p.id = a.application_id
      WHERE a.tenant_id = $1 AND a.user_id = $2
      UNION ALL
     SELECT ${ROW}, 'group', a.group_id, a.id
       FROM assignments a JOIN applications p ON p.tenant_id = $1 AND p.id = a.application_id
      WHERE $3 AND a.tenant_id = $1 AND a.group_id IN (
              SELECT c.ancestor_id
                FROM group_members m JOIN group_closure c ON c.tenant_id = $1 AND c.descendant_id = m.group_id
               WHERE m.tenant_id = $1 AND m.user_id = $2)
   ) rows ON true
   WHERE u.tenant_id = $1 AND u.id = $2
   ORDER BY rows.assigned_at, rows.id`,
);

/** The assignments of a group itself; rows as above. By assignments_group. Values: tenant, group. */
export const APPLICATIONS_OF_GROUP = statement(
  'assignments.applications_of_group',
  `SELECT rows.* FROM groups g LEFT JOIN LATERAL (
     SELECT ${ROW}, 'group' AS assignment_type, a.group_id AS assigned_via, a.id
       FROM assignments a JOIN applications p ON p.tenant_id = $1 AND p.id = a.application_id
      WHERE a.tenant_id = $1 AND a.group_id = $2
   ) rows ON true
   WHERE g.tenant_id = $1 AND g.id = $2
   ORDER BY rows.assigned_at, rows.id`,
);

/** Who is assigned to an application itself, by assigned_at; no row where there is no such application. Values: tenant, application. */
export const ASSIGNEES = statement(
  'assignments.assignees',
  `SELECT coalesce((SELECT json_agg(a.user_id ORDER BY a.assigned_at, a.id) FROM assignments a
                     WHERE a.tenant_id = $1 AND a.application_id = $2 AND a.user_id IS NOT NULL), '[]') AS users,
          coalesce((SELECT json_agg(a.group_id ORDER BY a.assigned_at, a.id) FROM assignments a
                     WHERE a.tenant_id = $1 AND a.application_id = $2 AND a.group_id IS NOT NULL), '[]') AS groups
     FROM applications p WHERE p.tenant_id = $1 AND p.id = $2`,
);
