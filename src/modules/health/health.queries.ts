import { statement } from '../../persistence/statement.js';

/** How many of the named migrations the schema has; the table of migrations is small and has no index that would matter. */
export const COUNT_MIGRATIONS = statement(
  'health.count_migrations',
  'SELECT count(*)::int AS applied FROM migrations WHERE name = ANY ($1::text[])',
);
