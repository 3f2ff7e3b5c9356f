import { filteredList, type ListRequest } from '../../../persistence/filter/filtered-list.js';
import type { SqlCatalogue } from '../../../persistence/filter/sql-attribute.js';
import type { ListQuery } from '../../../persistence/paged-list.js';
import { HOLDER_COLUMN, type HolderKind } from '../assigning/holder.js';

const TYPE = `(CASE WHEN a.user_id IS NOT NULL THEN 'user' WHEN a.group_id IS NOT NULL THEN 'group' ELSE 'application' END)`;
const HOLDER = `coalesce(a.user_id, a.group_id, a.holder_application_id)`;
const SELECT = `a.id, a.role_id, ${TYPE} AS holder_type, ${HOLDER} AS holder_id, a.assigned_at, a.assigned_by`;

/** What the holders of a role are filtered and sorted by, over `role_assignments a`; all of those of the role are looked at. */
export const ROLE_ASSIGNMENT_FILTER: SqlCatalogue = {
  id: { type: 'reference', sql: 'a.id', fast: true, sort: { sql: 'a.id', type: 'uuid' } },
  holder_type: { type: 'string', sql: TYPE, sort: { sql: `${TYPE} COLLATE "C"`, type: 'text' } },
  holder_id: { type: 'reference', sql: HOLDER, sort: { sql: HOLDER, type: 'uuid' } },
  assigned_at: { type: 'dateTime', sql: 'a.assigned_at', sort: { sql: 'a.assigned_at', type: 'timestamptz' } },
  assigned_by: { type: 'string', exact: true, sql: 'a.assigned_by' },
};

/** Who holds a role itself, in the order of the assignments' ids where no other is asked for. By role_assignments_of_role. */
export function assignmentsOfRole(
  tenantId: string,
  roleId: string,
  { holder_type: kind, ...asked }: ListRequest & { readonly holder_type?: HolderKind | undefined },
): ListQuery {
  const only = kind === undefined ? '' : `AND a.${HOLDER_COLUMN[kind]} IS NOT NULL`;
  const parts = {
    catalogue: ROLE_ASSIGNMENT_FILTER,
    values: [tenantId, roleId],
    from: `FROM role_assignments a WHERE a.tenant_id = $1 AND a.role_id = $2 ${only}`,
    sort: [{ column: 'id', type: 'uuid' }],
  } as const;
  const filtered = filteredList(parts, asked);
  return { list: `role-assignments ${kind ?? ''}`, select: [SELECT, ...filtered.also].join(', '), ...filtered };
}
