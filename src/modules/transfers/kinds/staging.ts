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
