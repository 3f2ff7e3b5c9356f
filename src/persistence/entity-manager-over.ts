import type { QueryResult } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';

type Query = (text: string, values: unknown[]) => Promise<QueryResult>;

/** TypeORM's entity manager, whose statements `query` runs. */
export function entityManagerOver(
  dataSource: DataSource,
  { isTransactionActive }: { isTransactionActive: boolean },
  query: Query,
): EntityManager {
  const runner = dataSource.createQueryRunner();
  // A runner that has its connection asks the pool for none; there is nothing to release afterwards.
  const databaseConnection = { query: (text: string, values: unknown[] = []) => query(text, values) };
  return Object.assign(runner, { databaseConnection, isTransactionActive }).manager;
}
