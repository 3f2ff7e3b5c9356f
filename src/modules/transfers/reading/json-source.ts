import { Transform, type TransformCallback } from 'node:stream';
import { shown } from '../../../http/fields/field.js';
import type { ImportKind } from '../kinds/import-kind.js';
import { fileProblem } from './file-problem.js';
import { LONGEST_LINE, type LineProblem, type LineSource, type ReadLine } from './line-source.js';

const NEWLINE = 0x0a;

/** Lines of JSON objects; empty lines are passed over, and null is no value. */
export class JsonSource implements LineSource {
  readonly parser = new LineSplitter();
  readonly used = new Set<string>();
  readonly #places: ReadonlyMap<string, number>;
  #line = 0;

  constructor(private readonly kind: ImportKind) {
    this.#places = new Map(kind.columns.map((column, index) => [column.name, index]));
  }

  read(record: unknown): ReadLine | null {
    this.#line += 1;
    // Byte order marks count as spaces here: a file may begin with one, and so may each of several that were joined.
    const text = String(record).trim();
    if (text === '') return null;
    const cells: unknown[] = this.kind.columns.map(() => undefined);
    const problem = this.#fill(cells, text);
    return problem ? { line: this.#line, cells, problem } : { line: this.#line, cells };
  }

  end(): void {
    // No lines are a file of nobody, as an export of nothing writes it.
  }

  #fill(cells: unknown[], text: string): LineProblem | null {
    const value = parsed(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      const message =
        value === undefined ? 'the line is not valid JSON' : `the line must be a JSON object, not ${shown(value)}`;
      return { column: null, code: value === undefined ? 'malformed_json' : 'json_object', message };
    }
    for (const [name, cell] of Object.entries(value)) {
      const place = this.#places.get(name);
      if (place === undefined) {
        return { column: null, code: 'unknown_column', message: `${shown(name)} is no column of ${this.kind.name}` };
      }
      this.used.add(name);
      cells[place] = cell ?? undefined;
    }
    return null;
  }
}

/** Undefined where the text is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Cuts bytes into lines of text, of which it holds one at a time. */
class LineSplitter extends Transform {
  #held: Buffer[] = [];
  #heldLength = 0;
  #line = 1;

  constructor() {
    super({ readableObjectMode: true, readableHighWaterMark: 512 });
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#hold(chunk.subarray(start, end));
      if (this.#heldLength > LONGEST_LINE) break;
      this.#release();
      start = end + 1;
    }
    this.#hold(chunk.subarray(start));
    done(this.#heldLength > LONGEST_LINE ? tooLong(this.#line) : null);
  }

  override _flush(done: TransformCallback): void {
    if (this.#heldLength > 0) this.#release();
    done();
  }

  #hold(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#held.push(piece);
    this.#heldLength += piece.length;
  }

  #release(): void {
    const [only] = this.#held;
    this.push((this.#held.length === 1 && only ? only : Buffer.concat(this.#held)).toString());
    this.#held = [];
    this.#heldLength = 0;
    this.#line += 1;
  }
}

function tooLong(line: number): Error {
  return fileProblem('line_too_long', `a line must be at most ${LONGEST_LINE} bytes`, line);
}
