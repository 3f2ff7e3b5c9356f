import { sql } from './sql.js';

/** How many rows every table with a tenant_id holds of this tenant. */
export async function storedRows(tenantId: string): Promise<Record<string, number>> {
  const tables = await sql<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
      WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace ORDER BY 1`,
  );
  const counts = tables.map(
    ({ name }) => `SELECT '${name}' AS name, count(*)::int AS rows FROM "${name}" WHERE tenant_id = $1`,
  );
  const rows = await sql<{ name: string; rows: number }>(counts.join(' UNION ALL '), [tenantId]);
  return Object.fromEntries(rows.map((row) => [row.name, row.rows]));
}
