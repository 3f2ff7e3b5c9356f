import type { Api, ApiAnswer } from './api.js';
import { sql } from './sql.js';
import type { TestTenant } from './tenant.js';

/** The roles of an application, as contract 2 has their paths. */
export function rolesPath(applicationId: string): string {
  return `/v1/applications/${applicationId}/roles`;
}

/** A refusal in the words of contract 2. */
export function roleRefusal(errorCode: number, message: unknown = expect.any(String)): object {
  return { message, error_code: errorCode };
}

/** Makes a role of the application, and answers its id. */
export async function newRole(
  api: Api,
  applicationId: string,
  name: string,
  permissions: readonly string[] = [],
): Promise<string> {
  const answer = await api.post(rolesPath(applicationId), { role_name: name, permissions });
  if (answer.status !== 201) throw new Error(`The test could not make its role: ${JSON.stringify(answer.body)}`);
  return (answer.body as { result: { role_id: string } }).result.role_id;
}

/** Gives the role to all of them. */
export async function giveRole(
  api: Api,
  role: { readonly app: string; readonly role: string },
  type: 'User' | 'Group' | 'Application',
  ...ids: readonly string[]
): Promise<ApiAnswer> {
  return api.post(`${rolesPath(role.app)}/${role.role}/assignments`, { entity_ids: ids, entity_type: type });
}

/** Who holds which role of the tenant, as it is stored: `<role name>: <kind> <id>`. */
export async function storedHolders({ id }: TestTenant): Promise<string[]> {
  const rows = await sql<{ held: string }>(
    `SELECT r.name || ': ' || CASE WHEN a.user_id IS NOT NULL THEN 'user ' WHEN a.group_id IS NOT NULL THEN 'group '
                                   ELSE 'application ' END
            || coalesce(a.user_id, a.group_id, a.holder_application_id) AS held
       FROM role_assignments a JOIN roles r ON r.tenant_id = a.tenant_id AND r.id = a.role_id
      WHERE a.tenant_id = $1 ORDER BY 1`,
    [id],
  );
  return rows.map(({ held }) => held);
}

/** How many role assignments the tenant has, and how many events tell of their making and of their taking away. */
export async function roleCounts({ id }: TestTenant): Promise<{ rows: number; given: number; taken: number }> {
  const [counts] = await sql<{ rows: number; given: number; taken: number }>(
    `SELECT (SELECT count(*)::int FROM role_assignments WHERE tenant_id = $1) AS rows,
            (SELECT count(*)::int FROM audit_events WHERE tenant_id = $1 AND action = 'role_assignment.created') AS given,
            (SELECT count(*)::int FROM audit_events WHERE tenant_id = $1 AND action = 'role_assignment.deleted') AS taken`,
    [id],
  );
  return counts!;
}
