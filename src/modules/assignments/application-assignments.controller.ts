import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { TenantScope } from '../../kernel/scope.js';
import { Answer, paged } from '../../http/answers.js';
import { Route } from '../../http/openapi/route.decorator.js';
import { PathId } from '../../http/path-id.js';
import { CurrentScope } from '../../security/current-scope.js';
import { Requires } from '../../security/decorators.js';
import { AssignedApplicationsService } from './assigned-applications.service.js';
import { ApplicationAssignmentsQuery } from './dto/assignment.requests.js';
import { ApplicationAssignmentResponse } from './dto/assignment.responses.js';

@ApiTags('Assignments')
@Controller('api/v1/tenants/:tenant_id/applications/:application_id/assignments')
export class ApplicationAssignmentsController {
  constructor(private readonly assigned: AssignedApplicationsService) {}

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
}
