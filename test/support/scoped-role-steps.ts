import type { Api, ApiAnswer } from './api.js';
import { sql } from './sql.js';
import type { TestTenant } from './tenant.js';

/** Where, and by whom, a role is held. */
export interface RolePlace {
  readonly user_id?: string;
  readonly team_id?: string;
  readonly workspace_id?: string;
  readonly project_id?: string;
}

/** The URL of the assignments of a role, with these parameters. */
export function assignmentsUrl(roleId: string, place: RolePlace = {}): string {
  const query = new URLSearchParams(place as Record<string, string>).toString();
  return `/roles/${roleId}/assignments${query === '' ? '' : `?${query}`}`;
}

export const assign = (api: Api, roleId: string, place: RolePlace): Promise<ApiAnswer> =>
  api.post(assignmentsUrl(roleId, place));

export const revoke = (api: Api, roleId: string, place: RolePlace): Promise<ApiAnswer> =>
  api.delete(assignmentsUrl(roleId, place));

export const holders = (api: Api, roleId: string, place: RolePlace = {}): Promise<ApiAnswer> =>
  api.get(assignmentsUrl(roleId, place));

/** The ids of the built-in roles, by level and name such as `workspace Stack Admin`. */
export async function builtInRoles({ api, path }: TestTenant): Promise<ReadonlyMap<string, string>> {
  const { body } = await api.get(`${path}/roles?per_page=200`);
  const roles = (body as { data: { id: string; level: string; name: string; system_managed: boolean }[] }).data;
  return new Map(roles.filter((role) => role.system_managed).map((role) => [`${role.level} ${role.name}`, role.id]));
}

/** Makes a role and answers its id. */
export async function newRole({ api, path }: TestTenant, level: string, more: object = {}): Promise<string> {
  const name = `role ${Math.random()}`;
  const made = await api.post(`${path}/roles`, { name, level, ...more });
  if (made.status !== 201) throw new Error(`The test could not make its role: ${JSON.stringify(made.body)}`);
  return (made.body as { data: { id: string } }).data.id;
}

/** What the database keeps: assignments of roles, how many direct roles each member is counted with, and the events. */
export async function storedRoles({ id }: TestTenant): Promise<{
  held: { role_id: string; holder: string; scope_id: string }[];
  members: { user_id: string; role_count: number }[];
  events: { given: number; taken: number };
}> {
  const held = await sql<{ role_id: string; holder: string; scope_id: string }>(
    `SELECT role_id, coalesce(user_id, group_id, holder_application_id) AS holder, scope_id
       FROM role_assignments WHERE tenant_id = $1 ORDER BY role_id, holder, scope_id`,
    [id],
  );
  const members = await sql<{ user_id: string; role_count: number }>(
    'SELECT user_id, role_count FROM organization_members WHERE tenant_id = $1 ORDER BY user_id',
    [id],
  );
  const [events] = await sql<{ given: number; taken: number }>(
    `SELECT count(*) FILTER (WHERE action = 'role_assignment.created')::int AS given,
            count(*) FILTER (WHERE action = 'role_assignment.deleted')::int AS taken
       FROM audit_events WHERE tenant_id = $1`,
    [id],
  );
  return { held, members, events: events! };
}
