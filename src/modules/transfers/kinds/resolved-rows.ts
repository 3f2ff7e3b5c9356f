import type { TenantScope } from '../../../kernel/scope.js';
import type { BulkSession } from '../../../persistence/bulk/index.js';
import { statement } from '../../../persistence/statement.js';
import type { StagedColumn } from './import-kind.js';
import { foundBy, joinsOf, type Reference } from './references.js';
import { temporaryTable } from './staging.js';

const ANALYZE_ROWS = statement('transfers.analyze_rows', 'ANALYZE import_rows');

/**
 * Makes `import_rows`: each line with the ids of what it refers to (null where that is not there), the ordinal of its
 * user, and `kept` columns as they are.
 */
export async function resolveRows(
  session: BulkSession,
  scope: TenantScope,
  used: ReadonlySet<string>,
  { references, kept }: { references: readonly Reference[]; kept: readonly StagedColumn[] },
): Promise<void> {
  const ids = references.map((each) => ({
    name: `${each.role}_id`,
    type: 'uuid',
    sql: foundBy(each, used, 'id', 'uuid'),
  }));
  const ordinals = references
    .filter(({ table }) => table === 'users')
    .map((each) => ({ name: 'user_ordinal', type: 'integer', sql: foundBy(each, used, 'ordinal', 'integer') }));
  const columns = [
    { name: 'line', type: 'bigint', sql: 's.line' },
    ...ids,
    ...ordinals,
    ...kept.map(([name, type]) => ({ name, type, sql: `s.${name}` })),
  ];
  await session.query(
    temporaryTable(
      'import_rows',
      columns.map(({ name, type }) => [name, type] as const),
    ),
  );
  const select = columns.map(({ sql, name }) => `${sql} AS ${name}`).join(', ');
  const fill = `INSERT INTO import_rows SELECT ${select} FROM import_lines s ${joinsOf(references, used)} WHERE $1::uuid IS NOT NULL`;
  await session.query(statement('transfers.resolve_rows', fill), [scope.tenantId]);
  await session.query(ANALYZE_ROWS);
}
