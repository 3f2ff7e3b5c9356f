import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { TenantScope } from '../../kernel/scope.js';
import { Answer, answer, paged } from '../../http/answers.js';
import { IdempotentPost } from '../../http/posts.js';
import { pathId } from '../../http/dry-run/reach.js';
import { Route } from '../../http/openapi/route.decorator.js';
import { PathId } from '../../http/path-id.js';
import { Body, Query } from '../../http/request-parts.js';
import { CurrentScope } from '../../security/current-scope.js';
import { Requires } from '../../security/decorators.js';
import { AssignedApplicationsService } from './assigned-applications.service.js';
import { BulkAssignmentsService } from './bulk/bulk-assignments.service.js';
import { AssignmentOperations } from './bulk/bulk.requests.js';
import { OperationResults } from './bulk/bulk.responses.js';
import { ApplicationAssignmentsQuery } from './dto/assignment.requests.js';
import { ApplicationAssignmentResponse } from './dto/assignment.responses.js';

@ApiTags('Assignments')
@Controller('api/v1/tenants/:tenant_id/applications/:application_id/assignments')
export class ApplicationAssignmentsController {
  constructor(
    private readonly assigned: AssignedApplicationsService,
    private readonly bulk: BulkAssignmentsService,
  ) {}

  @Get()
  @Requires('assignments:read')
  @Route({
    summary: 'List all assignments of the application, to users and to groups',
    description: 'Also those that hold later, or have held; `state` says which.',
    page: ApplicationAssignmentResponse,
  })
  async listApplicationAssignments(
    @CurrentScope() scope: TenantScope,
    @PathId('application_id') applicationId: string,
    @Query() query: ApplicationAssignmentsQuery,
  ): Promise<Answer> {
    return paged(await this.assigned.ofApplication(scope, applicationId, query, query.toPageRequest()));
  }

  @IdempotentPost('bulk')
  @Requires('assignments:write')
  @Route({
    summary: 'Assign the application to many users and groups, and take it from many, in one transaction',
    description:
      'Removals are done first. With `atomic` (the default) an operation that fails refuses the whole call: 422 with an issue for each, and nothing is done. Without it, a dry run names those that would fail.',
    data: OperationResults,
    dryRun: (request) => ({ applications: pathId(request, 'application_id') }),
  })
  async bulkChangeApplicationAssignments(
    @CurrentScope() scope: TenantScope,
    @PathId('application_id') applicationId: string,
    @Body() body: AssignmentOperations,
  ): Promise<Answer> {
    return answer(await this.bulk.run(scope, applicationId, body));
  }
}
