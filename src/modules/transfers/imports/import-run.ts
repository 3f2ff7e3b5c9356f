import { DomainError } from '../../../kernel/domain-error.js';
import type { TenantScope } from '../../../kernel/scope.js';
import type { BulkSession } from '../../../persistence/bulk/index.js';
import { statement } from '../../../persistence/statement.js';
import { badRowMessage } from '../kinds/bad-row-messages.js';
import type { BadRow, ImportKind, TakeOrdinals } from '../kinds/import-kind.js';
import { MOST_KEPT, type ImportProgress } from './import-progress.js';
import type { StagedLines } from './staged-lines.js';
import { IMPORT_TABLES, stagedStatement } from '../kinds/staging.js';

/** PostgreSQL's insufficient_privilege. */
const FORBIDDEN = '42501';

const ANALYZE_LINES = statement('transfers.analyze_lines', 'ANALYZE import_lines');
const ANALYZE_BAD = statement('transfers.analyze_bad', 'ANALYZE import_bad');

/** Values: bad rows as lists of lines, columns, codes and values. */
const ADD_BAD = statement(
  'transfers.add_bad',
  `INSERT INTO import_bad (line, column_name, code, value) SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[])`,
);

/** How many lines are bad, and the first of them. Values: how many to answer. */
const READ_BAD = statement(
  'transfers.read_bad',
  `SELECT total.lines::float8 AS lines, first.*
     FROM (SELECT count(DISTINCT line) AS lines FROM import_bad) total
     LEFT JOIN (SELECT line::float8, column_name, code, value FROM import_bad ORDER BY line, column_name LIMIT $1) first ON true`,
);

/** The number of all bad lines with each of the first; one row without a line where there are none. */
type CountedBad = { readonly lines: number } & (BadRow | { readonly line: null });

/** One file on its way into the tables of its kind, inside one transaction. */
export class ImportRun {
  #used: ReadonlySet<string> = new Set();

  constructor(
    private readonly kind: ImportKind,
    private readonly session: BulkSession,
    private readonly scope: TenantScope,
    private readonly progress: ImportProgress,
  ) {}

  /** Stages the lines that `lines` writes, no faster than the database takes them. */
  async stage(lines: StagedLines): Promise<void> {
    await this.#makeTables();
    this.#used = await lines(
      this.session.copyInto('import_lines', ['line', ...this.kind.staged.map(([name]) => name)]),
    );
    await this.session.query(ANALYZE_LINES);
  }

  /** Finds the lines that stand against what is there, or against one another. */
  async check(): Promise<void> {
    await this.kind.resolve?.(this.session, this.scope, this.#used);
    const find = `INSERT INTO import_bad (line, column_name, code, value) ${this.kind.bad}`;
    await this.session.query(stagedStatement(`transfers.find_bad_${this.kind.name}`, find), [this.scope.tenantId]);
    const more = (await this.kind.refine?.(this.session, this.scope)) ?? [];
    await this.session.query(ADD_BAD, [
      more.map((row) => row.line),
      more.map((row) => row.column_name),
      more.map((row) => row.code),
      more.map((row) => row.value),
    ]);
    await this.session.query(ANALYZE_BAD);
    const rows = await this.session.query<CountedBad>(READ_BAD, [MOST_KEPT]);
    const first = rows.flatMap((row) => (row.line === null ? [] : [{ ...row, message: badRowMessage(row) }]));
    this.progress.badAfterwards(rows[0]?.lines ?? 0, first);
  }

  async #makeTables(): Promise<void> {
    try {
      for (const make of IMPORT_TABLES(this.kind)) await this.session.query(make);
    } catch (error) {
      if ((error as { code?: string }).code !== FORBIDDEN) throw error;
      const msg =
        'The database does not let tenants make temporary tables; an administrator must allow it, as the README says.';
      throw new DomainError('unavailable', 'temporary_tables_forbidden', msg);
    }
  }

  /** Writes all good lines. */
  async write(take: TakeOrdinals): Promise<void> {
    this.progress.linesWritten = await this.kind.write(this.session, this.scope, take);
  }
}
