import { statement, type Statement } from '../../../persistence/statement.js';
import type { ImportKind, StagedColumn } from './import-kind.js';

/** A table that is there for this transaction alone. */
export function temporaryTable(name: string, columns: readonly StagedColumn[]): Statement {
  const list = columns.map(([column, type]) => `${column} ${type}`).join(', ');
  return statement(`transfers.make_${name}`, `CREATE TEMPORARY TABLE ${name} (${list}) ON COMMIT DROP`);
}

/** The valid lines of a file, and those of them that are bad all the same. */
export function IMPORT_TABLES(kind: ImportKind): Statement[] {
  return [
    temporaryTable('import_lines', [['line', 'bigint'], ...kind.staged]),
    temporaryTable('import_bad', [
      ['line', 'bigint'],
      ['column_name', 'text'],
      ['code', 'text'],
      ['value', 'text'],
    ]),
  ];
}

const TABLES = ['import_lines', 'import_rows', 'import_bad'];

/**
 * A statement that reads temporary tables beside those of tenants. A cluster joins no table of the coordinator with one that is
 * distributed: there it reads what a part of the statement has read of it, which goes to the tenant's node. `other` is for
 * what a cluster refuses of the statement besides.
 */
export function stagedStatement(name: string, text: string, other = text): Statement {
  const [start = '', into = ''] = /^WITH |^INSERT INTO (\w+)/.exec(other) ?? [];
  const read = TABLES.filter((table) => table !== into && new RegExp(`\\b${table}\\b`).test(other));
  if (read.length === 0) return statement(name, text);
  const parts = read.map((table) => `${table} AS MATERIALIZED (SELECT * FROM pg_temp.${table})`).join(', ');
  const onCitus = start === 'WITH ' ? `WITH ${parts}, ${other.slice(start.length)}` : `WITH ${parts} ${other}`;
  return statement(name, text, onCitus);
}
