import fc, { type Arbitrary } from 'fast-check';
import { bindFilter } from '../../src/kernel/filter/bind-filter.js';
import { evaluateFilter } from '../../src/kernel/filter/evaluate-filter.js';
import type { FilterCatalogue } from '../../src/kernel/filter/filter-catalogue.js';
import { FilterSet } from '../../src/kernel/filter/filter-set.js';
import { parseFilter } from '../../src/kernel/filter/parse-filter.js';
import { newTenant } from '../support/tenant.js';

/** FILTER_SEED repeats a run. */
const SEED = Number(process.env.FILTER_SEED ?? Date.now() % 2 ** 31);
const USERS = 60;
const FILTERS = Number(process.env.FILTER_RUNS ?? 400);
const AT_ONCE = 8;

import.meta.jest.setTimeout(300_000);

/** Said once more, so that a wrong catalogue of the service is found. */
const CATALOGUE: FilterCatalogue = {
  id: { type: 'reference' },
  user_name: { type: 'string' },
  email: { type: 'string' },
  display_name: { type: 'string' },
  given_name: { type: 'string' },
  family_name: { type: 'string' },
  external_id: { type: 'string', exact: true },
  status: { type: 'string' },
  active: { type: 'boolean' },
  created_at: { type: 'dateTime' },
  updated_at: { type: 'dateTime' },
  attributes: { type: 'json' },
};

/** Few and alike, so that filters meet users; with what folds, sorts and escapes in its own way. */
const WORDS = [
  'a',
  'A',
  'ab',
  'b',
  'ß',
  'SS',
  'ss',
  'İ',
  'é',
  'E\u0301',
  'ﬁ',
  'fi',
  '💥',
  '\uffee',
  'a"b',
  'a\\b',
  '%',
  '_',
  'Σ',
  'ς',
  '1',
];
const LONG = ['x'.repeat(199), 'x'.repeat(200), 'X'.repeat(250)];
const NAMES = ['a', 'b', 'c', 'a b', 'toString'];

const word = fc.constantFrom(...WORDS);
const phrase = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(''));
const maybe = <T>(value: Arbitrary<T>): Arbitrary<T | null> => fc.option(value, { nil: null, freq: 2 });
const number = fc.constantFrom(0, -0, 1, -1, 1.5, 2, 10, 1e21, 1e-7, 0.1, 9007199254740992);
const scalar = fc.oneof(
  word,
  phrase,
  number,
  fc.boolean(),
  fc.constant(null),
  fc.constant(''),
  fc.constantFrom(...LONG),
);

const json: Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 5, arbitrary: scalar },
    { weight: 2, arbitrary: fc.array(tie('value'), { maxLength: 3 }) },
    { weight: 3, arbitrary: tie('object') },
  ),
  object: fc.dictionary(fc.constantFrom(...NAMES), tie('value'), { maxKeys: 4 }),
})).object;

const user = fc.record({
  email: maybe(fc.constantFrom('a@x.org', 'A@X.org', 'ab@x.org', 'é@x.org')),
  display_name: maybe(phrase),
  given_name: maybe(word),
  family_name: maybe(fc.oneof(word, fc.constantFrom(...LONG.slice(0, 2)))),
  status: fc.constantFrom('active', 'suspended'),
  attributes: json,
});

const text = fc.oneof(
  { weight: 6, arbitrary: fc.oneof(word, phrase) },
  { weight: 1, arbitrary: fc.constantFrom('', ...LONG) },
);
const quoted = text.map((each) => JSON.stringify(each));
const free = fc.oneof(quoted, quoted, number.map(String), fc.constantFrom('true', 'false', 'null'));
const inPath = fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 });
const pathText = inPath.map((names) =>
  names.map((name) => (/^\w+$/.test(name) ? name : JSON.stringify(name))).join('.'),
);
const TEXTUAL = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'];
const ORDER = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'];

function freeComparison(path: Arbitrary<string>): Arbitrary<string> {
  const operator = fc.constantFrom(...TEXTUAL);
  return fc.oneof(
    fc.tuple(path, operator, free).map((parts) => parts.join(' ')),
    path.map((each) => `${each} pr`),
  );
}

/** Filters over users as they were made: `moments` are times of theirs. */
function filterOf(moments: readonly string[], ids: readonly string[]): Arbitrary<string> {
  const texts = fc.constantFrom(
    'user_name',
    'email',
    'display_name',
    'given_name',
    'family_name',
    'external_id',
    'status',
  );
  const moment = fc.constantFrom(...moments, '2020-01-01T00:00:00Z');
  const atom = fc.oneof(
    { weight: 4, arbitrary: fc.tuple(texts, fc.constantFrom(...TEXTUAL), quoted).map((parts) => parts.join(' ')) },
    {
      weight: 1,
      arbitrary: fc.tuple(texts, fc.constantFrom('pr', 'eq null', 'ne null')).map((parts) => parts.join(' ')),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom('active eq true', 'active ne TRUE', 'active eq false', 'active pr', 'attributes pr'),
    },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...ORDER), moment).map(([op, at]) => `created_at ${op} "${at}"`) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.constantFrom('eq', 'ne'), fc.constantFrom(...ids)).map(([op, id]) => `id ${op} "${id}"`),
    },
    { weight: 6, arbitrary: freeComparison(pathText.map((path) => `attributes.${path}`)) },
    {
      weight: 3,
      arbitrary: fc.tuple(pathText, joined(freeComparison(pathText))).map(([path, of]) => `attributes.${path}[${of}]`),
    },
  );
  return joined(fc.oneof({ weight: 9, arbitrary: atom }, { weight: 1, arbitrary: alternatives(moment) }));
}

/** Comparisons that all have an index, joined by `or`: they are looked up in another way than by a scan. */
function alternatives(moment: Arbitrary<string>): Arbitrary<string> {
  const names = fc.constantFrom('user_name', 'email', 'display_name', 'external_id');
  const operator = fc.constantFrom('eq', 'sw');
  const lookup = fc.oneof(
    fc.tuple(names, operator, quoted).map((parts) => parts.join(' ')),
    fc.tuple(pathText, operator, quoted).map(([path, ...parts]) => `attributes.${path} ${parts.join(' ')}`),
    fc.tuple(pathText, free).map(([path, value]) => `attributes.${path} eq ${value}`),
    fc.tuple(names, quoted).map(([name, value]) => `(${name} sw ${value} and active eq true)`),
    moment.map((at) => `created_at eq "${at}"`),
  );
  return fc.array(lookup, { minLength: 2, maxLength: 3 }).map((each) => each.join(' or '));
}

function joined(atom: Arbitrary<string>): Arbitrary<string> {
  return fc.letrec<{ filter: string }>((tie) => ({
    filter: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      atom,
      fc.tuple(tie('filter'), fc.constantFrom('and', 'OR'), tie('filter')).map(([a, by, b]) => `(${a}) ${by} (${b})`),
      tie('filter').map((each) => `not (${each})`),
    ),
  })).filter;
}

type Resource = Readonly<Record<string, unknown>> & {
  readonly id: string;
  readonly external_id: string | null;
  readonly created_at: string;
};

function meaningOf(filter: string): (user: Resource) => boolean {
  const bound = bindFilter(parseFilter(filter), CATALOGUE);
  return (each) => evaluateFilter(bound, read(each));
}

function read(user: Resource): Readonly<Record<string, unknown>> {
  return { ...user, active: user.status === 'active', created_at: new Date(user.created_at) };
}

/** Made at random, few filters say just that something is equal to a text that a user has. */
function equalities(users: readonly Resource[]): string[] {
  const words = WORDS.map((each) => JSON.stringify(each));
  const named = ['display_name', 'given_name', 'attributes.a', 'attributes.b.c'];
  return [
    ...words.flatMap((each) => named.map((name) => `${name} eq ${each}`)),
    ...words.map((each) => `display_name eq ${each} or attributes.c eq ${each}`),
    ...words.map((each) => `active eq true and (attributes.a eq ${each} or given_name pr) and attributes.b eq ${each}`),
    ...users
      .slice(0, 9)
      .flatMap(({ id, external_id }) => [`id eq "${id.toUpperCase()}"`, `external_id eq "${external_id}"`]),
  ];
}

/** As rules of groups, which are named like them here. */
function expectSameAsRules(filters: readonly string[], users: readonly Resource[]): void {
  const meant = [...filters, ...equalities(users)]
    .filter((filter) => !refused(filter))
    .map((filter) => ({ filter, holds: meaningOf(filter) }));
  const rules = new FilterSet(
    meant.map(({ filter: key }) => ({ key, filter: bindFilter(parseFilter(key), CATALOGUE) })),
  );
  for (const user of users) {
    const due = new Set(meant.filter(({ holds }) => holds(user)).map(({ filter }) => filter));
    expect([user, rules.holdingFor(read(user)).toSorted()]).toEqual([user, [...due].toSorted()]);
  }
}

describe(`filters (FILTER_SEED=${SEED})`, () => {
  it(`mean the same to the database, to us, and as rules of groups: ${FILTERS} of them, ${USERS} users`, async () => {
    const { api, path } = await newTenant();
    const bodies = fc.sample(user, { numRuns: USERS, seed: SEED });
    const lines = bodies.map((body, at) =>
      JSON.stringify({
        ...body,
        user_name: `${WORDS[at % WORDS.length]} ${at}`,
        external_id: at % 3 ? `${WORDS[at % WORDS.length]}${at}` : null,
      }),
    );
    // Half come in by a file, half one by one, and some of these change.
    const half = USERS / 2;
    const made = await api.post(`${path}/imports`, { kind: 'users', format: 'ndjson' });
    const raw = { raw: lines.slice(0, half).join('\n'), headers: { 'content-type': 'application/x-ndjson' } };
    const imported = await api.put(`${path}/imports/${made.body.data.id}/content`, undefined, raw);
    expect(imported.body.data).toMatchObject({ state: 'succeeded', lines_written: half });
    for (const [at, line] of lines.slice(half).entries()) {
      const answer = await api.post(`${path}/users`, undefined, { raw: line });
      expect([line, answer.status]).toEqual([line, 201]);
      const other = bodies[at]!;
      if (at % 3 === 0)
        await api.patch(`${path}/users/${answer.body.data.id}`, { email: other.email, attributes: other.attributes });
    }
    const users = (await api.get(`${path}/users?per_page=200`)).body.data as Resource[];
    expect(users).toHaveLength(USERS);
    const ids = users.slice(0, 5).map(({ id }) => id);
    const moments = users.slice(half - 2, half + 3).map((each) => each.created_at);
    const filters = fc.sample(filterOf(moments, ids), { numRuns: FILTERS, seed: SEED });
    expectSameAsRules(filters, users);
    let [some, none] = [0, 0];
    const compare = async (): Promise<void> => {
      for (let filter = filters.pop(); filter !== undefined; filter = filters.pop()) {
        if (refused(filter)) continue;
        const due = users.filter(meaningOf(filter)).map(({ id }) => id);
        if (due.length > 0 && due.length < USERS) some += 1;
        else none += 1;
        const answer = await api.get(`${path}/users?per_page=200&filter=${encodeURIComponent(filter)}`);
        const found = answer.status === 200 ? (answer.body.data as Resource[]).map(({ id }) => id) : answer.body;
        expect({ filter, found, total: answer.body.pagination?.total_items }).toEqual({
          filter,
          found: due,
          total: due.length,
        });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, compare));
    // A test of filters that all find everybody, or nobody, would show nothing.
    expect(some).toBeGreaterThan(FILTERS / 5);
    expect(some + none).toBeGreaterThan(FILTERS / 2);
  });
});

/** Made at random, some filters compare what cannot be compared. */
function refused(filter: string): boolean {
  try {
    meaningOf(filter);
    return false;
  } catch (error) {
    expect((error as { code?: string }).code).toBe('invalid_filter');
    return true;
  }
}
