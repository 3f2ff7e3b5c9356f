import type { ValidityState } from '../../kernel/validity.js';
import { plannedOnce, statement, type Statement } from '../../persistence/statement.js';
import { holdsNow, stateOf } from '../users/index.js';
import type { Assignee } from './assignee.js';

const ROW = `a.application_id, p.name AS application_name, p.client_id AS application_client_id, a.assigned_at`;

/**
 * The assignments that a user has now, direct and (where $3) through every group that holds the user, one row an assignment; a
 * row of nulls where there is none, no row where there is no such user.
 * By users_pkey, group_members_user, group_closure_up, assignments_group. Values: tenant, user, with groups.
 */
export const APPLICATIONS_OF_USER = plannedOnce(
  statement(
    'assignments.applications_of_user',
    `SELECT rows.* FROM users u LEFT JOIN LATERAL (
     SELECT ${ROW}, 'direct' AS assignment_type, NULL::uuid AS assigned_via, a.id
       FROM assignments a JOIN applications p ON p.tenant_id = $1 AND p.id = a.application_id
      WHERE a.tenant_id = $1 AND a.user_id = $2 AND ${holdsNow('a')}
      UNION ALL
     SELECT ${ROW}, 'group', a.group_id, a.id
       FROM assignments a JOIN applications p ON p.tenant_id = $1 AND p.id = a.application_id
      WHERE $3 AND a.tenant_id = $1 AND ${holdsNow('a')} AND a.group_id IN (
              SELECT c.ancestor_id
                FROM memberships m JOIN group_closure c ON c.tenant_id = $1 AND c.descendant_id = m.group_id
               WHERE m.tenant_id = $1 AND m.user_id = $2 AND ${holdsNow('m')})
   ) rows ON true
   WHERE u.tenant_id = $1 AND u.id = $2
   ORDER BY rows.assigned_at, rows.id`,
  ),
);

/** The assignments that a group itself has now; rows as above. By assignments_group. Values: tenant, group. */
export const APPLICATIONS_OF_GROUP = statement(
  'assignments.applications_of_group',
  `SELECT rows.* FROM groups g LEFT JOIN LATERAL (
     SELECT ${ROW}, 'group' AS assignment_type, a.group_id AS assigned_via, a.id
       FROM assignments a JOIN applications p ON p.tenant_id = $1 AND p.id = a.application_id
      WHERE a.tenant_id = $1 AND a.group_id = $2 AND ${holdsNow('a')}
   ) rows ON true
   WHERE g.tenant_id = $1 AND g.id = $2
   ORDER BY rows.assigned_at, rows.id`,
);

/** Who is assigned to an application itself now, by assigned_at; no row where there is no such application. Values: tenant, application. */
export const ASSIGNEES = statement(
  'assignments.assignees',
  `SELECT coalesce((SELECT json_agg(a.user_id ORDER BY a.assigned_at, a.id) FROM assignments a
                     WHERE a.tenant_id = $1 AND a.application_id = $2 AND a.user_id IS NOT NULL AND ${holdsNow('a')}), '[]') AS users,
          coalesce((SELECT json_agg(a.group_id ORDER BY a.assigned_at, a.id) FROM assignments a
                     WHERE a.tenant_id = $1 AND a.application_id = $2 AND a.group_id IS NOT NULL AND ${holdsNow('a')}), '[]') AS groups
     FROM applications p WHERE p.tenant_id = $1 AND p.id = $2`,
);

function readStatement(kind: Assignee['kind']): Statement {
  return statement(
    `assignments.read_of_${kind}`,
    `SELECT id, application_id, assigned_at, assigned_by, valid_from, valid_until FROM assignments
      WHERE tenant_id = $1 AND ${kind}_id = $2 AND application_id = $3`,
  );
}

/** One assignment, whether it holds now or not, by the kind of assignee. Values: tenant, assignee, application. */
export const READ = { user: readStatement('user'), group: readStatement('group') } as const;

/** The rows of the list of all assignments of an application. */
export const ASSIGNMENT_SELECT = `a.id, a.application_id, a.user_id, a.group_id, a.assigned_at, a.assigned_by,
   CASE WHEN a.user_id IS NULL THEN 'group' ELSE 'direct' END AS assignment_type,
   a.valid_from, a.valid_until, ${stateOf('a')} AS state`;

/** What the list of all assignments of an application can be narrowed to. */
export interface AssignmentFilter {
  readonly state?: ValidityState | undefined;
  readonly assignment_type?: 'direct' | 'group' | undefined;
}

/** By assignments_application; only filters that are asked for are in the text, so that counting all needs no table. */
export function assignmentsOfApplication(
  tenantId: string,
  applicationId: string,
  { state, assignment_type: type }: AssignmentFilter,
): { from: string; values: string[] } {
  const values = [tenantId, applicationId];
  const clauses = ['a.tenant_id = $1', 'a.application_id = $2'];
  if (state !== undefined) clauses.push(`${stateOf('a')} = $${values.push(state)}::text`);
  if (type !== undefined) clauses.push(`(a.user_id IS NOT NULL) = ($${values.push(type)}::text = 'direct')`);
  return { from: `FROM assignments a WHERE ${clauses.join(' AND ')}`, values };
}
