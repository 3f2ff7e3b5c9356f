import { sql } from './sql.js';
import type { TestTenant } from './tenant.js';

/** One user who would gain or lose one application. */
interface ChangedPair {
  readonly user_id: string;
  readonly user_name: string;
  readonly application_id: string;
  readonly application_name: string;
}

/** One side of the answer of a dry run. */
export interface ChangeSide {
  readonly count: number;
  readonly items: readonly ChangedPair[];
  readonly next_cursor: string | null;
}

/** Who can use which of the applications, as `user application`, in order. What is not there nobody can. */
export async function pairsNow(
  { api, path }: TestTenant,
  applications: Readonly<Record<string, string>>,
): Promise<string[]> {
  const pairs: string[] = [];
  for (const [name, id] of Object.entries(applications)) {
    const answer = await api.get(`${path}/applications/${id}/effective-users?per_page=200`);
    if (answer.status === 404) continue;
    pairs.push(...(answer.body.data as { user_name: string }[]).map((row) => `${row.user_name} ${name}`));
  }
  return pairs.sort();
}

/** Who would gain or lose what, spelled and ordered alike. */
export const pairsIn = (side: ChangeSide): string[] =>
  side.items.map((item) => `${item.user_name} ${item.application_name}`).sort();

/** What came and what went between two answers of pairsNow. */
export function difference(had: readonly string[], has: readonly string[]): { gained: string[]; lost: string[] } {
  return { gained: has.filter((pair) => !had.includes(pair)), lost: had.filter((pair) => !has.includes(pair)) };
}

/** Everything about access that the tenant has stored, trail and counters included. */
export async function storedAccess({ id }: TestTenant): Promise<object> {
  const tables = ['users', 'groups', 'group_members', 'group_nestings', 'group_closure', 'applications', 'assignments'];
  const all = [...tables, 'user_sets', 'user_ordinals', 'audit_events', 'idempotency_keys'];
  const entries = all.map(async (table): Promise<[string, unknown[]]> => {
    const rows = await sql<{ row: unknown }>(
      `SELECT to_jsonb(t) AS row FROM ${table} t WHERE tenant_id = $1 ORDER BY to_jsonb(t)::text`,
      [id],
    );
    return [table, rows];
  });
  return Object.fromEntries(await Promise.all(entries));
}
