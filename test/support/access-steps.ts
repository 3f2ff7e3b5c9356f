import type { ApiAnswer } from './api.js';
import { sql } from './sql.js';
import type { TestTenant } from './tenant.js';

/** When something holds: an hour from now on, or until an hour ago. */
export type OutOfTime = 'later' | 'ended';

interface Bounds {
  readonly valid_from: string | null;
  readonly valid_until: string | null;
}

/** Bounds the membership of a user behind the service's back; answers the bounds as the service shows them. */
export async function boundMembership(groupId: string, userId: string, when: OutOfTime): Promise<Bounds> {
  return bound('group_members', 'group_id = $1 AND user_id = $2', [groupId, userId], when);
}

/** The same for an assignment. */
export async function boundAssignment(assignmentId: string, when: OutOfTime): Promise<Bounds> {
  return bound('assignments', 'id = $1', [assignmentId], when);
}

async function bound(table: string, where: string, values: string[], when: OutOfTime): Promise<Bounds> {
  const change =
    when === 'later'
      ? `valid_from = date_trunc('second', now()) + interval '1 hour', valid_until = NULL`
      : `valid_from = NULL, valid_until = date_trunc('second', now()) - interval '1 hour'`;
  const [row] = await sql<{ valid_from: Date | null; valid_until: Date | null }>(
    `UPDATE ${table} SET ${change} WHERE ${where} RETURNING valid_from, valid_until`,
    values,
  );
  if (!row) throw new Error(`The test found no row of ${table} to bound.`);
  return { valid_from: row.valid_from?.toISOString() ?? null, valid_until: row.valid_until?.toISOString() ?? null };
}

/** Asks whether a user can use an application, and why. */
export async function why(tenant: TestTenant, userId: string, applicationId: string): Promise<ApiAnswer> {
  return tenant.api.get(`${tenant.path}/users/${userId}/applications/${applicationId}/access`);
}

interface ShownPath {
  readonly effective: boolean;
  readonly assignment: { readonly assignment_type: string };
  readonly via: readonly { readonly name: string }[];
  readonly reasons: readonly string[];
}

/** A line a path: `Team < Staff` where it gives access, `not Team < Staff: membership_expired` where it does not. */
export function pathLines(paths: readonly ShownPath[]): string[] {
  return paths.map(({ effective, assignment, via, reasons }) => {
    const way = via.map(({ name }) => name).join(' < ') || assignment.assignment_type;
    return effective ? way : `not ${way}: ${reasons.join(' ')}`;
  });
}
