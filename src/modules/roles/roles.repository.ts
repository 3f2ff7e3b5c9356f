import { Injectable } from '@nestjs/common';
import { DatabaseDoors } from '../../persistence/database-doors.js';
import { ResourceRepository } from '../../persistence/resource-repository.js';
import { RoleAssignmentsService } from './assigning/role-assignments.service.js';
import { Role } from './role.entity.js';

/** Roles of every level; a role that goes takes its assignments with it. */
@Injectable()
export class RolesRepository extends ResourceRepository<Role> {
  constructor(doors: DatabaseDoors, assignments: RoleAssignmentsService) {
    super(doors, { entity: Role, name: 'role', snapshot: roleInTrail });
    this.onRemoval((transaction, scope, id) => assignments.takeAllOf(transaction, scope, 'role', id));
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
