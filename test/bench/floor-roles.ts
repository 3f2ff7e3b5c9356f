/** The floor's answers to what a user may do by roles. */
import { built, metaOf, type Call, type Floor, type FloorOrder, type Row } from './floor-parts.js';

interface HeldRow extends Row {
  readonly role_id: string;
  readonly permissions: readonly string[];
}

/** A user's permissions in an application, with the build's own arithmetic of paths. */
export async function servePermissions({ fastify, query, base }: Floor, { sql }: FloorOrder): Promise<void> {
  const { withPaths } = await built<{ withPaths: (rows: readonly HeldRow[]) => object[] }>(
    'modules/roles/reading/role-paths.js',
  );
  fastify.get<Call>(`${base}/users/:user/applications/:application/permissions`, async (request) => {
    const { tenant, user, application } = request.params;
    const rows = (await query(sql.permissions, [tenant, user, application])) as HeldRow[];
    const roles = new Map<string, string[]>();
    for (const { role_id: roleId, permissions } of rows) {
      for (const permission of permissions) roles.set(permission, [...(roles.get(permission) ?? []), roleId]);
    }
    const inOrder = [...roles].sort(([left], [right]) => (left < right ? -1 : 1));
    const permissions = inOrder.map(([permission, roleIds]) => ({ permission, role_ids: roleIds }));
    const data = { user_id: user, application_id: application, permissions, roles: withPaths(rows) };
    return { data, meta: metaOf(request) };
  });
}

/** Whether a user may do something to many applications. */
export async function servePermissionChecks({ fastify, query, base }: Floor, { sql }: FloorOrder): Promise<void> {
  const { permissionsThatGive } = await built<{ permissionsThatGive: (action: string) => string[] }>(
    'kernel/permissions.js',
  );
  fastify.post<Call>(`${base}/permissions/check`, async (request) => {
    const { user_id: user, action, resources } = request.body;
    const ids = resources.map((name) => name.slice(name.indexOf(':') + 1));
    const values = [request.params.tenant, user, permissionsThatGive(action), ids, [], []];
    const [row] = await query(sql.checkPermission, values);
    const allowed = new Set(row?.status === 'active' ? (row.allowed as string[]) : []);
    const results = Object.fromEntries(resources.map((name) => [name, allowed.has(name)]));
    return { data: { results }, meta: metaOf(request) };
  });
}
