import { Controller, Delete, Get, Put, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { TenantScope } from '../../../kernel/scope.js';
import { Answer, bare } from '../../../http/answers.js';
import { roleOfPath } from '../../../http/dry-run/reach.js';
import { IdempotentPost } from '../../../http/posts.js';
import { Route } from '../../../http/openapi/route.decorator.js';
import { PathId } from '../../../http/path-id.js';
import { Body } from '../../../http/request-parts.js';
import { CurrentScope } from '../../../security/current-scope.js';
import { Requires } from '../../../security/decorators.js';
import { ApplicationRolesService } from './application-roles.service.js';
import {
  ApplicationRoleAssign,
  ApplicationRoleCreate,
  ApplicationRoleUpdate,
} from './dto/application-role.requests.js';
import { ApplicationRoleList, ApplicationRoleResult, applicationRole } from './dto/application-role.responses.js';

const DRY_RUN = { permissionsOf: roleOfPath, isBare: true };
const TAKEN = { 409: 'The application has a role of this name.' };

/** Contract 2. */
@ApiTags('Roles')
@Controller('v1/applications/:app_id/roles')
export class ApplicationRolesController {
  constructor(private readonly roles: ApplicationRolesService) {}

  @IdempotentPost()
  @Requires('roles:write')
  @Route({ summary: 'Create a role of an application', status: 201, bare: ApplicationRoleResult, refusals: TAKEN })
  async createApplicationRole(
    @CurrentScope() scope: TenantScope,
    @PathId('app_id') appId: string,
    @Body() body: ApplicationRoleCreate,
  ): Promise<Answer> {
    const role = await this.roles.create(scope, appId, body);
    return bare({ result: applicationRole(appId, role) }, { createdAs: role.id });
  }

  @Get()
  @Requires('roles:read')
  @Route({ summary: 'List every role of an application', bare: ApplicationRoleList })
  async listApplicationRoles(
    @CurrentScope() scope: TenantScope,
    @PathId('app_id') appId: string,
  ): Promise<ApplicationRoleList | StreamableFile> {
    const roles = await this.roles.list(scope, appId);
    if (Array.isArray(roles)) return { result: roles };
    return new StreamableFile(roles, { type: 'application/json; charset=utf-8' });
  }

  @Get(':role_id')
  @Requires('roles:read')
  @Route({ summary: 'Read a role of an application', bare: ApplicationRoleResult })
  async getApplicationRole(
    @CurrentScope() scope: TenantScope,
    @PathId('app_id') appId: string,
    @PathId('role_id') roleId: string,
  ): Promise<ApplicationRoleResult> {
    return { result: applicationRole(appId, await this.roles.get(scope, appId, roleId)) };
  }

  @Put(':role_id')
  @Requires('roles:write')
  @Route({
    summary: 'Change a role of an application',
    description: 'Only the fields that are sent; what is left out stays.',
    status: 202,
    bare: ApplicationRoleResult,
    refusals: TAKEN,
    dryRun: DRY_RUN,
  })
  async updateApplicationRole(
    @CurrentScope() scope: TenantScope,
    @PathId('app_id') appId: string,
    @PathId('role_id') roleId: string,
    @Body() body: ApplicationRoleUpdate,
  ): Promise<ApplicationRoleResult> {
    return { result: applicationRole(appId, await this.roles.update(scope, appId, roleId, body)) };
  }

  @Delete(':role_id')
  @Requires('roles:write')
  @Route({
    summary: 'Delete a role of an application, and take it from all who hold it',
    status: 202,
    dryRun: DRY_RUN,
  })
  async deleteApplicationRole(
    @CurrentScope() scope: TenantScope,
    @PathId('app_id') appId: string,
    @PathId('role_id') roleId: string,
  ): Promise<void> {
    await this.roles.remove(scope, appId, roleId);
  }

  @IdempotentPost(':role_id/assignments')
  @Requires('roles:write')
  @Route({
    summary: 'Give a role of an application to users, groups or applications, all of one type',
    description:
      'All or none; who has it keeps it. 404 names the ids that are not of the type, at most 100, and says how many more there are.',
    dryRun: DRY_RUN,
  })
  async assignApplicationRole(
    @CurrentScope() scope: TenantScope,
    @PathId('app_id') appId: string,
    @PathId('role_id') roleId: string,
    @Body() body: ApplicationRoleAssign,
  ): Promise<void> {
    await this.roles.assign(scope, appId, roleId, body.entity_type, body.entity_ids);
  }

  @Delete(':role_id/assignments/:entity_id')
  @Requires('roles:write')
  @Route({
    summary: 'Take a role of an application from a user, group or application',
    refusals: { 404: 'The holder does not hold it directly, or there is no such role.' },
    dryRun: DRY_RUN,
  })
  async revokeApplicationRole(
    @CurrentScope() scope: TenantScope,
    @PathId('app_id') appId: string,
    @PathId('role_id') roleId: string,
    @PathId('entity_id') entityId: string,
  ): Promise<void> {
    await this.roles.revoke(scope, appId, roleId, entityId);
  }
}
