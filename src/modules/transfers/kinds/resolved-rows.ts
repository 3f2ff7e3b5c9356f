import type { TenantScope } from '../../../kernel/scope.js';
import type { BulkSession } from '../../../persistence/bulk/index.js';
import { statement } from '../../../persistence/statement.js';
import type { StagedColumn } from './import-kind.js';
import { askedFor, foundBy, joinsOf, type Reference } from './references.js';
import { stagedStatement, temporaryTable } from './staging.js';

/** A column of `import_rows` that is looked up. */
interface Found {
  readonly of: Reference;
  readonly name: string;
  readonly column: string;
  readonly type: string;
}

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
  const found = references.map((of): Found => ({ of, name: `${of.role}_id`, column: 'id', type: 'uuid' }));
  for (const of of references) {
    if (of.table === 'users') found.push({ of, name: 'user_ordinal', column: 'ordinal', type: 'integer' });
  }
  const columns = [['line', 'bigint'], ...found.map(({ name, type }) => [name, type] as const), ...kept] as const;
  await session.query(temporaryTable('import_rows', columns));
  const fill = (looked: (each: Found) => string, joins: string): string => {
    const select = ['s.line', ...found.map(looked), ...kept.map(([name]) => `s.${name}`)].join(', ');
    return `INSERT INTO import_rows SELECT ${select} FROM import_lines s ${joins} WHERE $1::uuid IS NOT NULL`;
  };
  const joined = fill(({ of, column, type }) => foundBy(of, used, column, type), joinsOf(references, used));
  const asked = fill(({ of, column, type }) => askedFor(of, used, column, type), '');
  await session.query(stagedStatement('transfers.resolve_rows', joined, asked), [scope.tenantId]);
  await session.query(ANALYZE_ROWS);
}
