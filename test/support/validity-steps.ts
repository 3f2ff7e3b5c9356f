import type { ApiAnswer } from './api.js';
import { sql } from './sql.js';
import type { TestTenant } from './tenant.js';

/** Bounds that are the same whenever a test runs. */
export const UNBOUND = { valid_from: null, valid_until: null };
export const SCHEDULED = { valid_from: '2999-01-01T00:00:00.000Z', valid_until: null };
export const EXPIRED = { valid_from: null, valid_until: '2020-01-01T00:00:00.000Z' };
export const VALID = { valid_from: '2020-01-01T00:00:00.000Z', valid_until: '2999-01-01T00:00:00.000Z' };

/** All bounds with the state that they are, at any time at which a test may run. */
export const STATES = [
  ['valid', UNBOUND],
  ['valid', VALID],
  ['valid', { valid_from: VALID.valid_from, valid_until: null }],
  ['valid', { valid_from: null, valid_until: VALID.valid_until }],
  ['scheduled', SCHEDULED],
  ['scheduled', { valid_from: SCHEDULED.valid_from, valid_until: '2999-01-02T00:00:00.000Z' }],
  ['expired', EXPIRED],
  ['expired', { valid_from: '2019-01-01T00:00:00.000Z', valid_until: EXPIRED.valid_until }],
] as const;

/** The changes of a kind of resource that the tenant's trail tells of, the oldest first. */
export async function trailOf(tenant: TestTenant, resourceType: string): Promise<object[]> {
  const events = await sql<{ action: string; before: object | null; after: object | null }>(
    `SELECT action, before, after FROM audit_events WHERE tenant_id = $1 AND resource_type = $2 ORDER BY seq`,
    [tenant.id, resourceType],
  );
  return events.map((event) => ({ ...event, before: inIso(event.before), after: inIso(event.after) }));
}

/** How often each status was answered. */
export function statuses(answers: readonly ApiAnswer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** The snapshot with its moments as answers have them: the trail keeps them as the database writes them, or as we do. */
function inIso(snapshot: object | null): object | null {
  if (snapshot === null) return null;
  const moments = new Set(['assigned_at', 'added_at', 'valid_from', 'valid_until']);
  const entries = Object.entries(snapshot).map(([name, value]: [string, unknown]) => {
    return [name, moments.has(name) && typeof value === 'string' ? new Date(value).toISOString() : value];
  });
  return Object.fromEntries(entries) as object;
}
