import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { TenantScope } from '../../../kernel/scope.js';
import { Answer, bare } from '../../../http/answers.js';
import { ReadingPost } from '../../../http/posts.js';
import { Route } from '../../../http/openapi/route.decorator.js';
import { Body, Query } from '../../../http/request-parts.js';
import { CurrentScope } from '../../../security/current-scope.js';
import { RequiresOneOf } from '../../../security/decorators.js';
import { AboutApplications } from '../../../security/named-applications.js';
import { AssignmentSearch, EntitlementAssignmentQuery } from '../dto/assignment-search.requests.js';
import { EntitlementAssignmentPage } from '../dto/assignment.responses.js';
import { ENTITLEMENT_READERS, applicationInBody } from '../entitlement-scopes.js';
import { AssignmentSearchService } from './assignment-search.service.js';

/** Contract 4. */
@ApiTags('Entitlements')
@Controller('v1.0/entitlements/assignments')
export class AssignmentSearchController {
  constructor(private readonly assignments: AssignmentSearchService) {}

  @ReadingPost('search')
  @RequiresOneOf(...ENTITLEMENT_READERS)
  @AboutApplications(applicationInBody)
  @Route({
    summary: 'Search who holds which entitlement',
    description:
      'Assignments to users and groups; what applications hold is not listed. All filters of query and body combine with AND: `{}` finds all, and what contradicts itself finds none. With `effective=true` each active user whom an assignment reaches, itself or through groups nested to any depth, is a row: one for a user and an entitlement, with the groups on the way.',
    bare: EntitlementAssignmentPage,
  })
  async searchEntitlementAssignments(
    @CurrentScope() scope: TenantScope,
    @Query() query: EntitlementAssignmentQuery,
    @Body() filter: AssignmentSearch,
  ): Promise<Answer> {
    return bare(await this.assignments.search(scope, query, filter));
  }
}
