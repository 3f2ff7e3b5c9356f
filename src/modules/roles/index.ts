export { RolesModule } from './roles.module.js';
export { ENTITLEMENT_TYPES, Role, type EntitlementType } from './role.entity.js';
export { RoleAssignment } from './role-assignment.entity.js';
export { RolesRepository } from './roles.repository.js';
export { RoleAssignmentsService, type GivenRole } from './assigning/role-assignments.service.js';
export { deriveEffective, lockChildren, recordChild, type RoleChild } from './children/effective-permissions.js';
