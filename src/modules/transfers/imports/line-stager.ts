import { Transform, type TransformCallback } from 'node:stream';
import { copyRow } from '../../../persistence/bulk/index.js';
import { complaintOf } from '../../../http/fields/field.js';
import type { Report, Staged } from '../kinds/columns.js';
import type { ImportKind } from '../kinds/import-kind.js';
import type { LineProblem, LineSource, ReadLine } from '../reading/line-source.js';
import type { ImportProgress } from './import-progress.js';

/** Characters that leave for the database together. */
const BATCH = 65_536;

/** Checks lines by the rules of their kind; the good ones leave as rows for the staging table, the others are counted. */
export class LineStager extends Transform {
  #batch = '';
  #problems: LineProblem[] = [];
  readonly #report: Report = (column, code, message) => this.#problems.push({ column, code, message });

  constructor(
    private readonly kind: ImportKind,
    private readonly source: LineSource,
    private readonly progress: ImportProgress,
  ) {
    super({ writableObjectMode: true, writableHighWaterMark: 512 });
  }

  override _transform(record: unknown, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      const line = this.source.read(record);
      if (line) this.#stage(line);
      if (this.#batch.length >= BATCH) this.#release();
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: TransformCallback): void {
    try {
      this.source.end();
      this.#release();
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  #stage(line: ReadLine): void {
    this.progress.linesRead += 1;
    this.#problems = line.problem ? [line.problem] : [];
    const row = line.problem ? null : this.kind.stage(this.#valuesOf(line), this.#report);
    if (row && this.#problems.length === 0) this.#batch += copyRow([line.line, ...row]);
    else this.progress.bad(line.line, this.#problems);
  }

  #valuesOf({ cells }: ReadLine): Staged[] {
    return this.kind.columns.map((column, index) => {
      const cell = cells[index];
      if (column.ignored) return null;
      // An empty text is no value, but where it is a good one.
      if (cell !== undefined && (cell !== '' || column.rule.accepts(''))) return column.read(cell, this.#report);
      if (column.required) this.#report(column.name, 'missing', complaintOf(column.rule, column.name, undefined).msg);
      return null;
    });
  }

  #release(): void {
    if (this.#batch.length > 0) this.push(this.#batch);
    this.#batch = '';
  }
}
