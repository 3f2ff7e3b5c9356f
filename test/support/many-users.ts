import { sql } from './sql.js';

/** Makes many users behind the service's back, for speed; answers their ids in the order in which they were made. */
export async function manyUsers(tenantId: string, count: number): Promise<string[]> {
  const rows = await sql<{ id: string; ordinal: number }>(
    `WITH counter AS (
       INSERT INTO user_ordinals AS counter (tenant_id, next_ordinal) VALUES ($1, $2::int)
       ON CONFLICT (tenant_id) DO UPDATE SET next_ordinal = counter.next_ordinal + $2::int
       RETURNING next_ordinal - $2::int AS first
     )
     INSERT INTO users (tenant_id, id, ordinal, user_name, user_name_key, display_name_key, search_key)
     SELECT $1, gen_random_uuid(), first + n - 1, 'u' || n, 'u' || n, 'u' || n, 'u' || n
       FROM counter, generate_series(1, $2::int) n
     RETURNING id, ordinal`,
    [tenantId, count],
  );
  return rows.sort((a, b) => a.ordinal - b.ordinal).map(({ id }) => id);
}
