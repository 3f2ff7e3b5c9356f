import { Controller, Delete, Get, Patch } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { mapPage } from '../../../kernel/page.js';
import type { TenantScope } from '../../../kernel/scope.js';
import type { ExpectedVersion } from '../../../kernel/version.js';
import { Answer, created, paged, resource } from '../../../http/answers.js';
import { roleOfPath } from '../../../http/dry-run/reach.js';
import { IfMatch } from '../../../http/etag.js';
import { IdempotentPost } from '../../../http/posts.js';
import { Route } from '../../../http/openapi/route.decorator.js';
import { PathId } from '../../../http/path-id.js';
import { Body, Query } from '../../../http/request-parts.js';
import { CurrentScope } from '../../../security/current-scope.js';
import { Requires } from '../../../security/decorators.js';
import {
  OrganizationRoleCreate,
  OrganizationRoleListQuery,
  OrganizationRoleUpdate,
} from './dto/organization-role.requests.js';
import { OrganizationRoleResponse, organizationRoleResponse } from './dto/organization-role.response.js';
import { OrganizationRolesService } from './organization-roles.service.js';

const DRY_RUN = { permissionsOf: roleOfPath };

@ApiTags('Roles')
@Controller('api/v1/tenants/:tenant_id/roles')
export class OrganizationRolesController {
  constructor(private readonly roles: OrganizationRolesService) {}

  @IdempotentPost()
  @Requires('roles:write')
  @Route({
    summary: 'Create a role of the organization, of its workspaces or of their projects',
    status: 201,
    data: OrganizationRoleResponse,
    versioned: true,
    refusals: { 409: 'The name is taken at this level.' },
  })
  async createOrganizationRole(
    @CurrentScope() scope: TenantScope,
    @Body() body: OrganizationRoleCreate,
  ): Promise<Answer> {
    const role = await this.roles.create(scope, body);
    return created(organizationRoleResponse(role), { createdAs: role.id, version: role.version });
  }

  @Get()
  @Requires('roles:read')
  @Route({
    summary: 'List the roles of the organization, of its workspaces and of their projects',
    description: 'Those that every tenant has come first. Roles of applications are in none of these lists.',
    page: OrganizationRoleResponse,
  })
  async listOrganizationRoles(
    @CurrentScope() scope: TenantScope,
    @Query() query: OrganizationRoleListQuery,
  ): Promise<Answer> {
    return paged(mapPage(await this.roles.list(scope, query, query.toPageRequest()), organizationRoleResponse));
  }

  @Get(':role_id')
  @Requires('roles:read')
  @Route({ summary: 'Read a role', data: OrganizationRoleResponse, versioned: true })
  async getOrganizationRole(@CurrentScope() scope: TenantScope, @PathId('role_id') id: string): Promise<Answer> {
    const role = await this.roles.get(scope, id);
    return resource(organizationRoleResponse(role), role.version);
  }

  @Patch(':role_id')
  @Requires('roles:write')
  @Route({
    summary: 'Change a role',
    description:
      'A JSON merge patch (RFC 7396): what is left out stays, null takes a value away. 403 for a built-in role.',
    data: OrganizationRoleResponse,
    versioned: true,
    refusals: { 409: 'The name is taken at this level, or the role is held and would become a share role.' },
    dryRun: DRY_RUN,
  })
  async updateOrganizationRole(
    @CurrentScope() scope: TenantScope,
    @PathId('role_id') id: string,
    @IfMatch() expected: ExpectedVersion,
    @Body() body: OrganizationRoleUpdate,
  ): Promise<Answer> {
    const role = await this.roles.update(scope, id, expected, body);
    return resource(organizationRoleResponse(role), role.version);
  }

  @Delete(':role_id')
  @Requires('roles:write')
  @Route({
    summary: 'Delete a role and take it from everybody',
    description: '403 for a built-in role.',
    versioned: true,
    refusals: { 409: 'It is the last role of the organization that a member holds directly.' },
    dryRun: DRY_RUN,
  })
  async deleteOrganizationRole(
    @CurrentScope() scope: TenantScope,
    @PathId('role_id') id: string,
    @IfMatch() expected: ExpectedVersion,
  ): Promise<void> {
    await this.roles.remove(scope, id, expected);
  }
}
