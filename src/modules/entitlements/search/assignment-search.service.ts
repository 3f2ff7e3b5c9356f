import { Injectable } from '@nestjs/common';
import type { TenantScope } from '../../../kernel/scope.js';
import { DatabaseDoors } from '../../../persistence/database-doors.js';
import type { EntitlementAssignmentQuery, EntitlementFilter } from '../dto/assignment-search.requests.js';
import type { EntitlementAssignment, EntitlementAssignmentPage } from '../dto/assignment.responses.js';
import { assignmentsFound, type AssignmentRow } from './assignment-search.read-model.js';

/** Who holds which entitlement of the tenant's applications. */
@Injectable()
export class AssignmentSearchService {
  constructor(private readonly doors: DatabaseDoors) {}

  /** One page of the assignments that all filters leave, with their exact number. */
  async search(
    scope: TenantScope,
    query: EntitlementAssignmentQuery,
    filter: EntitlementFilter,
  ): Promise<EntitlementAssignmentPage> {
    const { page, perPage } = query.toPage();
    const list = assignmentsFound(scope.tenantId, query, filter);
    const found = await this.doors.paginator.rows<AssignmentRow>(scope, list, { page, perPage });
    return { count: found.totalItems, page, limit: perPage, resources: found.items.map(entitlementAssignment) };
  }
}

/** An assignment as contract 4 shows it. */
function entitlementAssignment(row: AssignmentRow): EntitlementAssignment {
  return {
    code: row.id,
    type: row.is_dynamic ? 'DYNAMIC_GROUP' : row.user_id === null ? 'GROUP' : 'USER',
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
