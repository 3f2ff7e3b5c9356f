import type { ListQuery } from '../../../persistence/paginator.js';
import { HOLDER_COLUMN, type HolderKind } from '../assigning/holder.js';

const SELECT = `a.id, a.role_id,
  CASE WHEN a.user_id IS NOT NULL THEN 'user' WHEN a.group_id IS NOT NULL THEN 'group' ELSE 'application' END AS holder_type,
  coalesce(a.user_id, a.group_id, a.holder_application_id) AS holder_id, a.assigned_at, a.assigned_by`;

/** Who holds a role itself, in the order of the assignments' ids. By role_assignments_of_role. */
export function assignmentsOfRole(tenantId: string, roleId: string, kind: HolderKind | undefined): ListQuery {
  const only = kind === undefined ? '' : `AND a.${HOLDER_COLUMN[kind]} IS NOT NULL`;
  return {
    list: `role-assignments ${kind ?? ''}`,
    values: [tenantId, roleId],
    select: SELECT,
    from: `FROM role_assignments a WHERE a.tenant_id = $1 AND a.role_id = $2 ${only}`,
    sort: [{ column: 'id', type: 'uuid' }],
  };
}
