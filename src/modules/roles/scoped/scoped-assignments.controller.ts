import { Controller, Delete, Get, StreamableFile } from '@nestjs/common';
import { ApiExtraModels, ApiTags } from '@nestjs/swagger';
import type { TenantScope } from '../../../kernel/scope.js';
import { Answer, bare } from '../../../http/answers.js';
import { queryId, roleOfPath, type RoleDryRunOptions } from '../../../http/dry-run/reach.js';
import { IdempotentPost } from '../../../http/posts.js';
import { Route } from '../../../http/openapi/route.decorator.js';
import { PathId } from '../../../http/path-id.js';
import { Query } from '../../../http/request-parts.js';
import { CurrentScope } from '../../../security/current-scope.js';
import { Requires } from '../../../security/decorators.js';
import { RoleHolderQuery, RoleScopeQuery } from './dto/scoped-assignment.requests.js';
import { ScopedRole, ScopedRoleAssignment, ScopedRoleTeam, ScopedRoleUser } from './dto/scoped-assignment.responses.js';
import { ScopedAssignmentsService } from './scoped-assignments.service.js';

const DRY_RUN: RoleDryRunOptions = {
  permissionsOf: (request) => ({
    ...roleOfPath(request),
    scopeId: queryId(request, 'project_id') ?? queryId(request, 'workspace_id'),
  }),
  isBare: true,
  query: RoleHolderQuery,
};

@ApiTags('Roles')
@ApiExtraModels(ScopedRole, ScopedRoleUser, ScopedRoleTeam)
@Controller('roles/:role_id/assignments')
export class ScopedAssignmentsController {
  constructor(private readonly assignments: ScopedAssignmentsService) {}

  @Get()
  @Requires('roles:read')
  @Route({
    summary: 'Who holds the role',
    description: 'All of them in one array; with `workspace_id` those in this workspace and its projects only.',
    bare: [ScopedRoleAssignment],
  })
  async listScopedRoleAssignments(
    @CurrentScope() scope: TenantScope,
    @PathId('role_id') roleId: string,
    @Query() query: RoleScopeQuery,
  ): Promise<Answer | StreamableFile> {
    const list = await this.assignments.list(scope, roleId, query);
    if (Array.isArray(list)) return bare(list);
    return new StreamableFile(list, { type: 'application/json; charset=utf-8' });
  }

  @IdempotentPost()
  @Requires('roles:write')
  @Route({
    summary: 'Give the role',
    description:
      'To exactly one of `user_id` and `team_id`, in the most specific scope given, which must be of the level of the role.',
    status: 200,
    bare: ScopedRoleAssignment,
    dryRun: DRY_RUN,
  })
  async assignScopedRole(
    @CurrentScope() scope: TenantScope,
    @PathId('role_id') roleId: string,
    @Query() query: RoleHolderQuery,
  ): Promise<Answer> {
    return bare(await this.assignments.assign(scope, roleId, query));
  }

  @Delete()
  @Requires('roles:write')
  @Route({
    summary: 'Take the role back',
    description:
      "In exactly the scope given. Neither the role Admin of the organization's owner nor the last role of the organization that a member holds directly can be taken.",
    status: 200,
    dryRun: DRY_RUN,
  })
  async revokeScopedRole(
    @CurrentScope() scope: TenantScope,
    @PathId('role_id') roleId: string,
    @Query() query: RoleHolderQuery,
  ): Promise<void> {
    await this.assignments.revoke(scope, roleId, query);
  }
}
