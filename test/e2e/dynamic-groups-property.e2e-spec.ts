import { bindFilter } from '../../src/kernel/filter/bind-filter.js';
import { evaluateFilter } from '../../src/kernel/filter/evaluate-filter.js';
import { parseFilter } from '../../src/kernel/filter/parse-filter.js';
import { assign, nest } from '../support/assignment-steps.js';
import { Random } from '../support/random.js';
import { dynamicGroup, memberIds } from '../support/rule-steps.js';
import { sql } from '../support/sql.js';
import type { TestTenant } from '../support/tenant.js';
import { tenantsWithCheckedSets } from '../support/user-sets.js';

const newTenant = tenantsWithCheckedSets();

/** RULES_SEED repeats a run. */
const SEED = Number(process.env.RULES_SEED ?? Date.now() % 2 ** 31);
const STEPS = Number(process.env.RULES_STEPS ?? 200);

import.meta.jest.setTimeout(300_000);

const CATALOGUE = {
  user_name: { type: 'string' },
  display_name: { type: 'string' },
  status: { type: 'string' },
  active: { type: 'boolean' },
  attributes: { type: 'json' },
} as const;

const WORDS = ['a', 'A', 'ab', 'ß', 'SS', 'b"c'];

interface Person {
  user_name: string;
  display_name: string | null;
  status: 'active' | 'suspended';
  attributes: Record<string, unknown>;
}

/** What the service should know, and who should be where. */
interface Model {
  readonly tenant: TestTenant;
  readonly random: Random;
  readonly users: Map<string, Person>;
  /** The rules by group. */
  readonly rules: Map<string, string>;
  names: number;
}

function attributes({ random }: Model): Record<string, unknown> {
  const value = (): unknown =>
    random.of<unknown>([random.of(WORDS), random.below(3), random.below(2) === 1, [random.of(WORDS), random.below(3)]]);
  return { ...(random.below(4) > 0 ? { a: value() } : {}), ...(random.below(4) > 0 ? { b: { c: value() } } : {}) };
}

function rule(model: Model, depth = 2): string {
  const { random } = model;
  if (depth > 0 && random.below(3) === 0) {
    const [one, other] = [rule(model, depth - 1), rule(model, depth - 1)];
    return random.of([`${one} and ${other}`, `(${one}) or ${other}`, `not (${one})`]);
  }
  const text = JSON.stringify(random.of(WORDS));
  return random.of([
    'active eq true',
    'status ne "active"',
    `display_name ${random.of(['eq', 'sw', 'co', 'pr'])}`.replace(/(eq|sw|co)$/, `$1 ${text}`),
    `user_name ${random.of(['sw', 'ew'])} ${text}`,
    `attributes.${random.of(['a', 'b.c'])} ${random.of(['eq', 'ne', 'sw', 'gt'])} ${text}`,
    `attributes.${random.of(['a', 'b.c'])} ${random.of(['eq', 'lt', 'ge'])} ${random.below(3)}`,
    'attributes.b pr',
  ]);
}

function person(model: Model): Person {
  const { random } = model;
  model.names += 1;
  return {
    user_name: `${random.of(WORDS)} ${model.names} ${random.of(WORDS)}`,
    display_name: random.of([null, ...WORDS]),
    status: random.of(['active', 'active', 'suspended']),
    attributes: attributes(model),
  };
}

/** Everything that can happen; each is done at the service and in the model. */
const CHANGES: readonly { weight: number; run: (model: Model) => Promise<void> }[] = [
  {
    weight: 4,
    run: async (model) => {
      const made = person(model);
      if (model.users.size < 25) model.users.set(await model.tenant.user(made.user_name, made), made);
    },
  },
  {
    weight: 10,
    run: async (model) => {
      const [id, before] = model.random.of(model.users);
      const { user_name: _name, ...after } = person(model);
      const gone = Object.fromEntries(Object.keys(before.attributes).map((name) => [name, null]));
      // A merge patch merges objects: what is inside of b goes where it is not an object with the same names.
      const patch = { ...after, attributes: { ...gone, ...after.attributes } };
      const answer = await model.tenant.api.patch(`${model.tenant.path}/users/${id}`, patch);
      expect(answer.status).toBe(200);
      expect(answer.body.data.attributes).toEqual(after.attributes);
      model.users.set(id, { ...before, ...after });
    },
  },
  {
    weight: 2,
    run: async (model) => {
      const [id] = model.random.of(model.users);
      if (model.users.size < 5) return;
      expect((await model.tenant.api.delete(`${model.tenant.path}/users/${id}`)).status).toBe(204);
      model.users.delete(id);
    },
  },
  {
    weight: 2,
    run: async (model) => {
      if (model.rules.size >= 6) return;
      const text = rule(model);
      model.names += 1;
      model.rules.set(await dynamicGroup(model.tenant, `group ${model.names}`, text), text);
    },
  },
  {
    weight: 5,
    run: async (model) => {
      const [id] = model.random.of(model.rules);
      const text = rule(model);
      expect((await model.tenant.api.patch(`${model.tenant.path}/groups/${id}`, { rule: text })).status).toBe(200);
      model.rules.set(id, text);
    },
  },
  {
    weight: 1,
    run: async (model) => {
      const [id] = model.random.of(model.rules);
      if (model.rules.size < 3) return;
      expect((await model.tenant.api.delete(`${model.tenant.path}/groups/${id}`)).status).toBe(204);
      model.rules.delete(id);
    },
  },
];

/** For whom a rule holds, by the meaning of filters. */
function due({ users }: Model, text: string): string[] {
  const filter = bindFilter(parseFilter(text), CATALOGUE);
  const holds = (user: Person): boolean => evaluateFilter(filter, { ...user, active: user.status === 'active' });
  return [...users]
    .filter(([, user]) => holds(user))
    .map(([id]) => id)
    .sort();
}

/** Compares who is in each group, and who can use what is assigned to the group around all, with the model. */
async function compare(model: Model, around: string, app: string): Promise<void> {
  const { tenant, rules, users } = model;
  const members = await Promise.all([...rules].map(async ([id]) => [rules.get(id), await memberIds(tenant, id)]));
  expect(members).toEqual([...rules.values()].map((text) => [text, due(model, text)]));
  const all = new Set([...rules.values()].flatMap((text) => due(model, text)));
  expect((await memberIds(tenant, around, '&transitive=true')).sort()).toEqual([...all].sort());
  const answer = await tenant.api.get(`${tenant.path}/applications/${app}/effective-users?per_page=200`);
  const effective = (answer.body.data as { user_id: string }[]).map(({ user_id }) => user_id);
  expect(effective.sort()).toEqual([...all].filter((id) => users.get(id)?.status === 'active').sort());
}

it(`dynamic groups are who their rules say after any change (RULES_SEED=${SEED})`, async () => {
  const tenant = await newTenant();
  const model: Model = { tenant, random: new Random(SEED), users: new Map(), rules: new Map(), names: 0 };
  const [around, app] = [await tenant.group('around'), await tenant.application()];
  await assign(tenant, 'group', around, app);
  const first = { ...person(model), attributes: {} };
  model.users.set(await tenant.user(first.user_name, first), first);
  model.rules.set(await dynamicGroup(tenant, 'first', 'active eq true'), 'active eq true');
  const nested = new Set<string>();
  for (let step = 0; step < STEPS; step += 1) {
    await model.random.weighted(CHANGES).run(model);
    for (const id of model.rules.keys()) {
      if (!nested.has(id)) await nest(tenant, around, id);
      nested.add(id);
    }
    await compare(model, around, app);
  }
});

it(`users and rules that change at the same moment miss nobody (RULES_SEED=${SEED})`, async () => {
  const tenant = await newTenant();
  const { api, path } = tenant;
  const random = new Random(SEED);
  const departments = ['a', 'b', 'c'];
  const ofAny = (): string => `attributes.d eq "${random.of(departments)}"`;
  const groups = await Promise.all(['x', 'y', 'z'].map((name) => dynamicGroup(tenant, name, ofAny())));
  const users: string[] = [];
  for (let n = 0; n < 12; n += 1) users.push(await tenant.user(`u${n}`, { attributes: { d: random.of(departments) } }));
  for (let round = 0; round < 12; round += 1) {
    const changed = await Promise.all([
      ...random
        .some(users, 8)
        .map((id) => api.patch(`${path}/users/${id}`, { attributes: { d: random.of(departments) } })),
      ...random.some(groups, 3).map((id) => api.patch(`${path}/groups/${id}`, { rule: ofAny() })),
      api.patch(`${path}/groups/${groups[0]!}`, { rule: ofAny() }),
      api.post(`${path}/users`, { user_name: `new ${round}`, attributes: { d: random.of(departments) } }),
      api.post(`${path}/groups`, { name: `new ${round}`, kind: 'dynamic', rule: ofAny() }),
    ]);
    expect(changed.map(({ status }) => status).filter((status) => status >= 300)).toEqual([]);
    expect(await wrongMembers(tenant)).toEqual([]);
  }
});

/** Members whose rule, which is of one department, does not hold for them, and users who are missing. */
async function wrongMembers({ id }: TestTenant): Promise<object[]> {
  return sql(
    `SELECT g.rule, u.user_name, r.user_id IS NULL AS is_missing
       FROM groups g CROSS JOIN users u
       LEFT JOIN rule_members r ON r.tenant_id = g.tenant_id AND r.group_id = g.id AND r.user_id = u.id
      WHERE g.tenant_id = $1 AND u.tenant_id = $1 AND g.kind = 'dynamic'
        AND (g.rule = 'attributes.d eq "' || (u.attributes ->> 'd') || '"') <> (r.user_id IS NOT NULL)`,
    [id],
  );
}
