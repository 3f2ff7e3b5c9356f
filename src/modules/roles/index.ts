export { RolesModule } from './roles.module.js';
export { Role } from './role.entity.js';
export { RoleAssignment } from './role-assignment.entity.js';
