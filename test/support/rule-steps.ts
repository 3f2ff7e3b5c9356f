import type { Api, ApiAnswer } from './api.js';
import { sql } from './sql.js';
import type { TestTenant } from './tenant.js';

/** Makes a dynamic group and answers its id. */
export async function dynamicGroup(
  { path, api }: { readonly path: string; readonly api: Api },
  name: string,
  rule: string,
): Promise<string> {
  const answer = await api.post(`${path}/groups`, { name, kind: 'dynamic', rule });
  if (answer.status !== 201) throw new Error(`The test could not make its group: ${JSON.stringify(answer.body)}`);
  return (answer.body as { data: { id: string } }).data.id;
}

/** A rule for the users of a department. */
export function ofDepartment(department: string): string {
  return `attributes.department eq ${JSON.stringify(department)}`;
}

/** The ids of the members of a group, in the order of the list: by id. */
export async function memberIds({ path, api }: TestTenant, groupId: string, more = ''): Promise<string[]> {
  const answer = await api.get(`${path}/groups/${groupId}/members?per_page=200${more}`);
  if (answer.status !== 200) throw new Error(`The test could not list the members: ${JSON.stringify(answer.body)}`);
  return (answer.body as { data: { user_id: string }[] }).data.map(({ user_id }) => user_id);
}

/** An event of the trail without what differs from run to run, oldest first; `like` is of its action. */
export async function eventsOf({ id }: TestTenant, like: string): Promise<object[]> {
  return sql(
    `SELECT action, group_id, user_id, before, after FROM audit_events WHERE tenant_id = $1 AND action LIKE $2 ORDER BY seq`,
    [id, like],
  );
}

/** The members by rule that are stored, as `group user ordinal`. */
export async function storedMembers({ id }: TestTenant): Promise<string[]> {
  const rows = await sql<{ row: string }>(
    `SELECT concat_ws(' ', group_id, user_id, user_ordinal) AS row FROM rule_members WHERE tenant_id = $1 ORDER BY 1`,
    [id],
  );
  return rows.map(({ row }) => row);
}

/** The status and the code of an answer. */
export function outcomeOf({ status, body }: ApiAnswer): [number, unknown] {
  return [status, (body as { code?: unknown } | undefined)?.code];
}
