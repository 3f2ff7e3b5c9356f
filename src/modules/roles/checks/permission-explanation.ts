import { countOf } from '../../access/index.js';
import { groupsOf, pathsToRole, type RolePaths } from '../reading/role-paths.js';
import type { HeldRoleRow } from '../reading/user-roles.read-model.js';
import type { PermissionPathResponse, PermissionReasonsResponse } from './dto/permission-check.response.js';
import type { ExplainedRow } from './permission-checks.queries.js';
import type { Resource } from './resources.js';

/** Most paths that are shown of each resource. */
const MOST_PATHS = 20;

type HeldRow = ExplainedRow & HeldRoleRow;

/** A role that a user holds in one scope, with the ways to it. */
interface WayToRole {
  readonly row: HeldRow;
  readonly found: RolePaths;
}

/** Why each of the resources is allowed, or is not, in their order. */
export function explainPermissions(
  resources: readonly Resource[],
  rows: readonly ExplainedRow[],
): Record<string, PermissionReasonsResponse> {
  const known = new Map(Object.entries(rows[0]?.known ?? {}));
  const groups = groupsOf(rows);
  const held = rows.flatMap((row) => (row.role_id === null ? [] : [row]));
  const roles = new RolesByScope(held.map((row) => ({ row, found: pathsToRole(groups, row.assignments, MOST_PATHS) })));
  const isSuspended = rows[0]?.status === 'suspended';
  const explained = resources.map((resource) => {
    const workspaceId = known.get(resource.name);
    const ways = workspaceId === undefined ? [] : roles.countingFor(resource, workspaceId);
    const reason = workspaceId === undefined ? 'resource_not_found' : ways.length === 0 ? 'no_role' : null;
    return [resource.name, reasonsOf(reason ?? (isSuspended ? 'user_suspended' : null), ways)] as const;
  });
  return Object.fromEntries(explained);
}

/** The roles of a user by where they count. */
class RolesByScope {
  readonly #everywhere: readonly WayToRole[];
  readonly #byScope = new Map<string, WayToRole[]>();

  constructor(roles: readonly WayToRole[]) {
    this.#everywhere = roles.filter(({ row }) => row.built_in === 'organization.admin');
    for (const role of roles) {
      const key = `${role.row.level}:${role.row.scope_id}`;
      this.#byScope.set(key, [...(this.#byScope.get(key) ?? []), role]);
    }
  }

  /** `workspaceId` is that of a project. */
  countingFor({ name }: Resource, workspaceId: string | null): WayToRole[] {
    const above = (this.#byScope.get(`workspace:${workspaceId ?? ''}`) ?? []).filter(
      ({ row }) => row.built_in === 'workspace.admin',
    );
    return [...(this.#byScope.get(name) ?? []), ...above, ...this.#everywhere];
  }
}

function reasonsOf(reason: PermissionReasonsResponse['reason'], ways: readonly WayToRole[]): PermissionReasonsResponse {
  const count = ways.reduce((sum, { found }) => sum + found.count, 0n);
  const paths = ways
    .flatMap(({ row, found }) => found.paths.map((path) => pathOf(row, path)))
    .sort((left, right) => left.via.length - right.via.length)
    .slice(0, MOST_PATHS);
  return {
    allowed: reason === null,
    reason,
    path_count: countOf(count),
    path_count_exact: String(count),
    paths,
    paths_truncated: count > BigInt(paths.length),
  };
}

function pathOf(row: HeldRow, path: RolePaths['paths'][number]): PermissionPathResponse {
  const { role_id, role_name, level, application_id, workspace_id, project_id } = row;
  return { role_id, role_name, level, application_id, workspace_id, project_id, ...path };
}
