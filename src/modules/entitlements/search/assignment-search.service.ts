import { Injectable } from '@nestjs/common';
import { invalid } from '../../../kernel/domain-error.js';
import type { TenantScope } from '../../../kernel/scope.js';
import { DatabaseDoors } from '../../../persistence/database-doors.js';
import type { AssignmentSearch, EntitlementAssignmentQuery } from '../dto/assignment-search.requests.js';
import type { EntitlementAssignmentPage } from '../dto/assignment.responses.js';
import { EffectiveAssignmentsService } from '../effective/effective-assignments.service.js';
import { assignmentsFound, entitlementAssignment, type AssignmentRow } from './assignment-search.read-model.js';

/** Who holds which entitlement of the tenant's applications. */
@Injectable()
export class AssignmentSearchService {
  constructor(
    private readonly doors: DatabaseDoors,
    private readonly effective: EffectiveAssignmentsService,
  ) {}

  /**
   * One page of the assignments that all filters leave, or with `effective` of the users whom they reach, with the exact
   * number. Errors: 400 `search_too_broad`, and where query and body say different things of `effective`.
   */
  async search(
    scope: TenantScope,
    query: EntitlementAssignmentQuery,
    { effective, ...filter }: AssignmentSearch,
  ): Promise<EntitlementAssignmentPage> {
    if (query.effective !== undefined && effective !== undefined && query.effective !== effective) {
      const said = `effective must be what the query says, which is ${String(query.effective)}; send it once`;
      throw invalid(['body', 'effective'], said, 'contradiction');
    }
    if (query.effective ?? effective) return this.effective.search(scope, query, filter);
    const { page, perPage } = query.toPage();
    const list = assignmentsFound(scope.tenantId, query, filter);
    const found = await this.doors.paginator.rows<AssignmentRow>(scope, list, { page, perPage });
    return { count: found.totalItems, page, limit: perPage, resources: found.items.map(entitlementAssignment) };
  }
}
