import { isUtf8 } from 'node:buffer';
import { Transform, type TransformCallback } from 'node:stream';
import { fileProblem } from './file-problem.js';

const NEWLINE = 0x0a;

/** Passes bytes on as they are and refuses those that are no UTF-8 (RFC 3629), which decoders would replace in silence. */
export class Utf8Check extends Transform {
  #tail: Buffer = Buffer.alloc(0);
  #linesBefore = 0;

  /** `counted` is told of every piece that has arrived. */
  constructor(private readonly counted: (bytes: number) => void) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.counted(chunk.length);
    const bytes = this.#tail.length > 0 ? Buffer.concat([this.#tail, chunk]) : chunk;
    const end = completeLength(bytes);
    const whole = bytes.subarray(0, end);
    if (!isUtf8(whole)) {
      done(this.#refusal(whole));
      return;
    }
    this.#tail = bytes.subarray(end);
    this.#linesBefore += newlinesIn(whole);
    done(null, whole);
  }

  override _flush(done: TransformCallback): void {
    done(this.#tail.length > 0 ? this.#refusal(this.#tail) : null);
  }

  #refusal(bytes: Buffer): Error {
    let [start, line] = [0, this.#linesBefore + 1];
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      if (!isUtf8(bytes.subarray(start, end))) break;
      [start, line] = [end + 1, line + 1];
    }
    return fileProblem('invalid_utf8', 'the file must be UTF-8, and has bytes here that are not', line);
  }
}

/** How many bytes there are before a character that the next piece goes on with. */
function completeLength(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) return sequenceLength(byte) > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

function sequenceLength(lead: number): number {
  if (lead >= 0xf0) return 4;
  return lead >= 0xe0 ? 3 : 2;
}

function newlinesIn(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}
