import { bindFilter } from './bind-filter.js';
import { evaluateFilter } from './evaluate-filter.js';
import type { FilterCatalogue } from './filter-catalogue.js';
import { FILTER_LIMITS } from './filter-syntax.js';
import { indexEntries, isCut, indexEntry, valuesAt, withKeys } from './json-values.js';
import { parseFilter } from './parse-filter.js';

const CATALOGUE: FilterCatalogue = {
  name: { type: 'string' },
  code: { type: 'string', exact: true },
  size: { type: 'number' },
  on: { type: 'boolean' },
  at: { type: 'dateTime' },
  owner: { type: 'reference' },
  attributes: { type: 'json' },
};

const ID = '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33';
const THING = {
  name: 'Straße',
  code: 'A-1',
  size: 3.5,
  on: true,
  at: new Date('2026-11-22T09:30:00.123Z'),
  owner: ID,
  attributes: {
    a: [
      { b: 'X', c: 1 },
      { b: 'y', c: [2, [3]] },
    ],
    e: {},
    n: null,
    s: '',
  },
};

const holds = (text: string, thing: Readonly<Record<string, unknown>> = THING): boolean =>
  evaluateFilter(bindFilter(parseFilter(text), CATALOGUE), thing);

function refusalOf(text: string): unknown {
  try {
    return bindFilter(parseFilter(text), CATALOGUE);
  } catch (error) {
    return (error as Error).message;
  }
}

describe('parseFilter', () => {
  it('binds "not" before "and" before "or"', () => {
    const at = (text: string): object => parseFilter(text);
    expect(at('a pr or b pr and not (c pr)')).toEqual({
      kind: 'any',
      of: [
        { kind: 'present', path: { names: ['a'], at: 0 } },
        {
          kind: 'all',
          of: [
            { kind: 'present', path: { names: ['b'], at: 8 } },
            { kind: 'not', of: { kind: 'present', path: { names: ['c'], at: 22 } } },
          ],
        },
      ],
    });
  });

  it('reads strings with escapes, numbers, and paths with names of any kind', () => {
    expect(parseFilter('  attributes.a."b c"."\\u0064"\tGE\n-1.5E+2 ')).toEqual({
      kind: 'compare',
      path: { names: ['attributes', 'a', 'b c', 'd'], at: 2 },
      operator: 'ge',
      operatorAt: 30,
      value: -150,
      valueAt: 33,
    });
    expect(parseFilter('n eq "\\"\\\\\\/\\u00e9\\ud83d\\udca5"')).toMatchObject({ value: '"\\/é💥' });
    expect(
      parseFilter('not eq "an attribute of this name needs no parenthesis"'.replace('not eq', 'nothing eq')),
    ).toMatchObject({
      path: { names: ['nothing'] },
    });
  });

  it('takes 50 parentheses within each other and no more, however many there are', () => {
    const nested = (depth: number): string => `${'('.repeat(depth)}on pr${')'.repeat(depth)}`;
    expect(holds(nested(FILTER_LIMITS.depth))).toBe(true);
    expect(refusalOf(nested(51))).toMatch(/^filter, at position 50: expected at most 50/);
    expect(refusalOf('not ('.repeat(1600))).toMatch(/at position 250: expected at most 50/);
    expect(refusalOf('(on pr) and '.repeat(60) + '(on pr)')).toMatchObject({ kind: 'all' });
    expect(refusalOf('('.repeat(1_000_000))).toMatch(/at most 8192 bytes, not 1000000/);
  });
});

describe('evaluateFilter', () => {
  it.each([
    ['name eq "STRASSE"', true],
    ['name ne "strasse"', false],
    ['code eq "a-1"', false],
    ['code sw "A"', true],
    ['size ge 3.5 and size lt 4', true],
    ['at eq "2026-11-22T10:30:00.123999+01:00"', true],
    ['at gt "2026-11-22T09:30:00.123Z"', false],
    ['at le "2026-11-22T09:30:00.123Z"', true],
    [`owner eq "${ID.toUpperCase()}"`, true],
    ['on eq TRUE', true],
    ['attributes.a.b eq "x"', true],
    ['attributes.a.c gt 1', true],
    ['attributes.a.c eq 3', false],
    ['attributes.a[b eq "x" and c eq 2]', false],
    ['attributes.a[b eq "y" and c eq 2]', true],
    ['attributes.a[b eq "y"] and attributes.a[c eq 1]', true],
    ['attributes.e pr', false],
    ['attributes.n pr', false],
    ['attributes.s pr', false],
    ['attributes.n eq null', true],
    ['attributes.x ne 1', true],
    ['not (attributes.x eq 1)', true],
    ['attributes.x eq 1 or attributes.a.b eq true', false],
  ])('%s is %s', (text, expected) => {
    expect(holds(text)).toBe(expected);
  });

  it('is false of what is missing, and its negation true', () => {
    for (const text of [
      'name eq "a"',
      'code co ""',
      'size gt 1',
      'at lt "2026-11-22T09:30:00Z"',
      'on eq false',
      'name pr',
    ]) {
      expect([text, holds(text, {}), holds(`not (${text})`, {})]).toEqual([text, false, true]);
      expect(holds(text, { name: null, code: null, size: null, at: null, on: null })).toBe(false);
    }
  });

  it('orders text by code points', () => {
    expect(holds('code gt "\uffff"', { code: '💥' })).toBe(true);
  });
});

describe('values of JSON', () => {
  it('are found through lists, but not through lists of lists', () => {
    expect(valuesAt({ a: [{ b: 1 }, { b: [2, [3]] }, [{ b: 4 }], 5] }, ['a', 'b'])).toEqual([1, 2, [3]]);
    expect(valuesAt({ toString: 1 }, ['valueOf'])).toEqual([]);
  });

  it('have an entry each, cut at 200 characters, and once', () => {
    const keys = withKeys({ A: ['X', 'x', 1, true, null, { 'b.c': 'É' }] });
    expect(indexEntries(keys)).toHaveLength(4);
    expect(indexEntries(keys)).toEqual(
      expect.arrayContaining([
        { path: '["A"]', value: '"x' },
        { path: '["A"]', value: '1' },
        { path: '["A"]', value: 'true' },
        { path: '["A","b.c"]', value: '"é' },
      ]),
    );
    const long = indexEntry(['a'], '💥'.repeat(300));
    expect([...long.value]).toHaveLength(200);
    expect([isCut(long), isCut(indexEntry(['a'], 'x'.repeat(198))), isCut(indexEntry(['a'], 'x'.repeat(199)))]).toEqual(
      [true, false, true],
    );
  });
});
