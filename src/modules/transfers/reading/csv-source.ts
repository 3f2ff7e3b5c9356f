import type { Duplex } from 'node:stream';
import { CsvError, parse, type Parser } from 'csv-parse';
import type { ImportKind } from '../kinds/import-kind.js';
import { fileProblem } from './file-problem.js';
import { readHeader } from './header.js';
import { LONGEST_LINE, type LineSource, type ReadLine } from './line-source.js';

/** Lines of a CSV file (RFC 4180) with a header line; empty lines are passed over, and an unquoted nothing is no value. */
export class CsvSource implements LineSource {
  readonly parser: Duplex;
  readonly used = new Set<string>();
  /** For each field of a line, which column of the kind it is. */
  #places: readonly number[] | null = null;
  #nextLine = 1;

  constructor(private readonly kind: ImportKind) {
    this.parser = parserFor(kind);
  }

  read(record: unknown): ReadLine | null {
    const fields = record as readonly (string | null)[];
    const line = this.#nextLine;
    this.#nextLine += 1 + fields.reduce((sum, field) => sum + newlinesIn(field), 0);
    if (fields.length === 1 && !fields[0]) return null;
    if (this.#places === null) {
      this.#places = readHeader(this.kind, fields, line);
      for (const place of this.#places) this.used.add(this.kind.columns[place]?.name ?? '');
      return null;
    }
    const cells: unknown[] = this.kind.columns.map(() => undefined);
    if (fields.length !== this.#places.length) {
      const message = `the line has ${fields.length} fields, the header ${this.#places.length}`;
      return { line, cells, problem: { column: null, code: 'wrong_field_count', message } };
    }
    for (const [index, place] of this.#places.entries()) cells[place] = fields[index] ?? undefined;
    return { line, cells };
  }

  end(): void {
    if (this.#places === null) throw fileProblem('empty_file', 'the file is empty: it needs a header line');
  }
}

function newlinesIn(field: string | null): number {
  return field?.includes('\n') ? field.split('\n').length - 1 : 0;
}

const REFUSALS: Readonly<Record<string, readonly [type: string, msg: string]>> = {
  CSV_MAX_RECORD_SIZE: ['line_too_long', `a line must be at most ${LONGEST_LINE} bytes`],
  CSV_QUOTE_NOT_CLOSED: ['malformed_csv', 'the quotes that open here are never closed'],
  INVALID_OPENING_QUOTE: ['malformed_csv', 'a field with quotes must begin with them, and double those inside'],
  CSV_INVALID_CLOSING_QUOTE: ['malformed_csv', 'quotes inside of a quoted field must be doubled'],
};

/** Options of streams, which csv-parse hands on and its types leave out: records on their way to be checked. */
const BUFFERS: object = { readableHighWaterMark: 512 };

/** Where it matters (`emptyIsValue`), a quoted nothing is an empty text and an unquoted one null. */
function parserFor(kind: ImportKind): Duplex {
  const parser: Parser = parse({
    bom: true,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    max_record_size: LONGEST_LINE,
    ...BUFFERS,
    ...(kind.emptyIsValue ? { cast: (text, { quoting }) => (text === '' && !quoting ? null : text) } : {}),
  });
  const destroy = parser._destroy.bind(parser);
  parser._destroy = (error, done) => {
    destroy(error instanceof CsvError ? refusalOf(error) : error, done);
  };
  return parser;
}

function refusalOf(error: CsvError): Error {
  const [type, msg] = REFUSALS[error.code] ?? ['malformed_csv', 'the line is no CSV as RFC 4180 has it'];
  const { lines } = error as { lines?: unknown };
  return fileProblem(type, msg, typeof lines === 'number' ? lines : undefined);
}
