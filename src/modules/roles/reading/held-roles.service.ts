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
import type { UserPermissionsResponse, UserRoleResponse } from './dto/user-role.response.js';
import { assignmentsOfRole } from './role-assignments.read-model.js';
import { withPaths } from './role-paths.js';
import { ROLES_OF_USER_IN_APPLICATION, rolesOfUser, type HeldRoleRow } from './user-roles.read-model.js';

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

  /** The union of the permissions of all roles of an application that a user holds now, with what gives each. Errors: 404. */
  async permissionsOf(scope: TenantScope, userId: string, applicationId: string): Promise<UserPermissionsResponse> {
    const values = [scope.tenantId, userId, applicationId];
    const rows = await this.doors.database.queryLong<HeldRoleRow>(scope, ROLES_OF_USER_IN_APPLICATION, values);
    if (rows.length === 0) {
      await this.users.get(scope, userId);
      await this.applications.get(scope, applicationId);
    }
    return { user_id: userId, application_id: applicationId, permissions: givenBy(rows), roles: withPaths(rows) };
  }
}

/** Each permission with the roles that hold it. */
function givenBy(rows: readonly HeldRoleRow[]): UserPermissionsResponse['permissions'] {
  const roles = new Map<string, string[]>();
  for (const { role_id: roleId, permissions } of rows) {
    for (const permission of permissions) {
      const given = roles.get(permission);
      if (given) given.push(roleId);
      else roles.set(permission, [roleId]);
    }
  }
  const inOrder = [...roles].sort(([left], [right]) => (left < right ? -1 : 1));
  return inOrder.map(([permission, roleIds]) => ({ permission, role_ids: roleIds }));
}
