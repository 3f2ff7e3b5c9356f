import { Injectable } from '@nestjs/common';
import type { Page, PageRequest } from '../../../kernel/page.js';
import type { TenantScope } from '../../../kernel/scope.js';
import { DatabaseDoors } from '../../../persistence/database-doors.js';
import type { ListRequest } from '../../../persistence/filter/filtered-list.js';
import { ApplicationsService } from '../../applications/index.js';
import { UsersService } from '../../users/index.js';
import { ApplicationRolesService } from '../application/application-roles.service.js';
import type { RoleLevel } from '../role.entity.js';
import type { ApplicationRoleAssignmentResponse, HolderType } from './dto/role-assignment.response.js';
import type { UserPermissionsResponse } from './dto/user-permissions.response.js';
import type { UserRoleResponse } from './dto/user-role.response.js';
import { assignmentsOfRole } from './role-assignments.read-model.js';
import { withPaths } from './role-paths.js';
import { userPermissions } from './user-permissions.js';
import { permissionsOfUser, type GivenPermissionRow } from './user-permissions.read-model.js';
import { rolesOfUser, type HeldRoleRow } from './user-roles.read-model.js';

/** Who holds which role, read from either end. What a suspended user holds is answered as well. */
@Injectable()
export class HeldRolesService {
  constructor(
    private readonly doors: DatabaseDoors,
    private readonly users: UsersService,
    private readonly applications: ApplicationsService,
    private readonly roles: ApplicationRolesService,
  ) {}

  /**
   * Users, groups and applications that hold a role of an application themselves, by the ids of the assignments where no
   * other order is asked for. Errors: 404, 400 `invalid_filter`, `filter_too_slow`.
   */
  async ofRole(
    scope: TenantScope,
    applicationId: string,
    roleId: string,
    asked: ListRequest & { holder_type?: HolderType | undefined },
    request: PageRequest,
  ): Promise<Page<ApplicationRoleAssignmentResponse>> {
    await this.roles.get(scope, applicationId, roleId);
    return this.doors.paginator.rows(scope, assignmentsOfRole(scope.tenantId, roleId, asked), request);
  }

  /** The roles of all levels that a user holds now, directly and through groups, each once a scope. Errors: 404. */
  async ofUser(
    scope: TenantScope,
    userId: string,
    level: RoleLevel | undefined,
    request: PageRequest,
  ): Promise<Page<UserRoleResponse>> {
    const list = rolesOfUser(scope.tenantId, userId, level);
    const page = await this.doors.paginator.rows<HeldRoleRow>(scope, list, request);
    // Only an empty answer leaves open whether the user exists.
    if (page.totalItems === 0) await this.users.get(scope, userId);
    return { ...page, items: withPaths(page.items) };
  }

  /** A page of the union of the permissions of all roles of an application that a user holds now, with what gives each. Errors: 404. */
  async permissionsOf(
    scope: TenantScope,
    userId: string,
    applicationId: string,
    request: PageRequest,
  ): Promise<{ page: Page<object>; permissions: UserPermissionsResponse }> {
    const list = permissionsOfUser(scope.tenantId, userId, applicationId);
    const page = await this.doors.paginator.rows<GivenPermissionRow>(scope, list, request);
    if (page.totalItems === 0) {
      await this.users.get(scope, userId);
      await this.applications.get(scope, applicationId);
    }
    return { page, permissions: userPermissions(userId, applicationId, page.items) };
  }
}
