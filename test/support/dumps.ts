import { spawnSync } from 'node:child_process';
import { rowsAt } from './database-copy.js';
import { withClient } from './new-database.js';
import { sql } from './sql.js';

/** Why this machine cannot do what docs/backup.md says; null where it can. pg_dump refuses a server that is newer than itself. */
export async function lackingForDumps(): Promise<string | null> {
  const [row] = await sql<{ major: number }>(`SELECT current_setting('server_version_num')::int / 10000 AS major`);
  for (const program of ['pg_dump', 'pg_restore']) {
    const { status, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
    if (status !== 0) return `there is no ${program} on this machine`;
    const major = Number(/ (\d+)\./.exec(stdout)?.[1]);
    if (major < row!.major) return `${program} ${major} is older than the server, ${row!.major}`;
  }
  return null;
}

/** What a database holds, by table. */
export async function contentOf(url: string): Promise<Record<string, unknown>> {
  const tables = await rowsAt<{ name: string }>(
    url,
    "SELECT relname AS name FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace ORDER BY 1",
  );
  return withClient(url, async (client) => {
    const content: Record<string, unknown> = {};
    for (const { name } of tables) {
      const { rows } = await client.query<{ rows: number; sum: string }>(
        `SELECT count(*)::int AS rows, md5(string_agg(t::text, E'\\n' ORDER BY t::text)) AS sum FROM "${name}" t`,
      );
      content[name] = [rows[0]?.rows, rows[0]?.sum];
    }
    return content;
  });
}
