import { randomUUID } from 'node:crypto';
import { nest } from '../support/assignment-steps.js';
import {
  ASSIGNMENTS,
  ENTITLEMENTS,
  entitlementRefusal,
  grantUsers,
  newEntitlement,
} from '../support/entitlement-steps.js';
import { Random } from '../support/random.js';
import { giveRole, newRole } from '../support/role-steps.js';
import { newTenant, type TestTenant } from '../support/tenant.js';

/** MODEL_SEED repeats a run. */
const SEED = Number(process.env.MODEL_SEED ?? Date.now() % 2 ** 31);
const [USERS, GROUPS, ROLES] = [9, 8, 4];
/** Groups whose members a rule names. */
const BY_RULE = [2, 5];

const kindOf = (group: number): 'GROUP' | 'DYNAMIC_GROUP' => (BY_RULE.includes(group) ? 'DYNAMIC_GROUP' : 'GROUP');

import.meta.jest.setTimeout(120_000);

interface Found {
  readonly code: string;
  readonly type: 'USER' | 'GROUP' | 'DYNAMIC_GROUP';
  readonly user: string;
  readonly group: string | null;
  readonly entitlement: string;
  readonly path: readonly { readonly code: string; readonly name: string }[];
}

/** A directory by numbers, with the ids of all that is in it. */
interface World {
  readonly tenant: TestTenant;
  readonly users: readonly string[];
  readonly groups: readonly string[];
  readonly apps: readonly string[];
  /** Of the first application, but for the last one. */
  readonly roles: readonly string[];
  readonly suspended: number;
  /** By user, the groups that hold it now. */
  readonly memberships: readonly (readonly number[])[];
  /** By group, those directly around it. */
  readonly above: readonly (readonly number[])[];
  /** By role, in the order in which it was given. */
  readonly given: readonly { readonly users: readonly number[]; readonly groups: readonly number[] }[];
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

async function inTurn<Result>(count: number, make: (at: number) => Promise<Result>): Promise<Result[]> {
  const made: Result[] = [];
  for (const at of numbers(count)) made.push(await make(at));
  return made;
}

async function newWorld(random: Random): Promise<World> {
  const tenant = await newTenant();
  const { api, path } = tenant;
  const suspended = random.below(USERS);
  const users = await inTurn(USERS, (at) => tenant.user(`u${at}`, at === suspended ? { status: 'suspended' } : {}));
  const apps = await inTurn(2, () => tenant.application());
  const roles = await inTurn(ROLES, (at) => newRole(api, apps[at === ROLES - 1 ? 1 : 0]!, `r${at}`));
  const memberships = numbers(USERS).map(() => random.some(numbers(GROUPS), 3));
  const groups = await inTurn(GROUPS, async (at) => {
    const { body } = await api.post(`${path}/groups`, { name: `g${at}`, ...ruleOf(at, memberships) });
    return (body as { data: { id: string } }).data.id;
  });
  for (const [user, its] of memberships.entries()) {
    for (const group of its.filter((each) => kindOf(each) === 'GROUP'))
      await api.put(`${path}/groups/${groups[group]!}/members/${users[user]!}`);
    const other = numbers(GROUPS).find((group) => !its.includes(group) && kindOf(group) === 'GROUP');
    const over = { valid_until: '2020-01-01T00:00:00Z' };
    if (other !== undefined) await api.put(`${path}/groups/${groups[other]!}/members/${users[user]!}`, over);
  }
  const above = numbers(GROUPS).map((group) => {
    const higher = numbers(GROUPS).filter((each) => each > group);
    return higher.length === 0 ? [] : random.some(higher, 2);
  });
  for (const [group, its] of above.entries())
    for (const parent of its) await nest(tenant, groups[parent]!, groups[group]!);
  const given = numbers(ROLES).map(() => ({
    users: random.some(numbers(USERS), 2),
    groups: random.some(numbers(GROUPS), 3),
  }));
  for (const [at, { users: its, groups: theirs }] of given.entries()) {
    const role = { app: apps[at === ROLES - 1 ? 1 : 0]!, role: roles[at]! };
    for (const group of theirs) await giveRole(api, role, 'Group', groups[group]!);
    await giveRole(api, role, 'User', ...its.map((user) => users[user]!));
  }
  return { tenant, users, groups, apps, roles, suspended, memberships, above, given };
}

/** What makes a group one by rule, with these members; nothing for the others. */
function ruleOf(group: number, memberships: readonly (readonly number[])[]): object {
  if (kindOf(group) === 'GROUP') return {};
  const names = memberships.flatMap((its, user) => (its.includes(group) ? [`user_name eq "u${user}"`] : []));
  return { kind: 'dynamic', rule: [...names, 'user_name eq "nobody"'].join(' or ') };
}

/** All ways from a user up to a group, each as its groups. */
function ways({ memberships, above }: World, user: number, to: number): number[][] {
  const up = (group: number): number[][] =>
    group === to ? [[to]] : above[group]!.flatMap(up).map((way) => [group, ...way]);
  return memberships[user]!.flatMap(up);
}

interface Asked {
  readonly user?: number;
  readonly group?: number;
  readonly type?: 'USER' | 'GROUP' | 'DYNAMIC_GROUP';
  readonly role?: number;
  readonly app?: number;
}

/** A line for each row that is due: who, what, by which group, and how long the way is. */
function due(world: World, { user, group, type, role, app }: Asked): string[] {
  const lines = numbers(ROLES).flatMap((at) => {
    if (role !== undefined && role !== at) return [];
    if (app !== undefined && app !== (at === ROLES - 1 ? 1 : 0)) return [];
    const { users, groups } = world.given[at]!;
    return numbers(USERS).flatMap((who) => {
      if (who === world.suspended || (user !== undefined && user !== who)) return [];
      const through = (way: readonly number[]): boolean => group === undefined || way.includes(group);
      const isDirect = users.includes(who) && group === undefined;
      if (isDirect && type !== undefined && type !== 'USER') return [];
      const ofType = groups.filter((each) => type === undefined || type === kindOf(each));
      const via = ofType.find((each) => ways(world, who, each).some(through));
      if (!isDirect && via === undefined) return [];
      if (isDirect) return [`${at} ${who} USER`];
      const lengths = ways(world, who, via!)
        .filter(through)
        .map(({ length }) => length);
      return [`${at} ${who} ${kindOf(via!)} ${via} ${Math.min(...lengths)}`];
    });
  });
  return lines;
}

function lineOf(world: World, asked: Asked, { type, user, group, entitlement, path }: Found): string {
  const [at, who] = [world.roles.indexOf(entitlement), world.users.indexOf(user)];
  if (type === 'USER') return `${at} ${who} USER${group === null && path.length === 0 ? '' : ' by way of something'}`;
  const via = world.groups.indexOf(group!);
  const way = path.map(({ code }) => world.groups.indexOf(code));
  expect(path.map(({ name }) => name)).toEqual(way.map((each) => `g${each}`));
  const isWay = ways(world, who, via).some((each) => String(each) === String(way));
  const isThrough = asked.group === undefined || way.includes(asked.group);
  return `${at} ${who} ${type} ${via} ${isWay && isThrough ? way.length : 'by no way'}`;
}

async function searched(
  { tenant, users, groups, roles, apps }: World,
  asked: Asked,
  more = '',
): Promise<[Found[], number]> {
  const { user, group, type, role, app } = asked;
  const query = [
    'effective=true',
    ...(user === undefined ? [] : [`user=${users[user]!.toUpperCase()}`]),
    ...(group === undefined ? [] : [`group=${groups[group]!}`]),
    ...(type === undefined ? [] : [`type=${type}`]),
  ];
  const filter = {
    ...(role === undefined ? {} : { code: roles[role]! }),
    ...(app === undefined ? {} : { application: apps[app]! }),
  };
  const { status, body } = await tenant.api.post(`${ASSIGNMENTS}?${query.join('&')}${more}`, filter);
  if (status !== 200) throw new Error(JSON.stringify(body));
  return [body.resources as Found[], body.count as number];
}

describe(`the search for those who hold entitlements (MODEL_SEED=${SEED})`, () => {
  it('finds each active user once an entitlement, through groups to any depth, however it is asked', async () => {
    const random = new Random(SEED);
    const world = await newWorld(random);
    const asks: Asked[] = [undefined, 0, 1, world.suspended].flatMap((user) =>
      [undefined, 1, 4, GROUPS - 1].flatMap((group) =>
        ([undefined, 'USER', 'GROUP', 'DYNAMIC_GROUP'] as const).flatMap((type) =>
          [{}, { role: 1 }, { app: 1 }, { role: 0, app: 1 }].map((narrowed) => ({ user, group, type, ...narrowed })),
        ),
      ),
    );
    let rows = 0;
    for (const asked of [...asks.slice(0, 16), ...numbers(60).map(() => random.of(asks))]) {
      const expected = due(world, asked);
      const [found, count] = await searched(world, asked);
      const lines = found.map((each) => lineOf(world, asked, each));
      expect([asked, lines, count]).toEqual([asked, expected, expected.length]);
      rows += count;
    }
    expect(rows).toBeGreaterThan(50);
    for (const asked of [{}, { group: GROUPS - 1 }, { user: 0 }]) {
      const [all, count] = await searched(world, asked);
      const pages = await inTurn(Math.ceil(count / 2) + 1, (at) => searched(world, asked, `&limit=2&page=${at + 1}`));
      expect(pages.flatMap(([each]) => each)).toEqual(all);
      expect(new Set(pages.map(([, each]) => each))).toEqual(new Set([count]));
    }
  });

  it('shows the assignment that gives it, with its rights, and the way up to the group that has it', async () => {
    const tenant = await newTenant();
    const { api } = tenant;
    const [app, ada, bob] = [await tenant.application(), await tenant.user('ada'), await tenant.user('bob')];
    const inner = await tenant.group('Inner', [ada, bob]);
    const [side, outer, mid] = [await tenant.group('Side'), await tenant.group('Outer'), await tenant.group('Mid')];
    await nest(tenant, side, inner);
    await nest(tenant, outer, inner);
    await nest(tenant, mid, inner);
    await nest(tenant, outer, mid);
    const rights = [{ name: 'region', values: ['emea', 'apac'] }];
    const editor = await newEntitlement(api, app, 'Editor', { rights, extRef: 'grp-editors' });
    await api.post(`${ENTITLEMENTS}/${editor}`, { grant: { groups: [{ group: side, rights: ['emea'] }] } });
    await api.post(`${ENTITLEMENTS}/${editor}`, { grant: { groups: [{ group: outer }] } });
    await grantUsers(api, editor, [{ user: bob }]);
    const assigned = (await api.post(`${ASSIGNMENTS}?includeRights=true`, {})).body.resources as Found[];
    expect(assigned.map((each) => [each.type, each.type === 'USER' ? each.user : each.group])).toEqual([
      ['GROUP', side],
      ['GROUP', outer],
      ['USER', bob],
    ]);
    const pathTo = (code: string, name: string): object[] => [
      { code: inner, name: 'Inner' },
      { code, name },
    ];
    const ofAda = { ...assigned[0], user: ada, path: pathTo(side, 'Side') };
    const answers = [
      await api.post(`${ASSIGNMENTS}?includeRights=true&effective=true`, { code: editor }),
      await api.post(`${ASSIGNMENTS}?includeRights=true`, { code: editor, effective: true }),
      await api.post(`${ASSIGNMENTS}?includeRights=true&effective=true`, { application: app, effective: true }),
    ];
    for (const { body } of answers) {
      const resources = [ofAda, { ...assigned[2], path: [] }];
      expect(body).toEqual({ count: 2, page: 1, limit: 500, resources });
    }
    // By ways through the group alone, also of whom holds it directly, and of whom another group gives it first.
    const plain = await api.post(`${ASSIGNMENTS}?effective=true&group=${outer}`, {});
    const { rightValues: _values, ...bare } = assigned[1] as Found & { rightValues?: unknown };
    const through = [ada, bob].map((user) => ({ ...bare, user, path: pathTo(outer, 'Outer') }));
    expect(plain.body).toEqual({ count: 2, page: 1, limit: 500, resources: through });
    const longer = await api.post(`${ASSIGNMENTS}?effective=true&group=${mid}&user=${bob}`, { code: editor });
    const [first, ...rest] = pathTo(outer, 'Outer');
    const way = [first, { code: mid, name: 'Mid' }, ...rest];
    expect(longer.body.resources).toEqual([{ ...bare, user: bob, path: way }]);
    const off = await api.post(`${ASSIGNMENTS}?includeRights=true&effective=false`, { effective: false });
    expect(off.body.resources).toEqual(assigned);
    for (const query of [`user=${randomUUID()}`, `group=${randomUUID()}`, 'user=ada', 'group=', `user=${inner}`]) {
      const none = await api.post(`${ASSIGNMENTS}?effective=true&${query}`, {});
      expect([query, none.body]).toEqual([query, { count: 0, page: 1, limit: 500, resources: [] }]);
    }
  });

  it('asks for a user, a group or a narrower filter beyond 100 entitlements, and refuses what contradicts itself', async () => {
    const tenant = await newTenant();
    const { api } = tenant;
    const [app, ada] = [await tenant.application(), await tenant.user('ada')];
    const codes = await inTurn(101, (at) =>
      newEntitlement(api, app, `e${at}`, { category: at < 100 ? 'most' : 'last' }),
    );
    for (const code of codes) await grantUsers(api, code, [{ user: ada }]);
    const refused = await api.post(`${ASSIGNMENTS}?effective=true`, { application: app });
    expect([refused.status, refused.body]).toEqual([
      400,
      entitlementRefusal('DLE40009', expect.stringContaining('at most 100 entitlements')),
    ]);
    const counts = [
      await api.post(`${ASSIGNMENTS}?effective=true&limit=1&page=100`, { category: 'most' }),
      await api.post(`${ASSIGNMENTS}?effective=true&user=${ada}&limit=1`, {}),
    ];
    expect(counts.map(({ body }) => [body.count, body.resources.length])).toEqual([
      [100, 1],
      [101, 1],
    ]);
    expect(counts[0]!.body.resources[0].entitlement).toBe(codes.slice(0, 100).sort().at(-1));
    const wrong: [string, object, string][] = [
      ['effective=1', {}, 'query.effective: effective must be true or false, not "1"'],
      ['', { effective: 'true' }, 'body.effective: effective must be true or false, not "true"'],
      [
        'effective=false',
        { effective: true },
        'body.effective: effective must be what the query says, which is false; send it once',
      ],
    ];
    for (const [query, body, message] of wrong) {
      const answer = await api.post(`${ASSIGNMENTS}?${query}`, body);
      expect([answer.status, answer.body]).toEqual([400, entitlementRefusal('DLE40001', message)]);
    }
    const other = await newTenant();
    expect((await other.api.post(`${ASSIGNMENTS}?effective=true`, { code: codes[0] })).body.count).toBe(0);
    expect((await other.api.post(`${ASSIGNMENTS}?effective=true&user=${ada}`, {})).body.count).toBe(0);
  });
});
