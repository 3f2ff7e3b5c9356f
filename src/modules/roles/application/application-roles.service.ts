import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { comparisonKey } from '../../../kernel/comparison-key.js';
import { DomainError, notFound } from '../../../kernel/domain-error.js';
import { newId } from '../../../kernel/ids.js';
import type { TenantScope } from '../../../kernel/scope.js';
import { DatabaseDoors } from '../../../persistence/database-doors.js';
import { ApplicationsService } from '../../applications/index.js';
import type { HolderKind } from '../assigning/holder.js';
import { RoleAssignmentsService } from '../assigning/role-assignments.service.js';
import { lockChildren } from '../children/effective-permissions.js';
import { checkPermissions } from '../permissions/permissions-field.js';
import { Role } from '../role.entity.js';
import { RolesRepository } from '../roles.repository.js';
import { listOrStream } from '../streamed-list.js';
import { BATCH, ROLES_OF_APPLICATION } from './application-roles.queries.js';
import type { ApplicationRoleCreate, ApplicationRoleUpdate, EntityType } from './dto/application-role.requests.js';
import { applicationRole, type ApplicationRoleResponse } from './dto/application-role.responses.js';

/** What the list of an application's roles shows of each. */
type ListedRole = Pick<Role, 'id' | 'name' | 'permissions' | 'description' | 'displayName'>;

const KIND_OF: Readonly<Record<EntityType, HolderKind>> = { User: 'user', Group: 'group', Application: 'application' };

/** The roles of applications, and who holds them (contract 2); their permissions that are entitlements are none here. Every method answers 404 for an unknown application. */
@Injectable()
export class ApplicationRolesService {
  constructor(
    private readonly doors: DatabaseDoors,
    private readonly roles: RolesRepository,
    private readonly assignments: RoleAssignmentsService,
    private readonly applications: ApplicationsService,
  ) {}

  /** Errors: 409 `role_name_taken`, 422 for a permission that begins like ours and is none. */
  async create(scope: TenantScope, applicationId: string, input: ApplicationRoleCreate): Promise<Role> {
    checkPermissions(input.permissions ?? []);
    const role = Object.assign(new Role(), {
      tenantId: scope.tenantId,
      id: newId(),
      level: 'application',
      applicationId,
      name: input.role_name,
      nameKey: comparisonKey(input.role_name),
      displayName: displayNameOf(input.display_name, null),
      description: input.description ?? null,
      type: 'normal',
      permissions: input.permissions ?? [],
      entitlementType: 'role',
      category: null,
      extRef: null,
    });
    return this.roles.create(scope, role, { role_name: input.role_name, application_id: applicationId });
  }

  /** All of them, in the order in which they were made; from 50 on as a stream (`listOrStream`). */
  async list(scope: TenantScope, applicationId: string): Promise<ApplicationRoleResponse[] | Readable> {
    const read = async (after: string): Promise<ListedRole[]> => {
      const values = [scope.tenantId, applicationId, after];
      const rows = await this.doors.database.queryLong<ListedRole | { id: null }>(scope, ROLES_OF_APPLICATION, values);
      if (rows.length === 0) throw notFound('application', applicationId);
      return rows.filter((row) => row.id !== null);
    };
    const itemOf = (row: ListedRole): ApplicationRoleResponse => applicationRole(applicationId, row);
    return listOrStream({ batch: BATCH, read, itemOf, frame: ['{"result":[', ']}'] });
  }

  /** Errors: 404. */
  async get(scope: TenantScope, applicationId: string, roleId: string): Promise<Role> {
    const role = await this.roles.find(scope, roleId);
    if (role?.applicationId === applicationId && role.entitlementType === 'role') return role;
    await this.applications.get(scope, applicationId);
    throw notFound('role', roleId);
  }

  /** Changes the fields that are sent. Errors: 404, 409 and 422 as for create. */
  async update(scope: TenantScope, applicationId: string, roleId: string, patch: ApplicationRoleUpdate): Promise<Role> {
    checkPermissions(patch.permissions ?? []);
    await this.get(scope, applicationId, roleId);
    return this.doors.unitOfWork.run(scope, async (transaction) => {
      if (patch.permissions) await lockChildren(transaction, scope);
      return this.roles.change(scope, roleId, null, (before) => patched(before, patch), { ...patch });
    });
  }

  /** Deletes the role and takes it from all who hold it. Errors: 404. */
  async remove(scope: TenantScope, applicationId: string, roleId: string): Promise<void> {
    await this.get(scope, applicationId, roleId);
    await this.roles.removeOfApplication(scope, roleId);
  }

  /** Gives the role to all of them or to none; who has it keeps it. Errors: 404 naming every id that is not of the type. */
  async assign(
    scope: TenantScope,
    applicationId: string,
    roleId: string,
    type: EntityType,
    ids: readonly string[],
  ): Promise<void> {
    await this.get(scope, applicationId, roleId);
    await this.assignments.give(scope, { level: 'application', roleId, applicationId }, KIND_OF[type], ids);
  }

  /** Takes the role from a user, a group or an application. Errors: 404, also where it is not held. */
  async revoke(scope: TenantScope, applicationId: string, roleId: string, holderId: string): Promise<void> {
    await this.get(scope, applicationId, roleId);
    const role = { level: 'application', roleId, applicationId } as const;
    if (await this.assignments.take(scope, role, 'any', holderId)) return;
    const message = `Role ${roleId} is not held by ${holderId} itself.`;
    throw new DomainError('not_found', 'role_assignment_not_found', message);
  }
}

function patched(before: Role, patch: ApplicationRoleUpdate): Partial<Role> {
  const name = patch.role_name ?? before.name;
  return {
    name,
    nameKey: comparisonKey(name),
    permissions: patch.permissions ?? before.permissions,
    description: patch.description ?? before.description,
    displayName: displayNameOf(patch.display_name, before.displayName),
  };
}

/** Contract 2 has no null in requests: empty text takes the display name away. */
function displayNameOf(sent: string | undefined, otherwise: string | null): string | null {
  return sent === undefined ? otherwise : sent === '' ? null : sent;
}
