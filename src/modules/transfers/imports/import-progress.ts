import type { LineProblem } from '../reading/line-source.js';

/** A problem that is kept, as the errors of an import list it. */
export interface KeptProblem {
  readonly line: number;
  readonly column_name: string | null;
  readonly code: string;
  readonly message: string;
}

/** Problems that are kept of one import; all are counted. */
const MOST_KEPT = 1000;

/** How far the run of an import is, and what was wrong so far. */
export class ImportProgress {
  bytesRead = 0;
  linesRead = 0;
  linesBad = 0;
  linesWritten = 0;
  readonly #first: KeptProblem[] = [];

  /** A line that says what it must not, as it was read. */
  bad(line: number, problems: readonly LineProblem[]): void {
    this.linesBad += 1;
    for (const { column, code, message } of problems) {
      if (this.#first.length === MOST_KEPT) return;
      this.#first.push({ line, column_name: column, code, message });
    }
  }

  /** Lines that were found bad behind all reading: how many, and the first of them. */
  badAfterwards(count: number, first: readonly KeptProblem[]): void {
    this.linesBad += count;
    this.#first.push(...first);
  }

  /** The first problems, by line. */
  get problems(): KeptProblem[] {
    return this.#first.toSorted((left, right) => left.line - right.line).slice(0, MOST_KEPT);
  }
}

export { MOST_KEPT };
