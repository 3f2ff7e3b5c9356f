import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { TenantScope } from '../../../kernel/scope.js';
import { PageQuery } from '../../../http/fields/query-fields.js';
import { Answer, paged, partOf } from '../../../http/answers.js';
import { Route } from '../../../http/openapi/route.decorator.js';
import { PathId } from '../../../http/path-id.js';
import { Query } from '../../../http/request-parts.js';
import { CurrentScope } from '../../../security/current-scope.js';
import { Requires } from '../../../security/decorators.js';
import { RoleAssignmentsQuery, UserRolesQuery } from './dto/reading.requests.js';
import { ApplicationRoleAssignmentResponse } from './dto/role-assignment.response.js';
import { UserPermissionsResponse } from './dto/user-permissions.response.js';
import { UserRoleResponse } from './dto/user-role.response.js';
import { HeldRolesService } from './held-roles.service.js';

@ApiTags('Roles')
@Requires('roles:read')
@Controller('api/v1/tenants/:tenant_id')
export class HeldRolesController {
  constructor(private readonly held: HeldRolesService) {}

  @Get('applications/:application_id/roles/:role_id/assignments')
  @Route({
    summary: 'List who holds a role of an application directly',
    description: 'Users, groups and applications, in the order of the ids of the assignments.',
    page: ApplicationRoleAssignmentResponse,
  })
  async listRoleAssignments(
    @CurrentScope() scope: TenantScope,
    @PathId('application_id') applicationId: string,
    @PathId('role_id') roleId: string,
    @Query() query: RoleAssignmentsQuery,
  ): Promise<Answer> {
    return paged(await this.held.ofRole(scope, applicationId, roleId, query, query.toPageRequest()));
  }

  @Get('users/:user_id/roles')
  @Route({
    summary: 'List the roles that a user holds, directly and through groups, with the paths that give them',
    description:
      'Roles of all levels, each once a scope, in the order of the ids of role and scope. A suspended user is answered what it holds; it may do nothing with it.',
    page: UserRoleResponse,
  })
  async listUserRoles(
    @CurrentScope() scope: TenantScope,
    @PathId('user_id') userId: string,
    @Query() query: UserRolesQuery,
  ): Promise<Answer> {
    return paged(await this.held.ofUser(scope, userId, query.level, query.toPageRequest()));
  }

  @Get('users/:user_id/applications/:application_id/permissions')
  @Route({
    summary: 'What a user may do in an application, with the roles and paths that allow it',
    description:
      'The union of the permissions of all roles of the application that the user holds, directly and through nested groups, a page at a time. Roles do not by themselves open an application, and a suspended user may do nothing.',
    data: UserPermissionsResponse,
    isPaged: true,
  })
  async getUserPermissions(
    @CurrentScope() scope: TenantScope,
    @PathId('user_id') userId: string,
    @PathId('application_id') applicationId: string,
    @Query() query: PageQuery,
  ): Promise<Answer> {
    const { page, permissions } = await this.held.permissionsOf(scope, userId, applicationId, query.toPageRequest());
    return partOf(permissions, page);
  }
}
