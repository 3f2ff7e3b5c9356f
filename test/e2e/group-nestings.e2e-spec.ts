import fc from 'fast-check';
import type { ApiAnswer } from '../support/api.js';
import { sql } from '../support/sql.js';
import { newTenant, type TestTenant } from '../support/tenant.js';

const META = { request_id: expect.any(String), timestamp: expect.any(String) };
const NOBODY = '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44';

type Pair = readonly [ancestor: string, descendant: string];

const nestingUrl = ({ path }: TestTenant, parent: string, child: string): string =>
  `${path}/groups/${parent}/groups/${child}`;

const nest = (tenant: TestTenant, parent: string, child: string): Promise<ApiAnswer> =>
  tenant.api.put(nestingUrl(tenant, parent, child));

const unnest = (tenant: TestTenant, parent: string, child: string): Promise<ApiAnswer> =>
  tenant.api.delete(nestingUrl(tenant, parent, child));

/** Makes a group for each name, in order. */
async function groupsOf(tenant: TestTenant, ...names: string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const name of names) ids.push(await tenant.group(name));
  return ids;
}

/** Makes the nestings, each of which must be new. */
async function nestAll(tenant: TestTenant, pairs: readonly Pair[]): Promise<void> {
  for (const [parent, child] of pairs) expect((await nest(tenant, parent, child)).status).toBe(201);
}

/** Whether the user is in the group, at any depth, as the service sees it from both ends. */
async function isIn({ api, path }: TestTenant, userId: string, groupId: string): Promise<boolean> {
  const members = await api.get(`${path}/groups/${groupId}/members?transitive=true&per_page=200`);
  const groups = await api.get(`${path}/users/${userId}/groups?per_page=200`);
  const isMember = (members.body.data as { user_id: string }[]).some((member) => member.user_id === userId);
  expect((groups.body.data as { group_id: string }[]).some((held) => held.group_id === groupId)).toBe(isMember);
  return isMember;
}

/** Who is above whom, computed from the pairs alone: every group, then one more step until nothing is new. */
function closureOf(groups: readonly string[], nestings: readonly Pair[]): string[] {
  const found = new Set(groups.map((id) => `${id} ${id}`));
  for (let before = -1; before < found.size;) {
    before = found.size;
    for (const pair of [...found]) {
      const [above, below] = pair.split(' ');
      for (const [parent, child] of nestings) if (parent === below) found.add(`${above} ${child}`);
    }
  }
  return [...found].sort();
}

/** The closure as it is stored is the one that its groups and nestings amount to; answers the nestings. */
async function expectTrueClosure(tenantId: string): Promise<Pair[]> {
  const read = (columns: string, table: string): Promise<{ pair: Pair }[]> =>
    sql(`SELECT ARRAY[${columns}]::text[] AS pair FROM ${table} WHERE tenant_id = $1`, [tenantId]);
  const groups = await read('id', 'groups');
  const nestings = (await read('parent_id, child_id', 'group_nestings')).map(({ pair }) => pair);
  const stored = (await read('ancestor_id, descendant_id', 'group_closure')).map(({ pair }) => pair.join(' '));
  const ids = groups.map(({ pair }) => pair[0]);
  expect(stored.sort()).toEqual(closureOf(ids, nestings));
  return nestings;
}

describe('a nesting', () => {
  it('is made by PUT with 201, and is 200 and unchanged the next time', async () => {
    const tenant = await newTenant();
    const [parent, child] = (await groupsOf(tenant, 'parent', 'child')) as [string, string];
    const made = await nest(tenant, parent, child);
    expect(made.status).toBe(201);
    expect(made.body).toEqual({
      data: { parent_id: parent, child_id: child, added_at: expect.any(String) },
      meta: META,
    });
    const again = await nest(tenant, parent, child);
    expect(again.status).toBe(200);
    expect(again.body.data).toEqual(made.body.data);
    expect((await tenant.api.get(`${tenant.path}/groups/${parent}/groups`)).body).toEqual({
      data: [{ group_id: child, name: 'child', added_at: made.body.data.added_at }],
      pagination: { page: 1, per_page: 50, total_items: 1, total_pages: 1, next_cursor: null },
      meta: META,
    });
    expect((await tenant.api.get(`${tenant.path}/groups/${child}/groups`)).body.data).toEqual([]);
  });

  it('lists the groups directly inside, not those further down', async () => {
    const tenant = await newTenant();
    const [a, b, c, d] = (await groupsOf(tenant, 'a', 'b', 'c', 'd')) as [string, string, string, string];
    await nestAll(tenant, [
      [a, c],
      [a, b],
      [b, d],
    ]);
    const inside = (await tenant.api.get(`${tenant.path}/groups/${a}/groups`)).body.data as { name: string }[];
    expect(inside.map(({ name }) => name)).toEqual(['b', 'c']);
  });

  it('ends with DELETE, which is 404 where there is none, also where the child is further down', async () => {
    const tenant = await newTenant();
    const [a, b, c] = (await groupsOf(tenant, 'a', 'b', 'c')) as [string, string, string];
    await nestAll(tenant, [
      [a, b],
      [b, c],
    ]);
    const indirect = await unnest(tenant, a, c);
    expect(indirect.status).toBe(404);
    expect(indirect.body).toEqual({
      detail: `No nesting ${c} in this tenant.`,
      code: 'nesting_not_found',
      request_id: expect.any(String),
    });
    const ended = await unnest(tenant, a, b);
    expect([ended.status, ended.body]).toEqual([204, null]);
    expect((await unnest(tenant, a, b)).status).toBe(404);
    expect(await expectTrueClosure(tenant.id)).toEqual([[b, c]]);
  });

  it('joins groups of one tenant alone', async () => {
    const [tenant, other] = await Promise.all([newTenant(), newTenant()]);
    const [mine, theirs] = [await tenant.group(), await other.group()];
    for (const stranger of [NOBODY, theirs]) {
      for (const [parent, child] of [
        [mine, stranger],
        [stranger, mine],
      ] as const) {
        const answer = await nest(tenant, parent, child);
        expect(answer.status).toBe(404);
        expect(answer.body).toEqual({
          detail: `No group ${stranger} in this tenant.`,
          code: 'group_not_found',
          request_id: expect.any(String),
        });
        expect((await unnest(tenant, parent, child)).status).toBe(404);
      }
      expect((await tenant.api.get(`${tenant.path}/groups/${stranger}/groups`)).status).toBe(404);
    }
  });
});

describe('membership through nestings', () => {
  it('reaches through 20 groups inside of each other, and ends where one of them is taken out', async () => {
    const tenant = await newTenant();
    const chain = await groupsOf(tenant, ...Array.from({ length: 21 }, (_, depth) => `depth ${depth}`));
    // From the middle outwards, so that chains are joined to chains.
    const places = Array.from({ length: 20 }, (_, at) => at).sort((a, b) => Math.abs(a - 9.5) - Math.abs(b - 9.5));
    await nestAll(
      tenant,
      places.map((at) => [chain[at]!, chain[at + 1]!]),
    );
    const user = await tenant.user();
    await tenant.api.put(`${tenant.path}/groups/${chain[20]}/members/${user}`);
    expect(await isIn(tenant, user, chain[0]!)).toBe(true);
    await expectTrueClosure(tenant.id);
    await unnest(tenant, chain[10]!, chain[11]!);
    expect(await isIn(tenant, user, chain[10]!)).toBe(false);
    expect(await isIn(tenant, user, chain[11]!)).toBe(true);
    await expectTrueClosure(tenant.id);
  });

  it('stays as long as one way is left, and ends with the last', async () => {
    const tenant = await newTenant();
    const [top, left, right, bottom] = (await groupsOf(tenant, 'top', 'left', 'right', 'bottom')) as [
      string,
      string,
      string,
      string,
    ];
    const user = await tenant.user();
    await tenant.api.put(`${tenant.path}/groups/${bottom}/members/${user}`);
    await nestAll(tenant, [
      [top, left],
      [top, right],
      [left, bottom],
      [right, bottom],
    ]);
    await unnest(tenant, left, bottom);
    expect(await isIn(tenant, user, top)).toBe(true);
    expect(await isIn(tenant, user, left)).toBe(false);
    await expectTrueClosure(tenant.id);
    await unnest(tenant, top, right);
    expect(await isIn(tenant, user, top)).toBe(false);
    expect(await isIn(tenant, user, right)).toBe(true);
    await expectTrueClosure(tenant.id);
  });

  it('ends with the deletion of a group in the middle, unless there is a way around it', async () => {
    const tenant = await newTenant();
    const [top, middle, bottom, around] = (await groupsOf(tenant, 'top', 'middle', 'bottom', 'around')) as [
      string,
      string,
      string,
      string,
    ];
    const user = await tenant.user();
    await tenant.api.put(`${tenant.path}/groups/${bottom}/members/${user}`);
    await nestAll(tenant, [
      [top, middle],
      [middle, bottom],
      [around, top],
      [around, bottom],
    ]);
    expect((await tenant.api.delete(`${tenant.path}/groups/${middle}`)).status).toBe(204);
    expect(await isIn(tenant, user, top)).toBe(false);
    expect(await isIn(tenant, user, around)).toBe(true);
    expect(await expectTrueClosure(tenant.id)).toHaveLength(2);
  });
});

describe('a nesting that would close a cycle', () => {
  it('is refused, and the message shows the shortest way round by name', async () => {
    const tenant = await newTenant();
    const [a, b, c, d] = (await groupsOf(tenant, 'Acme', 'Berlin', 'Crew', 'Detour')) as [
      string,
      string,
      string,
      string,
    ];
    await nestAll(tenant, [
      [a, b],
      [b, c],
      [a, d],
      [d, b],
    ]);
    const refused = await nest(tenant, c, a);
    expect(refused.status).toBe(409);
    expect(refused.body).toEqual({
      detail: 'The nesting would close a cycle: "Crew" > "Acme" > "Berlin" > "Crew".',
      code: 'nesting_cycle',
      request_id: expect.any(String),
    });
    expect((await nest(tenant, b, a)).body.detail).toBe(
      'The nesting would close a cycle: "Berlin" > "Acme" > "Berlin".',
    );
    expect(await expectTrueClosure(tenant.id)).toHaveLength(4);
  });

  it('is refused for a group in itself', async () => {
    const tenant = await newTenant();
    const self = await tenant.group('Self');
    const refused = await nest(tenant, self, self);
    expect(refused.status).toBe(409);
    expect(refused.body).toEqual({
      detail: 'The nesting would close a cycle: "Self" > "Self".',
      code: 'nesting_cycle',
      request_id: expect.any(String),
    });
    expect(await expectTrueClosure(tenant.id)).toEqual([]);
  });

  it('is refused over 20 groups, naming all of them', async () => {
    const tenant = await newTenant();
    const names = Array.from({ length: 20 }, (_, depth) => `depth ${depth}`);
    const chain = await groupsOf(tenant, ...names);
    await nestAll(
      tenant,
      chain.slice(1).map((id, at) => [chain[at]!, id]),
    );
    const way = ['depth 19', ...names].map((name) => `"${name}"`).join(' > ');
    expect((await nest(tenant, chain[19]!, chain[0]!)).body.detail).toBe(`The nesting would close a cycle: ${way}.`);
  });

  it('is refused over a ladder of 20 diamonds, which has a million ways round', async () => {
    const tenant = await newTenant();
    const top = await tenant.group('rung 0');
    let bottom = top;
    for (let rung = 1; rung <= 20; rung += 1) {
      const [left, right, next] = (await groupsOf(tenant, `left ${rung}`, `right ${rung}`, `rung ${rung}`)) as [
        string,
        string,
        string,
      ];
      await Promise.all([nest(tenant, bottom, left), nest(tenant, bottom, right)]);
      await Promise.all([nest(tenant, left, next), nest(tenant, right, next)]);
      bottom = next;
    }
    const refused = await nest(tenant, bottom, top);
    expect([refused.status, refused.body.code]).toEqual([409, 'nesting_cycle']);
    expect(refused.body.detail).toMatch(/^The nesting would close a cycle: "rung 20" > "rung 0" > .* > "rung 20"\.$/);
    expect(await expectTrueClosure(tenant.id)).toHaveLength(80);
  }, 60_000);

  it('is refused to exactly one of two requests that would close it together', async () => {
    const tenant = await newTenant();
    for (let round = 0; round < 25; round += 1) {
      const [a, b] = (await groupsOf(tenant, `a ${round}`, `b ${round}`)) as [string, string];
      const both = await Promise.all([nest(tenant, a, b), nest(tenant, b, a)]);
      expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
      expect(both.find(({ status }) => status === 409)!.body.code).toBe('nesting_cycle');
    }
    expect(await expectTrueClosure(tenant.id)).toHaveLength(25);
  });

  it('is refused to exactly one of three requests that would close it together', async () => {
    const tenant = await newTenant();
    for (let round = 0; round < 15; round += 1) {
      const [a, b, c] = (await groupsOf(tenant, `a ${round}`, `b ${round}`, `c ${round}`)) as [string, string, string];
      const all = await Promise.all([nest(tenant, a, b), nest(tenant, b, c), nest(tenant, c, a)]);
      expect(all.map(({ status }) => status).sort()).toEqual([201, 201, 409]);
    }
    expect(await expectTrueClosure(tenant.id)).toHaveLength(30);
  });
});

describe('the closure of the nestings', () => {
  const SIZE = 6;
  const place = fc.nat(SIZE - 1);
  const operation = fc.record({
    kind: fc.constantFrom('nest', 'nest', 'nest', 'unnest', 'recreate'),
    parent: place,
    child: place,
  });

  /** Deletes the group and makes a new one in its place. */
  async function recreate(tenant: TestTenant, groups: string[], at: number): Promise<ApiAnswer> {
    const deleted = await tenant.api.delete(`${tenant.path}/groups/${groups[at]}`);
    if (deleted.status === 204) groups[at] = await tenant.group();
    return deleted;
  }

  async function apply(
    tenant: TestTenant,
    groups: string[],
    { kind, parent, child }: { kind: string; parent: number; child: number },
  ): Promise<number> {
    const [upper, lower] = [groups[parent]!, groups[child]!];
    if (kind === 'recreate') return (await recreate(tenant, groups, parent)).status;
    return (await (kind === 'nest' ? nest(tenant, upper, lower) : unnest(tenant, upper, lower))).status;
  }

  it('is the one that the nestings amount to after any operations, which answer as a simple model does', async () => {
    const tenant = await newTenant();
    const groups = await groupsOf(tenant, ...Array.from({ length: SIZE }, (_, at) => `group ${at}`));
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 4, maxLength: 14 }), async (operations) => {
        for (const step of operations) {
          const before = await expectTrueClosure(tenant.id);
          const [parent, child] = [groups[step.parent]!, groups[step.child]!];
          const isThere = before.some(([upper, lower]) => upper === parent && lower === child);
          const closes = closureOf(groups, before).includes(`${child} ${parent}`);
          const promised = { nest: closes ? 409 : isThere ? 200 : 201, unnest: isThere ? 204 : 404, recreate: 204 };
          expect(await apply(tenant, groups, step)).toBe(promised[step.kind]);
        }
        await expectTrueClosure(tenant.id);
      }),
      { numRuns: 12, endOnFailure: true, verbose: true },
    );
  }, 60_000);

  it('is the one that the nestings amount to after operations that all run at the same moment', async () => {
    const tenant = await newTenant();
    const groups = await groupsOf(tenant, ...Array.from({ length: SIZE }, (_, at) => `group ${at}`));
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 8, maxLength: 24 }), async (operations) => {
        const statuses = await Promise.all(operations.map((step) => apply(tenant, groups, step)));
        expect(statuses.filter((status) => ![200, 201, 204, 404, 409].includes(status))).toEqual([]);
        const nestings = await expectTrueClosure(tenant.id);
        const closed = closureOf(groups, nestings);
        expect(nestings.filter(([upper, lower]) => closed.includes(`${lower} ${upper}`))).toEqual([]);
      }),
      { numRuns: 20, endOnFailure: true, verbose: true },
    );
  }, 60_000);
});
