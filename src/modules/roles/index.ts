export { RolesModule } from './roles.module.js';
export { ENTITLEMENT_TYPES, Role, type EntitlementType } from './role.entity.js';
export { RoleAssignment } from './role-assignment.entity.js';
