import type { Duplex } from 'node:stream';

/** One line of a file: what it says of each column of its kind, undefined where nothing. */
export interface ReadLine {
  readonly line: number;
  readonly cells: readonly unknown[];
  /** Why it cannot be read, where it cannot. */
  readonly problem?: LineProblem;
}

/** What is wrong with a line. `column` is null where it is the line as a whole. */
export interface LineProblem {
  readonly column: string | null;
  readonly code: string;
  readonly message: string;
}

/** Reads the lines of one format: `parser` cuts the bytes into records, of which `read` makes lines. */
export interface LineSource {
  readonly parser: Duplex;
  /** Null where the record is no line: a header, or a line with nothing on it. */
  read(record: unknown): ReadLine | null;
  /** To be called once all is read. Throws where there was too little. */
  end(): void;
  /** The columns that the file has used. */
  readonly used: ReadonlySet<string>;
}

/** Longest line that is read, in bytes: several times what the largest valid one has. */
export const LONGEST_LINE = 1_048_576;
