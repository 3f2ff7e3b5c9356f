import { DomainError, forbidden, notFound } from '../../../kernel/domain-error.js';
import type { RoleInScope } from '../assigning/holder.js';
import type { OrganizationLevel } from '../organization/dto/organization-role.requests.js';
import type { RoleType } from '../role.entity.js';
import type { RoleHolderQuery, RoleScopeQuery } from './dto/scoped-assignment.requests.js';
import type { ScopedRole, ScopedRoleAssignment } from './dto/scoped-assignment.responses.js';
import type { HolderRow } from './scoped-assignments.read-model.js';

/** What a call names, as NAMED answers it. */
export interface NamedRow extends HolderRow {
  readonly role_id: string | null;
  readonly name: string;
  readonly description: string | null;
  readonly level: OrganizationLevel;
  readonly type: RoleType;
  readonly built_in: string | null;
  readonly workspace_id: string | null;
  readonly project_id: string | null;
  readonly project_workspace_id: string | null;
}

/** A holder and the kind of id that it was named by. */
interface Holder {
  readonly kind: 'user' | 'group';
  readonly id: string;
}

/** Errors: 400 unless it is exactly one of user and team, or where there is a project without its workspace. */
export function requireOneHolder({ user_id: userId, team_id: teamId, ...where }: RoleHolderQuery): Holder {
  if (userId && teamId) throw wrong('Give exactly one of user_id and team_id; both were given.');
  if (where.project_id && !where.workspace_id) {
    throw wrong(
      `project_id ${where.project_id} was given without workspace_id; give the workspace of the project too.`,
    );
  }
  if (userId) return { kind: 'user', id: userId };
  if (teamId) return { kind: 'group', id: teamId };
  throw wrong('Give exactly one of user_id and team_id; none was given.');
}

function wrong(message: string): DomainError {
  return new DomainError('malformed', 'wrong_combination', message);
}

/** Errors: 404 for whatever the tenant does not have of what was named. */
export function requireNamed(roleId: string, asked: RoleHolderQuery, found: NamedRow | undefined): NamedRow {
  if (!found?.role_id) throw notFound('role', roleId);
  if (asked.workspace_id && !found.workspace_id) throw notFound('workspace', asked.workspace_id);
  if (asked.project_id && !found.project_id) {
    const where = asked.workspace_id ? `workspace ${asked.workspace_id}` : 'this tenant';
    throw new DomainError('not_found', 'project_not_found', `No project ${asked.project_id} in ${where}.`);
  }
  if (asked.user_id && !found.user_id) throw notFound('user', asked.user_id);
  if (asked.team_id && !found.team_id) throw notFound('team', asked.team_id);
  return found;
}

/** How callers name the scopes of each level. */
const SCOPE_NAMES: Readonly<Record<OrganizationLevel, string>> = {
  organization: 'the organization: give neither workspace_id nor project_id',
  workspace: 'a workspace: give workspace_id alone',
  project: 'a project: give workspace_id and project_id',
};

/** Errors: 403 for a share role, and for a role of another level than that of the most specific scope. */
export function requireAssignable({ name, level, type }: NamedRow, where: RoleScopeQuery): void {
  if (type === 'share') {
    throw forbidden('share_role', `Role ${name} is a share role, which nobody can be given; take a normal one.`);
  }
  const asked = levelOf(where);
  if (level === asked) return;
  throw forbidden(
    'wrong_scope',
    `Role ${name} is of level ${level} and cannot be assigned at the given scope (${asked}), only in ${SCOPE_NAMES[level]}.`,
  );
}

function levelOf({ workspace_id: workspaceId, project_id: projectId }: RoleScopeQuery): OrganizationLevel {
  if (projectId) return 'project';
  return workspaceId ? 'workspace' : 'organization';
}

/** The role in the most specific scope given. */
export function inScope(
  roleId: string,
  { workspace_id: workspaceId, project_id: projectId }: RoleScopeQuery,
): RoleInScope {
  if (!workspaceId) return { roleId, level: 'organization' };
  return projectId ? { roleId, level: 'project', workspaceId, projectId } : { roleId, level: 'workspace', workspaceId };
}

/** The role as contract 3 shows it. */
export function scopedRole(organizationId: string, row: NamedRow): ScopedRole {
  return {
    id: row.role_id ?? '',
    name: row.name,
    description: row.description,
    organization_id: organizationId,
    level: row.level,
    system_managed: row.built_in !== null,
    type: row.type,
  };
}

/** One assignment as contract 3 shows it. */
export function scopedAssignment(role: ScopedRole, holder: HolderRow, where: RoleScopeQuery): ScopedRoleAssignment {
  const { organization_id: organizationId } = role;
  return {
    user: userOf(organizationId, holder),
    team: teamOf(holder),
    role,
    organization_id: organizationId,
    workspace_id: where.workspace_id ?? null,
    project_id: where.project_id ?? null,
  };
}

function userOf(organizationId: string, row: HolderRow): ScopedRoleAssignment['user'] {
  if (row.user_id === null) return null;
  return {
    id: row.user_id,
    username: row.user_name,
    name: row.display_name,
    email: row.email,
    avatar_url: null,
    company: null,
    job_title: null,
    metadata: row.attributes,
    is_active: row.status === 'active',
    is_superuser: false,
    is_service_account: false,
    organization_id: organizationId,
    is_onboarded: true,
  };
}

function teamOf(row: HolderRow): ScopedRoleAssignment['team'] {
  if (row.team_id === null) return null;
  return {
    id: row.team_id,
    name: row.team_name,
    description: row.team_description,
    created: row.team_created,
    updated: row.team_updated,
    member_count: row.member_count,
  };
}
