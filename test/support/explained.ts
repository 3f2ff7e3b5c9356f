import type pg from 'pg';
import type { RecordedStatement } from './statement-recorder.js';

/** How a cluster runs a statement. */
export interface Routing {
  readonly text: string;
  /** Parts that are run one after the other: one, where the statement reaches its shard as it is. */
  readonly steps: number;
  /** The most shards that a part reaches at once; 0 where none reaches any. */
  readonly shards: number;
  /** Why there is no plan, in PostgreSQL's words; null where there is one. */
  readonly refused: string | null;
}

/** What has a plan; the others are about transactions and sessions. COPY of a query has that of the query. */
const PLANNED = /^(WITH|SELECT|INSERT|UPDATE|DELETE|COPY \((?!FROM))/i;

/** The plan of a recorded statement in its own scope, as PostgreSQL tells it. Nothing of it stays. */
async function planOf(client: pg.Client, statement: RecordedStatement, enter: string): Promise<unknown> {
  const { text, values, scope, temporary } = statement;
  await client.query('BEGIN');
  try {
    if (scope[0] !== '') await client.query(enter, [...scope]);
    for (const made of temporary) await client.query(made);
    const query = text.replace(/^COPY \(([\s\S]*)\) TO STDOUT[^)]*\)$/, '$1');
    const { rows } = await client.query<{ 'QUERY PLAN': unknown }>(`EXPLAIN (FORMAT JSON) ${query}`, [...values]);
    return rows[0]?.['QUERY PLAN'];
  } finally {
    await client.query('ROLLBACK');
  }
}

/** All values of a key, wherever it stands. */
function valuesOf(plan: unknown, key: string): unknown[] {
  if (typeof plan !== 'object' || plan === null) return [];
  return Object.entries(plan).flatMap(([name, value]) => [...(name === key ? [value] : []), ...valuesOf(value, key)]);
}

/** Explains what has a plan. */
export async function explained(
  client: pg.Client,
  statements: readonly RecordedStatement[],
  enter: string,
): Promise<Routing[]> {
  const found: Routing[] = [];
  for (const statement of statements.filter(({ text }) => PLANNED.test(text.trim()))) {
    let refused: string | null = null;
    const plan = await planOf(client, statement, enter).catch((error: unknown) => {
      refused = (error as Error).message;
    });
    const tasks = valuesOf(plan, 'Task Count').map(Number);
    const inserts = valuesOf(plan, 'INSERT/SELECT method').length;
    found.push({ text: statement.text, steps: tasks.length + inserts, shards: Math.max(0, ...tasks), refused });
  }
  return found;
}
