import { Controller, Delete, Get, Patch, Put } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { TenantScope } from '../../kernel/scope.js';
import { validityOf } from '../../kernel/validity.js';
import { Answer, answer, created, put } from '../../http/answers.js';
import { IdempotentPost } from '../../http/posts.js';
import { Route } from '../../http/openapi/route.decorator.js';
import { PathId } from '../../http/path-id.js';
import { CurrentScope } from '../../security/current-scope.js';
import { Requires } from '../../security/decorators.js';
import { AboutApplications } from '../../security/named-applications.js';
import { bodyIds } from '../../http/dry-run/reach.js';
import { Body } from '../../http/request-parts.js';
import { AssignedApplicationsService } from './assigned-applications.service.js';
import { group } from './assignee.js';
import { reachOf } from './assignment-reach.js';
import { AssignmentsService } from './assignments.service.js';
import { AssignmentCreate, AssignmentPut, AssignmentUpdate, BulkAssignmentCreate } from './dto/assignment.requests.js';
import { AppAssignmentResponse, AssignmentResponse, BulkAssignmentResponse } from './dto/assignment.responses.js';

@ApiTags('Assignments')
@Controller('api/v1/tenants/:tenant_id/groups/:group_id/applications')
export class GroupAssignmentsController {
  constructor(
    private readonly assignments: AssignmentsService,
    private readonly assigned: AssignedApplicationsService,
  ) {}

  @Get()
  @Requires('assignments:read')
  @Route({
    summary: 'Applications assigned to the group (not paginated)',
    description:
      'Those assigned to the group itself, by assigned_at; what its members also get through groups around it is left out.',
    data: [AppAssignmentResponse],
  })
  async getGroupApplications(@CurrentScope() scope: TenantScope, @PathId('group_id') groupId: string): Promise<Answer> {
    return answer(await this.assigned.ofGroup(scope, groupId));
  }

  @IdempotentPost()
  @Requires('assignments:write')
  @AboutApplications((request) => bodyIds(request, 'application_id'))
  @Route({
    summary: 'Assign an application to the group',
    dryRun: reachOf('group'),
    status: 201,
    data: AssignmentResponse,
    dict: true,
    refusals: { 409: 'It is already assigned to the group.' },
  })
  async assignApplicationToGroup(
    @CurrentScope() scope: TenantScope,
    @PathId('group_id') groupId: string,
    @Body() body: AssignmentCreate,
  ): Promise<Answer> {
    const assignment = await this.assignments.assign(scope, group(groupId), body.application_id, validityOf(body));
    return created(assignment, { createdAs: body.application_id });
  }

  @IdempotentPost('bulk')
  @Requires('assignments:write')
  @AboutApplications((request) => bodyIds(request, 'application_ids'))
  @Route({
    summary: 'Assign several applications to the group at once, all or none',
    dryRun: reachOf('group'),
    status: 201,
    data: BulkAssignmentResponse,
    dict: true,
  })
  async bulkAssignApplicationsToGroup(
    @CurrentScope() scope: TenantScope,
    @PathId('group_id') groupId: string,
    @Body() body: BulkAssignmentCreate,
  ): Promise<Answer> {
    const { application_ids: ids } = body;
    return answer(await this.assignments.assignMany(scope, group(groupId), ids, validityOf(body)));
  }

  @Put(':application_id')
  @Requires('assignments:write')
  @Route({
    summary: 'Assign an application to the group, idempotently',
    dryRun: reachOf('group'),
    description:
      '201 where it was not assigned, or is no more; 200 where it is. With a body the assignment then has exactly its bounds.',
    data: AssignmentResponse,
    alsoCreates: true,
  })
  @ApiBody({ type: AssignmentPut, required: false })
  async putGroupAssignment(
    @CurrentScope() scope: TenantScope,
    @PathId('group_id') groupId: string,
    @PathId('application_id') applicationId: string,
    @Body() body?: AssignmentPut,
  ): Promise<Answer> {
    const validity = body && validityOf(body);
    const { assignment, isNew } = await this.assignments.put(scope, group(groupId), applicationId, validity);
    return put(assignment, isNew);
  }

  @Get(':application_id')
  @Requires('assignments:read')
  @Route({
    summary: "Read the group's assignment of an application",
    description: 'Also where it holds later, or has held.',
    data: AssignmentResponse,
  })
  async getGroupAssignment(
    @CurrentScope() scope: TenantScope,
    @PathId('group_id') groupId: string,
    @PathId('application_id') applicationId: string,
  ): Promise<Answer> {
    return answer(await this.assigned.one(scope, group(groupId), applicationId));
  }

  @Patch(':application_id')
  @Requires('assignments:write')
  @Route({
    summary: "Change from when until when the group's assignment holds",
    dryRun: reachOf('group'),
    description: 'A JSON merge patch (RFC 7396): what is left out stays, null takes a bound away.',
    data: AssignmentResponse,
  })
  async updateGroupAssignment(
    @CurrentScope() scope: TenantScope,
    @PathId('group_id') groupId: string,
    @PathId('application_id') applicationId: string,
    @Body() body: AssignmentUpdate,
  ): Promise<Answer> {
    return answer(await this.assignments.change(scope, group(groupId), applicationId, body));
  }

  @Delete(':application_id')
  @Requires('assignments:write')
  @Route({ summary: "Remove the group's assignment", dryRun: reachOf('group') })
  async unassignApplicationFromGroup(
    @CurrentScope() scope: TenantScope,
    @PathId('group_id') groupId: string,
    @PathId('application_id') applicationId: string,
  ): Promise<void> {
    await this.assignments.unassign(scope, group(groupId), applicationId);
  }
}
