import type { ListQuery } from '../../../persistence/paged-list.js';
import type { EntitlementType } from '../../roles/index.js';
import type { AssigneeType, EntitlementAssignmentQuery, EntitlementFilter } from '../dto/assignment-search.requests.js';
import type { EntitlementAssignment } from '../dto/assignment.responses.js';
import { Conditions } from './filters.js';

const BY_RULE = `EXISTS (SELECT FROM groups g WHERE g.tenant_id = $1 AND g.id = a.group_id AND g.kind = 'dynamic')`;

/** What holds an assignment `a`; groups by rule are told apart by their kind. */
const ASSIGNEES: Readonly<Record<AssigneeType, string>> = {
  USER: 'a.user_id IS NOT NULL',
  GROUP: `a.group_id IS NOT NULL AND NOT ${BY_RULE}`,
  DYNAMIC_GROUP: `a.group_id IS NOT NULL AND ${BY_RULE}`,
};

const VALUES_OF = `FROM assignment_right_values v
       WHERE v.tenant_id = $1 AND v.assignment_id = a.id`;
const VALUES = `ARRAY(SELECT v.value ${VALUES_OF} ORDER BY v.right_name, v.value)`;

/** Columns of AssignmentRow, of an assignment `a` of the role `r`. */
const ROW = `a.id, a.user_id, a.group_id, ${BY_RULE} AS is_dynamic, r.id AS role_id, r.name, r.entitlement_type, r.ext_ref, r.application_id,
  a.assigned_at, a.assigned_by, a.modified_at, a.modified_by, EXISTS (SELECT ${VALUES_OF}) AS has_rights`;

/** The columns of AssignmentRow, with the right values where `withValues`, a condition, holds. */
export const ASSIGNMENT_ROW = (withValues: string): string =>
  `${ROW}, CASE WHEN ${withValues} THEN ${VALUES} END AS right_values`;

export interface AssignmentRow {
  readonly id: string;
  readonly user_id: string | null;
  readonly group_id: string | null;
  /** Whether the group has a rule. */
  readonly is_dynamic: boolean;
  readonly role_id: string;
  readonly name: string;
  readonly entitlement_type: EntitlementType;
  readonly ext_ref: string | null;
  readonly application_id: string;
  readonly assigned_at: Date;
  readonly assigned_by: string;
  readonly modified_at: Date | null;
  readonly modified_by: string | null;
  readonly has_rights: boolean;
  /** Only where they are asked for. */
  readonly right_values?: readonly string[] | null;
}

/** What an assignment was made to. */
export function typeOf({ group_id: groupId, is_dynamic: isDynamic }: AssignmentRow): AssigneeType {
  if (isDynamic) return 'DYNAMIC_GROUP';
  return groupId === null ? 'USER' : 'GROUP';
}

/** An assignment as contract 4 shows it. */
export function entitlementAssignment(row: AssignmentRow): EntitlementAssignment {
  return {
    code: row.id,
    type: typeOf(row),
    user: row.user_id,
    group: row.group_id,
    entitlement: row.role_id,
    entitlementName: row.name,
    entitlementType: row.entitlement_type,
    entitlementSubType: 'regular',
    entitlementExtRef: row.ext_ref,
    application: row.application_id,
    rights: row.has_rights,
    ...(row.right_values ? { rightValues: [...row.right_values] } : {}),
    creationUser: row.assigned_by,
    creationDate: row.assigned_at,
    lastModUser: row.modified_by,
    lastModTime: row.modified_at,
  };
}

/** What the filter says of entitlements `r`, as conditions. */
export function ofEntitlement(conditions: Conditions, filter: EntitlementFilter): Conditions {
  if (filter.subType === 'dynamic') conditions.only('false');
  return conditions
    .code('r.id', filter.code)
    .code('r.application_id', filter.application)
    .equal('r.entitlement_type', filter.type)
    .equal('r.name', filter.name)
    .equal('r.description', filter.description)
    .equal('r.category', filter.category)
    .equal('r.ext_ref', filter.extRef);
}

/**
 * Assignments of roles of applications to users and groups, in the order of their ids. By the narrowest of
 * role_assignments_of_user, role_assignments_of_group and role_assignments_of_role, else role_assignments_pkey.
 */
export function assignmentsFound(
  tenantId: string,
  query: EntitlementAssignmentQuery,
  filter: EntitlementFilter,
): ListQuery {
  const conditions = new Conditions(tenantId).code('a.user_id', query.user).code('a.group_id', query.group);
  ofEntitlement(conditions, filter);
  conditions.only(query.type ? ASSIGNEES[query.type] : '(a.user_id IS NOT NULL OR a.group_id IS NOT NULL)');
  return {
    list: 'entitlement-assignments',
    values: conditions.values,
    select: query.includeRights ? `${ROW}, ${VALUES} AS right_values` : ROW,
    from: `FROM role_assignments a JOIN roles r ON r.tenant_id = $1 AND r.id = a.role_id
            WHERE a.tenant_id = $1 AND a.level = 'application'${conditions.sql}`,
    sort: [{ column: 'id', type: 'uuid' }],
  };
}
