import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { TenantScope } from '../../kernel/scope.js';
import { Answer, answer } from '../../http/answers.js';
import { Route } from '../../http/openapi/route.decorator.js';
import { PathId } from '../../http/path-id.js';
import { CurrentScope } from '../../security/current-scope.js';
import { Requires } from '../../security/decorators.js';
import { AssignedApplicationsService } from './assigned-applications.service.js';
import { ApplicationAssigneesResponse } from './dto/assignment.responses.js';

@ApiTags('Assignments')
@Controller('api/v1/tenants/:tenant_id/applications/:application_id/assignees')
export class AssigneesController {
  constructor(private readonly assigned: AssignedApplicationsService) {}

  @Get()
  @Requires('assignments:read')
  @Route({ summary: 'Users and groups assigned to the application directly', data: ApplicationAssigneesResponse })
  async getApplicationAssignees(
    @CurrentScope() scope: TenantScope,
    @PathId('application_id') applicationId: string,
  ): Promise<Answer> {
    return answer(await this.assigned.assignees(scope, applicationId));
  }
}
