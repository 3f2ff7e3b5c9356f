import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import type { TenantScope } from '../../kernel/scope.js';
import type { ExpectedVersion } from '../../kernel/version.js';
import { DatabaseDoors } from '../../persistence/database-doors.js';
import { ResourceRepository } from '../../persistence/resource-repository.js';
import type { Transaction, UnitOfWork } from '../../persistence/unit-of-work.js';
import { RoleAssignmentsService } from './assigning/role-assignments.service.js';
import { deriveEffective, leaveNestings } from './children/effective-permissions.js';
import { Role } from './role.entity.js';

type Input = Readonly<Record<string, unknown>>;

/**
 * Roles of every level; a role that goes takes its assignments and nestings with it. What a role gives follows every
 * change: whoever changes the permissions of an application's role, or removes one, takes `lockChildren` first.
 */
@Injectable()
export class RolesRepository extends ResourceRepository<Role> {
  private readonly unitOfWork: UnitOfWork;

  constructor(doors: DatabaseDoors, assignments: RoleAssignmentsService) {
    super(doors, {
      entity: Role,
      name: 'role',
      snapshot: roleInTrail,
      changed: async (transaction, scope, { before, after }) => {
        if (before?.level !== 'application' || !after) return;
        if (!isDeepStrictEqual(before.permissions, after.permissions))
          await deriveEffective(transaction, scope, [after.id]);
      },
    });
    this.unitOfWork = doors.unitOfWork;
    this.onRemoval((transaction, scope, id) => assignments.takeAllOf(transaction, scope, 'role', id));
  }

  /** The role gives what it allows itself until something is put inside of it. */
  override async create(
    scope: TenantScope,
    role: Role,
    input: Input,
    also?: (transaction: Transaction) => Promise<void>,
  ): Promise<Role> {
    role.effectivePermissions = role.permissions;
    return super.create(scope, role, input, also);
  }

  /** What is inside of the role adds to what it gives after this (see the hook above); its own permissions come with it. */
  override async change(
    scope: TenantScope,
    id: string,
    expected: ExpectedVersion,
    alter: (before: Role) => Partial<Role>,
    input: Input = {},
  ): Promise<Role> {
    const withOwn = (before: Role): Partial<Role> => {
      const changes = alter(before);
      const { permissions } = changes;
      if (!permissions || isDeepStrictEqual(permissions, before.permissions)) return changes;
      return { ...changes, effectivePermissions: permissions };
    };
    return super.change(scope, id, expected, withOwn, input);
  }

  /** Removes a role of an application, in turn with all who change nestings. Errors: 404. */
  async removeOfApplication(scope: TenantScope, id: string): Promise<void> {
    await this.unitOfWork.run(scope, async (transaction) => {
      await leaveNestings(transaction, scope, id);
      await this.remove(scope, id, null);
    });
  }
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
