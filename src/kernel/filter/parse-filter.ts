import { FilterReader } from './filter-reader.js';
import {
  COMPARISONS,
  FILTER_LIMITS,
  invalidFilter,
  type AttributePath,
  type Comparison,
  type FilterSyntax,
} from './filter-syntax.js';

const OPERATORS: readonly string[] = COMPARISONS;

/**
 * Reads a filter of RFC 7644 section 3.4.2.2: `or` binds weakest, then `and`, then `not (...)`; operators in either case.
 * Errors: 400 `invalid_filter` with the position and what was expected; beyond FILTER_LIMITS too.
 */
export function parseFilter(text: string): FilterSyntax {
  const parser = new FilterParser(new FilterReader(text));
  return parser.whole();
}

class FilterParser {
  #depth = 0;
  #comparisons = 0;

  constructor(private readonly reader: FilterReader) {}

  whole(): FilterSyntax {
    const filter = this.#any();
    if (!this.reader.isAtEnd) throw this.reader.expected('"and", "or" or the end');
    return filter;
  }

  #any(): FilterSyntax {
    return this.#joined('any', 'or', () => this.#joined('all', 'and', () => this.#single()));
  }

  #joined(kind: 'all' | 'any', word: string, next: () => FilterSyntax): FilterSyntax {
    const first = next();
    const of = [first];
    while (this.reader.takesWord(word)) of.push(next());
    return of.length === 1 ? first : { kind, of };
  }

  #single(): FilterSyntax {
    const { at } = this.reader;
    if (this.reader.takesWord('not')) {
      if (!this.reader.takes('(')) throw this.reader.expected('"(" after "not"');
      return { kind: 'not', of: this.#inside(')', at) };
    }
    if (this.reader.takes('(')) return this.#inside(')', at);
    const path = this.#path(at);
    if (this.reader.takes('[')) return { kind: 'element', path, of: this.#inside(']', at) };
    return this.#comparison(path);
  }

  /** What stands up to the closing parenthesis or bracket. */
  #inside(closing: string, at: number): FilterSyntax {
    this.#depth += 1;
    const { depth } = FILTER_LIMITS;
    if (this.#depth > depth) {
      throw invalidFilter(at, `expected at most ${depth} parentheses and brackets within each other`);
    }
    const filter = this.#any();
    if (!this.reader.takes(closing)) throw this.reader.expected(`"and", "or" or "${closing}"`);
    this.#depth -= 1;
    return filter;
  }

  #path(at: number): AttributePath {
    const first = this.reader.word();
    if (first === null) throw this.reader.expected('an attribute, "not" or "("');
    const names: [string, ...string[]] = [first];
    while (this.reader.takesAtOnce('.')) {
      const name = this.reader.name();
      if (name === null) throw this.reader.expected('a name after the dot');
      names.push(name);
    }
    return { names, at };
  }

  #comparison(path: AttributePath): FilterSyntax {
    this.#comparisons += 1;
    const { comparisons } = FILTER_LIMITS;
    if (this.#comparisons > comparisons) throw invalidFilter(path.at, `expected at most ${comparisons} comparisons`);
    const operatorAt = this.reader.at;
    if (this.reader.takesWord('pr')) return { kind: 'present', path };
    const operator = this.#operator();
    const valueAt = this.reader.at;
    const value = this.reader.literal();
    if (value === undefined) {
      throw this.reader.expected('a value: a JSON string in quotation marks, a number, true, false or null');
    }
    return { kind: 'compare', path, operator, operatorAt, value, valueAt };
  }

  #operator(): Comparison {
    const known = OPERATORS.find((each) => this.reader.takesWord(each));
    if (known === undefined) throw this.reader.expected(`an operator (${OPERATORS.join(', ')}, pr)`);
    return known as Comparison;
  }
}
