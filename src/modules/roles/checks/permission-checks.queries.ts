import { plannedOnce, statement } from '../../../persistence/statement.js';
import { heldAssignments } from '../held-assignments.js';
import { HELD_ROW, heldBy, type HeldRoleRow } from '../reading/user-roles.read-model.js';

/** Which of the resources that are asked about the tenant has, with the workspace of each project. By the primary keys. */
const KNOWN = `known AS MATERIALIZED (
  SELECT 'application' AS level, p.id, NULL::uuid AS workspace_id
    FROM applications p WHERE p.tenant_id = $1 AND p.id = ANY ($4::uuid[])
   UNION ALL
  SELECT 'workspace', w.id, NULL FROM workspaces w WHERE w.tenant_id = $1 AND w.id = ANY ($5::uuid[])
   UNION ALL
  SELECT 'project', j.id, j.workspace_id FROM projects j WHERE j.tenant_id = $1 AND j.id = ANY ($6::uuid[])
)`;

/** Assignments in the scopes that matter: the resources, the workspaces of projects, and the organization for its Admin. */
const IN_SCOPES = `AND (a.scope_id = $1
  OR a.scope_id IN (SELECT known.id FROM known UNION SELECT known.workspace_id FROM known))`;

/**
 * The status of a user, and which of the resources the user may do something to; no row where there is no such user. From
 * the user upwards, so that it costs what the user is in, however many members a group has: by users_pkey, the primary
 * keys of the resources, and the indexes of heldAssignments. $3 are the permissions of which a role must hold one.
 * Values: tenant, user, permissions, applications, workspaces, projects.
 */
export const CHECK_PERMISSION = plannedOnce(
  statement(
    'roles.check_permission',
    `WITH ${KNOWN}, ${heldAssignments({ user: '$2', where: IN_SCOPES })}, giving AS MATERIALIZED (
     SELECT DISTINCT held.level, held.scope_id, r.built_in
       FROM held JOIN roles r ON r.tenant_id = $1 AND r.id = held.role_id
      WHERE r.effective_permissions && $3::text[]
   )
   SELECT u.status,
          ARRAY(SELECT known.level || ':' || known.id FROM known
                 WHERE EXISTS (SELECT FROM giving WHERE giving.built_in = 'organization.admin')
                    OR (known.level, known.id) IN (SELECT giving.level, giving.scope_id FROM giving)
                    OR known.workspace_id IN (
                         SELECT giving.scope_id FROM giving WHERE giving.built_in = 'workspace.admin')) AS allowed
     FROM users u WHERE u.tenant_id = $1 AND u.id = $2`,
  ),
);

/**
 * The same with what gives it: one row a role and scope that allows it, or one without a role. The first row carries what
 * the tenant has of the resources, by their names, each with its workspace where it is a project. Same values.
 */
export const EXPLAIN_PERMISSION = plannedOnce(
  statement(
    'roles.explain_permission',
    `WITH ${KNOWN}, ${heldBy(`${IN_SCOPES}
     AND EXISTS (SELECT FROM roles g WHERE g.tenant_id = $1 AND g.id = a.role_id AND g.effective_permissions && $3::text[])`)}
   SELECT u.status, r.built_in, ${HELD_ROW('held')},
          CASE WHEN row_number() OVER (ORDER BY held.role_id, held.scope_id) = 1
               THEN (SELECT coalesce(json_object_agg(known.level || ':' || known.id, known.workspace_id), '{}') FROM known)
               END AS known
     FROM users u
     LEFT JOIN held ON true
     LEFT JOIN roles r ON r.tenant_id = $1 AND r.id = held.role_id
    WHERE u.tenant_id = $1 AND u.id = $2
    ORDER BY held.role_id, held.scope_id`,
  ),
);

/** A row of EXPLAIN_PERMISSION. */
export type ExplainedRow = {
  readonly status: 'active' | 'suspended';
  readonly built_in: string | null;
  readonly known: Readonly<Record<string, string | null>> | null;
} & (HeldRoleRow | { readonly role_id: null; readonly graph: null });
