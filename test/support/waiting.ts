import { sql } from './sql.js';

/** Waits until so many statements wait for locks in the worker's database. */
export async function waiting(count: number): Promise<void> {
  const text = `SELECT 1 FROM pg_locks l JOIN pg_stat_activity a USING (pid)
                 WHERE a.datname = current_database() AND NOT l.granted`;
  while ((await sql(text)).length < count);
}
