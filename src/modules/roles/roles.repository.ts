import { Injectable } from '@nestjs/common';
import { Delegation } from '../../kernel/delegation.js';
import type { TenantScope } from '../../kernel/scope.js';
import type { ExpectedVersion } from '../../kernel/version.js';
import { DatabaseDoors } from '../../persistence/database-doors.js';
import { ResourceRepository } from '../../persistence/resource-repository.js';
import { RoleAssignmentsService } from './assigning/role-assignments.service.js';
import { Role } from './role.entity.js';

/**
 * Roles of every level; a role that goes takes its assignments with it. A user who makes or changes one must hold the
 * permissions that it gets where it counts; those of workspaces and projects count in every one of them.
 */
@Injectable()
export class RolesRepository extends ResourceRepository<Role> {
  constructor(
    doors: DatabaseDoors,
    assignments: RoleAssignmentsService,
    private readonly delegation: Delegation,
  ) {
    super(doors, { entity: Role, name: 'role', snapshot: roleInTrail });
    this.onRemoval((transaction, scope, id) => assignments.takeAllOf(transaction, scope, 'role', id));
  }

  /** Errors: also 403 `permission_not_held`. */
  override async create(scope: TenantScope, role: Role, input: Readonly<Record<string, unknown>>): Promise<Role> {
    return this.#giving(scope, role, role.permissions, () => super.create(scope, role, input));
  }

  /** Errors: also 403 `permission_not_held` for a permission that is new to the role. */
  override async change(
    scope: TenantScope,
    id: string,
    expected: ExpectedVersion,
    alter: (before: Role) => Partial<Role> | Promise<Partial<Role>>,
    input: Readonly<Record<string, unknown>> = {},
  ): Promise<Role> {
    // Checked before it is changed, with the row locked: who holds the role holds what is new to it only afterwards.
    const checked = async (before: Role): Promise<Partial<Role>> => {
      const changes = await alter(before);
      const had = new Set(before.permissions);
      const added = (changes.permissions ?? []).filter((permission) => !had.has(permission));
      return this.#giving(scope, before, added, () => Promise.resolve(changes));
    };
    return super.change(scope, id, expected, checked, input);
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
    created_at: role.createdAt,
    updated_at: role.updatedAt,
  };
}
