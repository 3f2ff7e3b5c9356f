import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { Delegation } from '../../kernel/delegation.js';
import type { TenantScope } from '../../kernel/scope.js';
import type { ExpectedVersion } from '../../kernel/version.js';
import { DatabaseDoors } from '../../persistence/database-doors.js';
import { ResourceRepository } from '../../persistence/resource-repository.js';
import type { Transaction } from '../../persistence/transaction.js';
import type { UnitOfWork } from '../../persistence/unit-of-work.js';
import { RoleAssignmentsService } from './assigning/role-assignments.service.js';
import { deriveEffective, leaveNestings } from './children/effective-permissions.js';
import { Role, roleFilterKeys } from './role.entity.js';

type Input = Readonly<Record<string, unknown>>;

/**
 * Roles of every level; a role that goes takes its assignments and nestings with it. A user who makes or changes one must
 * hold the permissions that it gets where it counts; those of workspaces and projects count in every one of them. What a
 * role gives follows every change: whoever changes the permissions of an application's role takes `lockChildren` first.
 */
@Injectable()
export class RolesRepository extends ResourceRepository<Role> {
  private readonly unitOfWork: UnitOfWork;

  constructor(
    doors: DatabaseDoors,
    assignments: RoleAssignmentsService,
    private readonly delegation: Delegation,
  ) {
    super(doors, {
      entity: Role,
      name: 'role',
      snapshot: roleInTrail,
      changed: async (transaction, scope, { before, after }) => {
        if (before?.level !== 'application' || !after) return;
        if (isDeepStrictEqual(before.permissions, after.permissions)) return;
        await deriveEffective(transaction, scope, [after.id]);
      },
    });
    this.unitOfWork = doors.unitOfWork;
    this.onRemoval((transaction, scope, id) => assignments.takeAllOf(transaction, scope, 'role', id));
  }

  /** The role gives what it allows itself until something is put inside of it. Errors: also 403 `permission_not_held`. */
  override async create(
    scope: TenantScope,
    role: Role,
    input: Input,
    also?: (transaction: Transaction) => Promise<void>,
  ): Promise<Role> {
    role.effectivePermissions = role.permissions;
    role.filterKeys = roleFilterKeys(role);
    return this.#giving(scope, role, role.permissions, () => super.create(scope, role, input, also));
  }

  /** Errors: also 403 `permission_not_held` for a permission that is new to the role. */
  override async change(
    scope: TenantScope,
    id: string,
    expected: ExpectedVersion,
    alter: (before: Role) => Partial<Role> | Promise<Partial<Role>>,
    input: Input = {},
  ): Promise<Role> {
    // Checked before it is changed, with the row locked: who holds the role holds what is new to it only afterwards.
    const checked = async (before: Role): Promise<Partial<Role>> => {
      const changes = withFilterKeys(before, await alter(before));
      const { permissions } = changes;
      if (!permissions || isDeepStrictEqual(permissions, before.permissions)) return changes;
      const had = new Set(before.permissions);
      const added = permissions.filter((permission) => !had.has(permission));
      // What is inside of the role is added by the hook above.
      const all = { ...changes, effectivePermissions: permissions };
      return this.#giving(scope, before, added, () => Promise.resolve(all));
    };
    return super.change(scope, id, expected, checked, input);
  }

  /** Removes a role of an application, in turn with all who change nestings. Errors: 404. */
  async removeOfApplication(scope: TenantScope, id: string): Promise<void> {
    await this.unitOfWork.run(scope, async (transaction) => {
      await leaveNestings(transaction, scope, id);
      await this.remove(scope, id, null);
    });
  }

  async #giving<Result>(
    scope: TenantScope,
    { level, applicationId }: Role,
    permissions: readonly string[],
    give: () => Promise<Result>,
  ): Promise<Result> {
    if (permissions.length === 0) return give();
    const scopeId = level === 'organization' ? scope.tenantId : applicationId;
    return this.delegation.giving(scope, { kind: 'permissions', level, scopeId, permissions }, give);
  }
}

/** The keys are not read with a role, so that they are set only where they change. */
function withFilterKeys(before: Role, changes: Partial<Role>): Partial<Role> {
  const filterKeys = roleFilterKeys({ ...before, ...changes });
  return isDeepStrictEqual(filterKeys, roleFilterKeys(before)) ? changes : { ...changes, filterKeys };
}

/** A role as the audit trail keeps it, whatever its level; statements that write their own trail have the same names. */
function roleInTrail(role: Role): object {
  return {
    id: role.id,
    level: role.level,
    application_id: role.applicationId,
    name: role.name,
    display_name: role.displayName,
    description: role.description,
    type: role.type,
    permissions: role.permissions,
    entitlement_type: role.entitlementType,
    category: role.category,
    ext_ref: role.extRef,
    created_at: role.createdAt,
    updated_at: role.updatedAt,
  };
}
