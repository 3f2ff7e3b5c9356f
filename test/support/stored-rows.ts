import { rowsAt } from './database-copy.js';
import { workerState } from './test-state.js';

/** How many rows every table with a tenant_id holds of this tenant, in the worker's database or that at `url`. */
export async function storedRows(tenantId: string, url = workerState().databaseUrl): Promise<Record<string, number>> {
  const tables = await rowsAt<{ name: string }>(
    url,
    `SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
      WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace ORDER BY 1`,
  );
  const counts = tables.map(
    ({ name }) => `SELECT '${name}' AS name, count(*)::int AS rows FROM "${name}" WHERE tenant_id = $1`,
  );
  const rows = await rowsAt<{ name: string; rows: number }>(url, counts.join(' UNION ALL '), [tenantId]);
  return Object.fromEntries(rows.map((row) => [row.name, row.rows]));
}
