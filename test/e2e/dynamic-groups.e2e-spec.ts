import { assign, nest } from '../support/assignment-steps.js';
import { dynamicGroup, eventsOf, memberIds, ofDepartment, outcomeOf, storedMembers } from '../support/rule-steps.js';
import { giveRole, newRole } from '../support/role-steps.js';
import type { TestTenant } from '../support/tenant.js';
import { tenantsWithCheckedSets } from '../support/user-sets.js';

const newTenant = tenantsWithCheckedSets();

const MOMENT = expect.any(String) as string;
const META = { request_id: expect.any(String), timestamp: expect.any(String) };

/** ada and bob are in Sales, cleo in Ops; the group is of Sales. */
async function world(): Promise<{
  tenant: TestTenant;
  ada: string;
  bob: string;
  cleo: string;
  sales: string;
  url: string;
}> {
  const tenant = await newTenant();
  const [ada, bob, cleo] = [
    await tenant.user('ada', { attributes: { department: 'Sales' } }),
    await tenant.user('bob', { attributes: { department: 'SALES' }, status: 'suspended' }),
    await tenant.user('cleo', { attributes: { department: 'Ops' } }),
  ];
  const sales = await dynamicGroup(tenant, 'sales', ofDepartment('Sales'));
  return { tenant, ada, bob, cleo, sales, url: `${tenant.path}/groups/${sales}` };
}

describe('a dynamic group', () => {
  it('is made with its members, and told with its rule', async () => {
    const { tenant, ada, bob, sales, url } = await world();
    const read = await tenant.api.get(url);
    const group = {
      ...{ id: sales, name: 'sales', description: null, external_id: null, created_at: MOMENT, updated_at: MOMENT },
      ...{ kind: 'dynamic', rule: 'attributes.department eq "Sales"' },
    };
    expect(read.body).toEqual({ data: group, meta: META });
    const member = { membership: 'direct', added_at: MOMENT, valid_from: null, valid_until: null, state: 'valid' };
    expect((await tenant.api.get(`${url}/members`)).body.data).toEqual([
      { user_id: ada, user_name: 'ada', display_name: null, ...member, by_rule: true },
      { user_id: bob, user_name: 'bob', display_name: null, ...member, by_rule: true },
    ]);
    expect((await tenant.api.get(`${url}/members/${ada}`)).body.data).toEqual({
      ...{ group_id: sales, user_id: ada, added_at: MOMENT, valid_from: null, valid_until: null, by_rule: true },
    });
    expect((await tenant.api.get(`${tenant.path}/users/${ada}/groups`)).body.data).toEqual([
      { group_id: sales, name: 'sales', membership: 'direct', added_at: MOMENT, by_rule: true },
    ]);
    // One event for all, and none for each.
    expect(await eventsOf(tenant, 'membership%')).toEqual([]);
    expect(await eventsOf(tenant, 'group.%')).toEqual([
      { action: 'group.created', group_id: sales, user_id: null, before: null, after: group },
      {
        ...{ action: 'group.rule_applied', group_id: sales, user_id: null, before: { rule: null } },
        after: { rule: group.rule, joined: 2, left: 0 },
      },
    ]);
    const listed = await tenant.api.get(`${tenant.path}/groups?filter=${encodeURIComponent('kind eq "dynamic"')}`);
    expect(listed.body.data).toEqual([group]);
  });

  it('follows every user that is made, changed, suspended or deleted, in the same transaction', async () => {
    const { tenant, ada, bob, cleo, sales } = await world();
    const { api, path } = tenant;
    const active = await dynamicGroup(tenant, 'active', 'active eq true and not (user_name eq "dan")');
    expect(await memberIds(tenant, active)).toEqual([ada, cleo]);
    const dan = await tenant.user('dan', { attributes: { department: 'sales' } });
    expect([await memberIds(tenant, sales), await memberIds(tenant, active)]).toEqual([
      [ada, bob, dan],
      [ada, cleo],
    ]);
    const steps: [user: string, patch: object, sales: string[], active: string[]][] = [
      [cleo, { attributes: { department: 'Sales' } }, [ada, bob, cleo, dan], [ada, cleo]],
      [ada, { attributes: null, status: 'suspended' }, [bob, cleo, dan], [cleo]],
      [dan, { user_name: 'don' }, [bob, cleo, dan], [cleo, dan]],
      [bob, { status: 'active', display_name: 'Bob' }, [bob, cleo, dan], [bob, cleo, dan]],
    ];
    for (const [user, patch, inSales, inActive] of steps) {
      expect((await api.patch(`${path}/users/${user}`, patch)).status).toBe(200);
      expect([patch, await memberIds(tenant, sales)]).toEqual([patch, inSales]);
      expect([patch, await memberIds(tenant, active)]).toEqual([patch, inActive]);
    }
    // What is refused moves nobody.
    expect((await api.patch(`${path}/users/${dan}`, { user_name: 'bob', attributes: null })).status).toBe(409);
    expect((await api.delete(`${path}/users/${bob}`)).status).toBe(204);
    expect([await memberIds(tenant, sales), await memberIds(tenant, active)]).toEqual([
      [cleo, dan],
      [cleo, dan],
    ]);
    const event = (done: string, group_id: string, user_id: string): object => {
      const state = { group_id, user_id, added_at: MOMENT, valid_from: null, valid_until: null, by_rule: true };
      const sides = done === 'created' ? { before: null, after: state } : { before: state, after: null };
      return { action: `membership.${done}`, group_id, user_id, ...sides };
    };
    const events = await eventsOf(tenant, 'membership.%');
    expect(events).toHaveLength(8);
    expect(events).toEqual(
      expect.arrayContaining([
        ...[event('created', sales, dan), event('created', sales, cleo), event('deleted', sales, ada)],
        ...[event('deleted', active, ada), event('created', active, dan), event('created', active, bob)],
        ...[event('deleted', sales, bob), event('deleted', active, bob)],
      ]),
    );
  });

  it('moves to another rule as a whole, and goes with its members', async () => {
    const { tenant, ada, bob, cleo, sales, url } = await world();
    const version = (await tenant.api.get(url)).headers.get('etag')!;
    const stale = { headers: { 'if-match': '"7"' } };
    expect((await tenant.api.patch(url, { rule: 'active eq true' }, stale)).status).toBe(412);
    expect(await memberIds(tenant, sales)).toEqual([ada, bob]);
    const body = { rule: 'active eq true', name: 'at work' };
    const changed = await tenant.api.patch(url, body, { headers: { 'if-match': version } });
    expect(changed.body.data).toMatchObject({ kind: 'dynamic', ...body });
    expect(await memberIds(tenant, sales)).toEqual([ada, cleo]);
    // The same rule again is no change, and neither is another name.
    await tenant.api.patch(url, { rule: body.rule, name: 'Working' });
    expect((await tenant.api.delete(url)).status).toBe(204);
    expect(await storedMembers(tenant)).toEqual([]);
    const rules = (await eventsOf(tenant, 'group.rule_applied')) as { before: object; after: object }[];
    expect(rules.map(({ before, after }) => [before, after])).toEqual([
      [{ rule: null }, { rule: ofDepartment('Sales'), joined: 2, left: 0 }],
      [{ rule: ofDepartment('Sales') }, { rule: body.rule, joined: 1, left: 1 }],
      [{ rule: body.rule }, { rule: null, joined: 0, left: 2 }],
    ]);
    // A user who changes then meets no rule that is gone.
    expect((await tenant.api.patch(`${tenant.path}/users/${ada}`, { display_name: 'A' })).status).toBe(200);
    expect(await storedMembers(tenant)).toEqual([]);
  });

  it('takes no member by hand, and a static group no rule', async () => {
    const { tenant, ada, cleo, sales, url } = await world();
    const { api, path } = tenant;
    const before = await storedMembers(tenant);
    const dynamic = [409, 'group_is_dynamic'];
    for (const user of [ada, cleo]) {
      expect(outcomeOf(await api.put(`${url}/members/${user}`))).toEqual(dynamic);
      expect(outcomeOf(await api.post(`${url}/members`, { user_ids: [user] }))).toEqual(dynamic);
      expect(outcomeOf(await api.patch(`${url}/members/${user}`, { valid_until: null }))).toEqual(dynamic);
      expect(outcomeOf(await api.delete(`${url}/members/${user}`))).toEqual(dynamic);
    }
    expect((await api.put(`${url}/members/${ada}`)).body.detail).toBe(
      `The group ${sales} is dynamic: its rule says who is in it. Change the rule.`,
    );
    const plain = await tenant.group('plain');
    expect(outcomeOf(await api.patch(`${path}/groups/${plain}`, { rule: 'active eq true' }))).toEqual([
      409,
      'group_is_static',
    ]);
    expect(outcomeOf(await api.delete(`${path}/groups/${plain}/members/${ada}`))).toEqual([
      404,
      'membership_not_found',
    ]);
    expect(await storedMembers(tenant)).toEqual(before);
  });

  it('works like any group: nested, assigned, given roles, told why', async () => {
    const { tenant, ada, bob, cleo, sales } = await world();
    const { api, path } = tenant;
    const [staff, crm, wiki] = [
      await tenant.group('staff', [cleo]),
      await tenant.application('CRM'),
      await tenant.application('Wiki'),
    ];
    await nest(tenant, staff, sales);
    await assign(tenant, 'group', staff, crm);
    await assign(tenant, 'group', sales, wiki);
    expect(await memberIds(tenant, staff, '&transitive=true')).toEqual([ada, bob, cleo]);
    const effective = async (app: string): Promise<unknown[]> =>
      (
        (await api.get(`${path}/applications/${app}/effective-users`)).body.data as {
          user_id: string;
          assigned_via: string;
        }[]
      ).map((row) => [row.user_id, row.assigned_via]);
    expect([await effective(crm), await effective(wiki)]).toEqual([
      [
        [ada, staff],
        [cleo, staff],
      ],
      [[ada, sales]],
    ]);
    const why = await api.get(`${path}/users/${ada}/applications/${crm}/access`);
    expect(why.body.data).toMatchObject({
      allowed: true,
      path_count: 1,
      paths: [{ via: [{ group_id: sales, by_rule: true }, { group_id: staff }] }],
    });
    expect(why.body.data.paths[0].via[1]).not.toHaveProperty('by_rule');
    const check = async (user: string, app: string): Promise<unknown> =>
      (await api.post(`${path}/access/check`, { checks: [{ user_id: user, application_id: app }] })).body.data.results;
    expect(await check(ada, wiki)).toMatchObject([{ allowed: true }]);
    expect(await check(cleo, wiki)).toMatchObject([{ allowed: false }]);
    expect((await api.get(`${path}/users/${ada}/applications`)).body.data.applications).toHaveLength(2);
    expect((await api.get(`${path}/users/${ada}/access`)).body.pagination.total_items).toBe(2);
    const role = await newRole(api, crm, 'Editor', ['documents:write']);
    await giveRole(api, { app: crm, role }, 'Group', staff);
    const permissions = async (user: string): Promise<unknown> =>
      (await api.get(`${path}/users/${user}/applications/${crm}/permissions`)).body;
    const holders = JSON.stringify(await permissions(ada));
    expect(holders).toContain('documents:write');
    // Who leaves by the rule has nothing of it any more.
    await api.patch(`${path}/users/${ada}`, { attributes: { department: 'Ops' } });
    expect(await effective(crm)).toEqual([[cleo, staff]]);
    expect(JSON.stringify(await permissions(ada))).not.toContain('documents:write');
    expect(await check(ada, crm)).toMatchObject([{ allowed: false }]);
  });
});

describe('the rule of a group', () => {
  const SALES = ofDepartment('Sales');
  it.each([
    [{ kind: 'dynamic' }, 'missing', 'rule is required where kind is dynamic: a filter over users'],
    [{ rule: SALES }, 'rule_of_static', 'rule is for groups whose kind is dynamic; send "kind": "dynamic" with it'],
    [{ kind: 'dynamic', rule: '' }, 'filter', 'rule must be a filter of 1 to 8192 bytes, not ""'],
    [{ kind: 'dynamic', rule: null }, 'filter', 'rule must be a filter of 1 to 8192 bytes, not null'],
    [
      { kind: 'dynamic', rule: ' ' },
      'invalid_filter',
      'rule, at position 1: expected an attribute, "not" or "(", not the end.',
    ],
    [
      { kind: 'dynamic', rule: 'shoe_size eq 5' },
      'invalid_filter',
      /^rule, at position 0: unknown attribute "shoe_size"; known are active, /,
    ],
    [
      { kind: 'dynamic', rule: 'active eq "yes"' },
      'invalid_filter',
      /^rule, at position 10: active is compared with true or false/,
    ],
    [{ kind: 'dynamic', rule: `id eq "${'x'.repeat(9000)}"` }, 'filter', /^rule must be a filter of 1 to 8192 bytes/],
  ])('is refused: %j', async (body, type, msg) => {
    const { api, path } = await newTenant();
    const answer = await api.post(`${path}/groups`, { name: 'any', ...body });
    expect([answer.status, answer.body]).toEqual([
      422,
      {
        detail: [{ loc: ['body', 'rule'], msg: typeof msg === 'string' ? msg : expect.stringMatching(msg), type }],
        code: 'validation_failed',
        request_id: expect.any(String),
      },
    ]);
    expect((await api.get(`${path}/groups`)).body.data).toEqual([]);
  });

  it('is refused in a change, which then changes nothing; the kind never changes', async () => {
    const { tenant, ada, bob, sales, url } = await world();
    for (const wrong of [{ rule: 'x' }, { rule: '' }, { rule: null }, { kind: 'static' }, { kind: 'dynamic' }]) {
      expect((await tenant.api.patch(url, { name: 'other', ...wrong })).status).toBe(422);
    }
    expect((await tenant.api.get(url)).body.data).toMatchObject({ name: 'sales', rule: SALES });
    expect(await memberIds(tenant, sales)).toEqual([ada, bob]);
  });

  it('is previewed: who would join, who would leave, page by page', async () => {
    const { tenant, ada, bob, cleo, sales } = await world();
    const preview = async (body: object, query = '') => tenant.api.post(`${tenant.path}/groups/preview${query}`, body);
    const side = (...users: [string, string][]): object => ({
      count: users.length,
      items: users.map(([user_id, user_name]) => ({ user_id, user_name })),
      next_cursor: null,
    });
    const stored = await storedMembers(tenant);
    expect((await preview({ rule: 'active eq true' })).body).toEqual({
      data: { joined: side([ada, 'ada'], [cleo, 'cleo']), left: side() },
      meta: META,
    });
    expect((await preview({ rule: 'active eq true', group_id: sales })).body.data).toEqual({
      joined: side([cleo, 'cleo']),
      left: side([bob, 'bob']),
    });
    const plain = await tenant.group();
    expect(outcomeOf(await preview({ rule: SALES, group_id: plain }))).toEqual([409, 'group_is_static']);
    expect(outcomeOf(await preview({ rule: SALES, group_id: ada }))).toEqual([404, 'group_not_found']);
    expect((await preview({ rule: 'x' })).body.detail[0]).toMatchObject({
      loc: ['body', 'rule'],
      type: 'invalid_filter',
    });
    expect(outcomeOf(await preview({ rule: SALES }, '?cursor=abc'))).toEqual([400, 'invalid_cursor']);
    expect(await storedMembers(tenant)).toEqual(stored);
    expect(
      (await (await tenant.apiWith('directory:read')).post(`${tenant.path}/groups/preview`, { rule: SALES })).status,
    ).toBe(200);
    expect(
      (await (await tenant.apiWith('assignments:read')).post(`${tenant.path}/groups/preview`, { rule: SALES })).status,
    ).toBe(403);
  });
});

describe('a dry run', () => {
  it('of a rule tells who joins and leaves, and who gains and loses what', async () => {
    const { tenant, ada, bob, cleo, sales, url } = await world();
    const { api, path } = tenant;
    const crm = await tenant.application('CRM');
    await assign(tenant, 'group', sales, crm);
    const stored = await storedMembers(tenant);
    const side = (...items: object[]): object => ({ count: items.length, items, next_cursor: null });
    const access = (user_id: string, user_name: string): object => ({
      user_id,
      user_name,
      application_id: crm,
      application_name: 'CRM',
    });
    const dry = await api.patch(`${url}?dry_run=true`, { rule: 'active eq true and user_name ne "ada"' });
    expect([dry.status, dry.body.data]).toEqual([
      200,
      {
        dry_run: true,
        ...{ gained: side(access(cleo, 'cleo')), lost: side(access(ada, 'ada')) },
        members: {
          joined: side({ user_id: cleo, user_name: 'cleo' }),
          left: side({ user_id: ada, user_name: 'ada' }, { user_id: bob, user_name: 'bob' }),
        },
      },
    ]);
    const nothing = { dry_run: true, gained: side(), lost: side() };
    expect((await api.patch(`${url}?dry_run=true`, { name: 'other' })).body.data).toEqual(nothing);
    const made = await api.post(`${path}/groups?dry_run=true`, {
      name: 'new',
      kind: 'dynamic',
      rule: 'user_name eq "cleo"',
    });
    expect([made.status, made.body.data]).toEqual([
      200,
      { ...nothing, members: { joined: side({ user_id: cleo, user_name: 'cleo' }), left: side() } },
    ]);
    const user = { user_name: 'dan', attributes: { department: 'Sales' } };
    const newUser = await api.post(`${path}/users?dry_run=true`, user);
    expect([newUser.status, newUser.body.data]).toEqual([
      200,
      { ...nothing, gained: side(access(expect.any(String) as string, 'dan')) },
    ]);
    expect((await api.post(`${path}/users?dry_run=true`, { user_name: 'dan' })).body.data).toEqual(nothing);
    const joins = await api.patch(`${path}/users/${cleo}?dry_run=true`, { attributes: { department: 'Sales' } });
    expect(joins.body.data).toEqual({ ...nothing, gained: side(access(cleo, 'cleo')) });
    const leaves = await api.delete(`${path}/users/${ada}?dry_run=true`);
    expect(leaves.body.data).toEqual({ ...nothing, lost: side(access(ada, 'ada')) });
    expect(await storedMembers(tenant)).toEqual(stored);
    expect((await api.get(`${path}/users`)).body.pagination.total_items).toBe(3);
    expect(outcomeOf(await api.post(`${path}/users?dry_run=true`, { user_name: 'ADA' }))).toEqual([
      409,
      'user_name_taken',
    ]);
  });
});
