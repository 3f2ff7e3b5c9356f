/** The floor's answers to what a user may do by roles. */
import { built, metaOf, type Call, type Floor, type FloorOrder, type Row } from './floor-parts.js';

const PER_PAGE = 50;

/** The first page of a user's permissions in an application, with the build's own arithmetic of paths. */
export async function servePermissions({ fastify, query, base }: Floor, { sql }: FloorOrder): Promise<void> {
  const { userPermissions } = await built<{
    userPermissions: (user: string, application: string, rows: readonly Row[]) => object;
  }>('modules/roles/reading/user-permissions.js');
  fastify.get<Call>(`${base}/users/:user/applications/:application/permissions`, async (request) => {
    const { tenant, user, application } = request.params;
    const rows = await query(sql.permissions, [tenant, user, application, PER_PAGE + 1, 0]);
    const total = Number(rows[0]?.total_items);
    const data = userPermissions(user, application, rows.filter((row) => row.is_row).slice(0, PER_PAGE));
    const pages = { page: 1, per_page: PER_PAGE, total_items: total, total_pages: Math.ceil(total / PER_PAGE) };
    return { data, pagination: { ...pages, next_cursor: null }, meta: metaOf(request) };
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
