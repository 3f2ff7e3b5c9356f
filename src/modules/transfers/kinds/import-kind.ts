import type { TenantScope } from '../../../kernel/scope.js';
import type { BulkSession } from '../../../persistence/bulk/index.js';
import type { TransferKind } from '../transfer-kinds.js';
import type { Column, Report, Staged } from './columns.js';

/** A column of a temporary table: its name and its type, as SQL. */
export type StagedColumn = readonly [name: string, type: string];

/** A line that stands against what is there or against another line; `value` is what it says in `column`. */
export interface BadRow {
  readonly line: number;
  readonly column_name: string;
  readonly code: string;
  readonly value: string;
}

/**
 * How the lines of one kind become rows, in set-based steps over the table `import_lines`, which holds the valid lines
 * with their number `line`. `used` are the columns that the file has.
 */
export interface ImportKind {
  readonly name: TransferKind;
  /** All that a file may have. */
  readonly columns: readonly Column[];
  /** Of each of these a file must have one. */
  readonly required: readonly (readonly string[])[];
  /** Whether an empty text is a value of some column, and differs from none. */
  readonly emptyIsValue: boolean;
  /** The columns of `import_lines` behind `line`. */
  readonly staged: readonly StagedColumn[];
  /** What is staged of a line, from the values of `columns`; it reports what they are together. */
  readonly stage: (values: readonly Staged[], report: Report) => readonly Staged[];
  /** Finds the rows that lines refer to, where they refer to some, into the table `import_rows`. */
  readonly resolve?: (session: BulkSession, scope: TenantScope, used: ReadonlySet<string>) => Promise<void>;
  /** SELECT of bad rows ($1: tenant). */
  readonly bad: string;
  /** Finds bad rows that one statement cannot; those of `bad` are in `import_bad` by then. */
  readonly refine?: (session: BulkSession, scope: TenantScope) => Promise<BadRow[]>;
  /** Writes all lines that are not in `import_bad`, with their trail, and answers how many were new. */
  readonly write: (session: BulkSession, scope: TenantScope, take: TakeOrdinals) => Promise<number>;
}

/** The first of `count` new numbers of users. */
export type TakeOrdinals = (count: number) => Promise<number>;
