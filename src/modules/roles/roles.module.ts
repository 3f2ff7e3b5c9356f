import { Global, Module } from '@nestjs/common';
import { Delegation } from '../../kernel/delegation.js';
import { PermissionPreview } from '../../kernel/permission-preview.js';
import { TenantFounding } from '../../kernel/tenant-founding.js';
import { ApplicationsModule } from '../applications/index.js';
import { GroupsModule } from '../groups/index.js';
import { UsersModule } from '../users/index.js';
import { WorkspacesModule } from '../workspaces/index.js';
import { ApplicationRolesController } from './application/application-roles.controller.js';
import { ApplicationRolesService } from './application/application-roles.service.js';
import { RoleAssignmentsService } from './assigning/role-assignments.service.js';
import { BuiltInFounding } from './built-in/built-in-founding.js';
import { PermissionChecksController } from './checks/permission-checks.controller.js';
import { PermissionChecksService } from './checks/permission-checks.service.js';
import { DatabaseDelegation } from './delegation/database-delegation.js';
import { PermissionHoldersController } from './holders/holders.controller.js';
import { PermissionHoldersService } from './holders/holders.service.js';
import { OrganizationRolesController } from './organization/organization-roles.controller.js';
import { OrganizationRolesService } from './organization/organization-roles.service.js';
import { OwnerController } from './owner/owner.controller.js';
import { OwnerService } from './owner/owner.service.js';
import { DatabasePermissionPreview } from './preview/database-permission-preview.js';
import { HeldRolesController } from './reading/held-roles.controller.js';
import { HeldRolesService } from './reading/held-roles.service.js';
import { RolesRepository } from './roles.repository.js';
import { ScopedAssignmentsController } from './scoped/scoped-assignments.controller.js';
import { ScopedAssignmentsService } from './scoped/scoped-assignments.service.js';

/** Global, because every tenant is made with its built-in roles, and what users may do by their roles is asked everywhere. */
@Global()
@Module({
  imports: [UsersModule, GroupsModule, ApplicationsModule, WorkspacesModule],
  controllers: [
    ApplicationRolesController,
    HeldRolesController,
    OrganizationRolesController,
    OwnerController,
    PermissionChecksController,
    PermissionHoldersController,
    ScopedAssignmentsController,
  ],
  providers: [
    RoleAssignmentsService,
    RolesRepository,
    ApplicationRolesService,
    HeldRolesService,
    OrganizationRolesService,
    OwnerService,
    PermissionChecksService,
    PermissionHoldersService,
    ScopedAssignmentsService,
    { provide: TenantFounding, useClass: BuiltInFounding },
    { provide: Delegation, useClass: DatabaseDelegation },
    { provide: PermissionPreview, useClass: DatabasePermissionPreview },
  ],
  exports: [RolesRepository, RoleAssignmentsService, TenantFounding, Delegation, PermissionPreview],
})
export class RolesModule {}
