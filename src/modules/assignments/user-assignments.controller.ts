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
import { Body, Query } from '../../http/request-parts.js';
import { AssignedApplicationsService } from './assigned-applications.service.js';
import { user } from './assignee.js';
import { reachOf } from './assignment-reach.js';
import { AssignmentsService } from './assignments.service.js';
import {
  AssignmentCreate,
  AssignmentPut,
  AssignmentUpdate,
  BulkAssignmentCreate,
  UserApplicationsQuery,
} from './dto/assignment.requests.js';
import { AssignmentResponse, BulkAssignmentResponse, UserAssignedAppsResponse } from './dto/assignment.responses.js';

@ApiTags('Assignments')
@Controller('api/v1/tenants/:tenant_id/users/:user_id/applications')
export class UserAssignmentsController {
  constructor(
    private readonly assignments: AssignmentsService,
    private readonly assigned: AssignedApplicationsService,
  ) {}

  @Get()
  @Requires('assignments:read')
  @Route({
    summary: 'Applications assigned to the user, directly and through groups',
    description: 'One row an application and source, by assigned_at.',
    data: UserAssignedAppsResponse,
  })
  async getUserApplications(
    @CurrentScope() scope: TenantScope,
    @PathId('user_id') userId: string,
    @Query() query: UserApplicationsQuery,
  ): Promise<Answer> {
    return answer(await this.assigned.ofUser(scope, userId, query.include_group_assignments ?? true));
  }

  @IdempotentPost()
  @Requires('assignments:write')
  @AboutApplications((request) => bodyIds(request, 'application_id'))
  @Route({
    summary: 'Assign an application to the user',
    dryRun: reachOf('user'),
    status: 201,
    data: AssignmentResponse,
    dict: true,
    refusals: { 409: 'It is already assigned to the user itself.' },
  })
  async assignApplicationToUser(
    @CurrentScope() scope: TenantScope,
    @PathId('user_id') userId: string,
    @Body() body: AssignmentCreate,
  ): Promise<Answer> {
    const assignment = await this.assignments.assign(scope, user(userId), body.application_id, validityOf(body));
    return created(assignment, { createdAs: body.application_id });
  }

  @IdempotentPost('bulk')
  @Requires('assignments:write')
  @AboutApplications((request) => bodyIds(request, 'application_ids'))
  @Route({
    summary: 'Assign several applications to the user at once, all or none',
    dryRun: reachOf('user'),
    status: 201,
    data: BulkAssignmentResponse,
    dict: true,
  })
  async bulkAssignApplicationsToUser(
    @CurrentScope() scope: TenantScope,
    @PathId('user_id') userId: string,
    @Body() body: BulkAssignmentCreate,
  ): Promise<Answer> {
    const { application_ids: ids } = body;
    return answer(await this.assignments.assignMany(scope, user(userId), ids, validityOf(body)));
  }

  @Put(':application_id')
  @Requires('assignments:write')
  @Route({
    summary: 'Assign an application to the user, idempotently',
    dryRun: reachOf('user'),
    description:
      '201 where it was not assigned, or is no more; 200 where it is. With a body the assignment then has exactly its bounds.',
    data: AssignmentResponse,
    alsoCreates: true,
  })
  @ApiBody({ type: AssignmentPut, required: false })
  async putUserAssignment(
    @CurrentScope() scope: TenantScope,
    @PathId('user_id') userId: string,
    @PathId('application_id') applicationId: string,
    @Body() body?: AssignmentPut,
  ): Promise<Answer> {
    const validity = body && validityOf(body);
    const { assignment, isNew } = await this.assignments.put(scope, user(userId), applicationId, validity);
    return put(assignment, isNew);
  }

  @Get(':application_id')
  @Requires('assignments:read')
  @Route({
    summary: "Read the user's own assignment of an application",
    description: 'Also where it holds later, or has held.',
    data: AssignmentResponse,
  })
  async getUserAssignment(
    @CurrentScope() scope: TenantScope,
    @PathId('user_id') userId: string,
    @PathId('application_id') applicationId: string,
  ): Promise<Answer> {
    return answer(await this.assigned.one(scope, user(userId), applicationId));
  }

  @Patch(':application_id')
  @Requires('assignments:write')
  @Route({
    summary: "Change from when until when the user's assignment holds",
    dryRun: reachOf('user'),
    description: 'A JSON merge patch (RFC 7396): what is left out stays, null takes a bound away.',
    data: AssignmentResponse,
  })
  async updateUserAssignment(
    @CurrentScope() scope: TenantScope,
    @PathId('user_id') userId: string,
    @PathId('application_id') applicationId: string,
    @Body() body: AssignmentUpdate,
  ): Promise<Answer> {
    return answer(await this.assignments.change(scope, user(userId), applicationId, body));
  }

  @Delete(':application_id')
  @Requires('assignments:write')
  @Route({ summary: "Remove the user's direct assignment", dryRun: reachOf('user') })
  async unassignApplicationFromUser(
    @CurrentScope() scope: TenantScope,
    @PathId('user_id') userId: string,
    @PathId('application_id') applicationId: string,
  ): Promise<void> {
    await this.assignments.unassign(scope, user(userId), applicationId);
  }
}
