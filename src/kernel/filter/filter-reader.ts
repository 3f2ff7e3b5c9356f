import { FILTER_LIMITS, invalidFilter, type Literal } from './filter-syntax.js';

const SPACE = /[ \t\r\n]*/y;
const WORD = /[A-Za-z_$][A-Za-z0-9_$-]*/y;
// eslint-disable-next-line no-control-regex -- JSON strings hold no control characters as they are (RFC 8259 section 7)
const STRING = /"(?:[^"\\\u0000-\u001f]|\\[^\u0000-\u001f])*"/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![A-Za-z0-9_$.-])/y;
const FOUND = /[A-Za-z0-9_$.+-]+|[^]/uy;

const LITERALS: Readonly<Record<string, Literal>> = { true: true, false: false, null: null };
const LONGEST_SHOWN = 40;

/** Reads a filter from left to right, piece by piece. */
export class FilterReader {
  #at = 0;

  constructor(private readonly text: string) {
    const bytes = Buffer.byteLength(text);
    const most = FILTER_LIMITS.bytes;
    if (bytes > most) throw invalidFilter(most, `a filter has at most ${most} bytes, not ${bytes}`);
  }

  /** Where the next piece stands. */
  get at(): number {
    this.#take(SPACE);
    return this.#at;
  }

  get isAtEnd(): boolean {
    return this.at === this.text.length;
  }

  /** Takes this character if it comes next. */
  takes(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.#at += 1;
    return true;
  }

  /** The same, with no space before it. */
  takesAtOnce(character: string): boolean {
    return this.text[this.#at] === character && this.takes(character);
  }

  /** Takes this word if it comes next, whatever its case. */
  takesWord(word: string): boolean {
    const { at } = this;
    if (this.#take(WORD)?.toLowerCase() === word) return true;
    this.#at = at;
    return false;
  }

  /** A word, or null where something else comes. */
  word(): string | null {
    this.#take(SPACE);
    return this.#take(WORD);
  }

  /** One part of an attribute's path: a word, or for any other name a JSON string. */
  name(): string | null {
    return this.#take(WORD) ?? this.#string();
  }

  /** A JSON string or number, true, false or null; undefined where something else comes. */
  literal(): Literal | undefined {
    const { at } = this;
    const text = this.#string();
    if (text !== null) return text;
    const number = this.#take(NUMBER);
    if (number !== null) {
      if (Number.isFinite(Number(number))) return Number(number);
      throw invalidFilter(at, 'expected a number that fits a double (at most about 1.8e308)');
    }
    const literal = LITERALS[this.#take(WORD)?.toLowerCase() ?? ''];
    if (literal === undefined) this.#at = at;
    return literal;
  }

  /** The refusal of what comes next. */
  expected(what: string): Error {
    const { at } = this;
    const found = this.isAtEnd ? 'the end' : JSON.stringify((this.#take(FOUND) ?? '').slice(0, LONGEST_SHOWN));
    return invalidFilter(at, `expected ${what}, not ${found}`);
  }

  #string(): string | null {
    const at = this.#at;
    const text = this.#take(STRING);
    if (text === null) {
      if (this.text[at] === '"') throw invalidFilter(at, 'expected a JSON string that ends with a quotation mark');
      return null;
    }
    const value = unescaped(text);
    if (value === null) throw invalidFilter(at, 'expected a JSON string; a backslash stands before one of "\\/bfnrtu');
    if (value.includes('\u0000') || !value.isWellFormed()) {
      throw invalidFilter(at, 'expected text without NUL characters or unpaired surrogates');
    }
    return value;
  }

  #take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const [taken] = pattern.exec(this.text) ?? [];
    if (taken === undefined) return null;
    this.#at += taken.length;
    return taken;
  }
}

function unescaped(text: string): string | null {
  try {
    return JSON.parse(text) as string;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
