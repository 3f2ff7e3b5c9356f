import type { RoleLevel } from '../role.entity.js';

/** A role that every tenant has and nobody can change. */
interface BuiltInRole {
  readonly level: Exclude<RoleLevel, 'application'>;
  readonly name: string;
  readonly description: string;
  readonly permissions: readonly string[];
}

/** The roles that every tenant has; their places in this list are the order of their ids. */
export const BUILT_IN_ROLES: readonly BuiltInRole[] = [
  { level: 'organization', name: 'Admin', description: 'Everything in the organization.', permissions: ['*'] },
  {
    level: 'organization',
    name: 'Manager',
    description: 'Manages users, groups, applications, assignments and roles.',
    permissions: [
      'doorlist:directory:write',
      'doorlist:applications:write',
      'doorlist:assignments:write',
      'doorlist:roles:write',
    ],
  },
  {
    level: 'organization',
    name: 'Viewer',
    description: 'Sees users, groups, applications, assignments and roles.',
    permissions: [
      'doorlist:directory:read',
      'doorlist:applications:read',
      'doorlist:assignments:read',
      'doorlist:roles:read',
    ],
  },
  {
    level: 'organization',
    name: 'Billing Admin',
    description: 'Sees and changes billing.',
    permissions: ['billing:read', 'billing:write'],
  },
  {
    level: 'organization',
    name: 'Member',
    description: 'Belongs to the organization.',
    permissions: ['organization:read'],
  },
  {
    level: 'workspace',
    name: 'Admin',
    description: 'Everything in the workspace and its projects.',
    permissions: ['*'],
  },
  {
    level: 'workspace',
    name: 'Developer',
    description: 'Changes the workspace and its projects.',
    permissions: ['workspace:read', 'workspace:write', 'project:read', 'project:write', 'stack:read'],
  },
  {
    level: 'workspace',
    name: 'Contributor',
    description: 'Changes projects of the workspace.',
    permissions: ['workspace:read', 'project:read', 'project:write'],
  },
  {
    level: 'workspace',
    name: 'Viewer',
    description: 'Sees the workspace and its projects.',
    permissions: ['workspace:read', 'project:read'],
  },
  {
    level: 'workspace',
    name: 'Stack Admin',
    description: 'Sees and changes the stacks.',
    permissions: ['workspace:read', 'stack:read', 'stack:write'],
  },
  { level: 'project', name: 'Admin', description: 'Everything in the project.', permissions: ['*'] },
  {
    level: 'project',
    name: 'Developer',
    description: 'Changes the project.',
    permissions: ['project:read', 'project:write', 'stack:read'],
  },
  {
    level: 'project',
    name: 'Contributor',
    description: 'Contributes to the project.',
    permissions: ['project:read', 'project:write'],
  },
  { level: 'project', name: 'Viewer', description: 'Sees the project.', permissions: ['project:read'] },
];

/** How `built_in` names a role, such as `organization.billing_admin`. */
export function builtInName({ level, name }: Pick<BuiltInRole, 'level' | 'name'>): string {
  return `${level}.${name.toLowerCase().replaceAll(' ', '_')}`;
}
