import type { RoleLevel } from '../role.entity.js';

/** Who can hold a role; applications hold roles of applications only. */
export type HolderKind = 'user' | 'group' | 'application';

/** The column of an assignment that each kind of holder is in. */
export const HOLDER_COLUMN = { user: 'user_id', group: 'group_id', application: 'holder_application_id' } as const;

/**
 * What is given and where: the role, at its own level, in one scope of that level. The foreign keys of assignments refuse
 * what does not fit together.
 */
export type RoleInScope = { readonly roleId: string } & (
  | { readonly level: 'application'; readonly applicationId: string }
  | { readonly level: 'organization' }
  | { readonly level: 'workspace'; readonly workspaceId: string }
  | { readonly level: 'project'; readonly workspaceId: string; readonly projectId: string }
);

/** The parts of a scope as assignments keep them. */
export interface ScopeColumns {
  readonly level: RoleLevel;
  readonly applicationId: string | null;
  readonly workspaceId: string | null;
  readonly projectId: string | null;
  readonly scopeId: string;
}

/** The same as columns; `scopeId` is the most specific of them, else the tenant. */
export function columnsOfScope(tenantId: string, role: RoleInScope): ScopeColumns {
  const applicationId = role.level === 'application' ? role.applicationId : null;
  const workspaceId = role.level === 'workspace' || role.level === 'project' ? role.workspaceId : null;
  const projectId = role.level === 'project' ? role.projectId : null;
  const scopeId = applicationId ?? projectId ?? workspaceId ?? tenantId;
  return { level: role.level, applicationId, workspaceId, projectId, scopeId };
}
