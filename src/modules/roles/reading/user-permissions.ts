import type { UserPermissionsResponse } from './dto/user-permissions.response.js';
import { MOST_PATHS, withPaths } from './role-paths.js';
import type { GivenPermissionRow } from './user-permissions.read-model.js';
import type { HeldRoleRow } from './user-roles.read-model.js';

/** Most paths of one answer, as many as a page of 200 roles shows: where more are named, fewer of each are shown. */
const MOST_PATHS_OF_ALL = 200 * MOST_PATHS;

/** A page of what a user may do in an application, with the roles that the page names. */
export function userPermissions(
  userId: string,
  applicationId: string,
  rows: readonly GivenPermissionRow[],
): UserPermissionsResponse {
  const named = rows[0]?.roles ?? [];
  const given = permissionsByRole(rows);
  const held = named.map((role, at): HeldRoleRow => ({
    ...role,
    level: 'application',
    scope_id: applicationId,
    application_id: applicationId,
    workspace_id: null,
    project_id: null,
    permissions: given.get(role.role_id) ?? [],
    graph: at === 0 ? (rows[0]?.graph ?? null) : null,
  }));
  const most = Math.max(1, Math.min(MOST_PATHS, Math.floor(MOST_PATHS_OF_ALL / held.length)));
  return {
    user_id: userId,
    application_id: applicationId,
    permissions: rows.map(({ permission, roles_total, given_by }) => ({
      permission,
      role_ids: given_by.map((each) => each.role_id),
      roles_total,
    })),
    roles: withPaths(held, most),
  };
}

/** What each role is named for, in the order that the role has it in. */
function permissionsByRole(rows: readonly GivenPermissionRow[]): Map<string, string[]> {
  const places = new Map<string, [place: number, permission: string][]>();
  for (const { permission, given_by: roles } of rows) {
    for (const { role_id: roleId, place } of roles) {
      const given = places.get(roleId) ?? [];
      places.set(roleId, given);
      given.push([place, permission]);
    }
  }
  const inOrder = [...places].map(([roleId, given]) => {
    const permissions = given.sort(([left], [right]) => left - right).map(([, permission]) => permission);
    return [roleId, permissions] as const;
  });
  return new Map(inOrder);
}
