import type { Api, ApiAnswer } from './api.js';
import { sql } from './sql.js';
import type { TestTenant } from './tenant.js';

/** The two kinds of assignee, as contract 1 spells them in its paths. */
export const ASSIGNEES = [
  { kind: 'user', plural: 'users', type: 'direct' },
  { kind: 'group', plural: 'groups', type: 'group' },
] as const;

export type AssigneeKind = (typeof ASSIGNEES)[number]['kind'];

/** An assignee of a new tenant, with the paths of its applications. */
export async function newAssignee(
  tenant: TestTenant,
  kind: AssigneeKind,
): Promise<{ id: string; applications: string }> {
  const id = kind === 'user' ? await tenant.user() : await tenant.group();
  return { id, applications: `${tenant.path}/${kind}s/${id}/applications` };
}

/** `meta` of an answer: the request id is the one of its header. */
export function metaOf({ headers }: ApiAnswer): object {
  return { request_id: headers.get('x-request-id'), timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) };
}

/** The body of a refusal in the contract's error format. */
export function refusal({ headers }: ApiAnswer, code: unknown, detail: unknown): object {
  return { detail, code, request_id: headers.get('x-request-id') };
}

/** The body of a 422 for one wrong value. */
export function wrongValue(answer: ApiAnswer, loc: readonly (string | number)[], type: unknown): object {
  return refusal(answer, 'validation_failed', [{ loc, msg: expect.any(String), type }]);
}

/** Puts one group into another. */
export async function nest(tenant: TestTenant, parentId: string, childId: string): Promise<void> {
  const answer = await tenant.api.put(`${tenant.path}/groups/${parentId}/groups/${childId}`);
  if (answer.status !== 201) throw new Error(`The test could not nest its groups: ${JSON.stringify(answer.body)}`);
}

/** Assigns an application, and answers what was made. */
export async function assign(
  tenant: TestTenant,
  kind: AssigneeKind,
  assigneeId: string,
  applicationId: string,
): Promise<{ id: string; assigned_at: string }> {
  const answer = await tenant.api.post(`${tenant.path}/${kind}s/${assigneeId}/applications`, {
    application_id: applicationId,
  });
  if (answer.status !== 201) throw new Error(`The test could not assign: ${JSON.stringify(answer.body)}`);
  return (answer.body as { data: { id: string; assigned_at: string } }).data;
}

/** The assignments that the tenant has stored, by assigned_at and id. */
export async function storedAssignments(tenant: TestTenant): Promise<object[]> {
  return sql(
    `SELECT id, application_id, user_id, group_id, assigned_by FROM assignments WHERE tenant_id = $1 ORDER BY assigned_at, id`,
    [tenant.id],
  );
}

/** How many rows the tenant has stored of assignments and of their audit events. */
export async function assignmentCounts(tenant: TestTenant): Promise<{ rows: number; events: number }> {
  const [counts] = await sql<{ rows: number; events: number }>(
    `SELECT (SELECT count(*)::int FROM assignments WHERE tenant_id = $1) AS rows,
            (SELECT count(*)::int FROM audit_events WHERE tenant_id = $1 AND resource_type = 'assignment') AS events`,
    [tenant.id],
  );
  return counts!;
}

/** Makes many applications behind the service's back, for speed; answers their ids in the order of the ids. */
export async function manyApplications(tenant: TestTenant, count: number): Promise<string[]> {
  const rows = await sql<{ id: string }>(
    `INSERT INTO applications (tenant_id, id, name, search_key, client_id)
     SELECT $1, gen_random_uuid(), 'App ' || n, 'app ' || n, 'app-' || n FROM generate_series(1, $2) n RETURNING id`,
    [tenant.id, count],
  );
  return rows.map(({ id }) => id).sort();
}

/** The subject of the token that `api` sends. */
export function subjectOf(api: Api): string {
  const claims = Buffer.from((api.token ?? '').split('.')[1] ?? '', 'base64url').toString();
  return (JSON.parse(claims) as { sub: string }).sub;
}
