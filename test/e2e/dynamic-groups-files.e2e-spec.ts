import { randomUUID } from 'node:crypto';
import { assign } from '../support/assignment-steps.js';
import { ASSIGNMENTS } from '../support/entitlement-steps.js';
import { enterScope } from '../support/enter-scope.js';
import { manyUsers } from '../support/many-users.js';
import { withClient } from '../support/new-database.js';
import { giveRole, newRole } from '../support/role-steps.js';
import { dynamicGroup, eventsOf, memberIds, ofDepartment, outcomeOf, storedMembers } from '../support/rule-steps.js';
import { workerState } from '../support/test-state.js';
import { exported, importFile } from '../support/transfer-steps.js';
import { tenantsWithCheckedSets } from '../support/user-sets.js';

const newTenant = tenantsWithCheckedSets();

// A rule moves many at once, and the machine may do other work.
import.meta.jest.setTimeout(120_000);

/** Enough for a set that is kept as bits, and for more rows of a set than one. */
const MANY = 17_000;

describe('files and rules', () => {
  it('let imported users into the groups whose rules hold for them, and nobody else', async () => {
    const tenant = await newTenant();
    const ada = await tenant.user('ada', { attributes: { department: 'Sales' } });
    const [sales, active] = [
      await dynamicGroup(tenant, 'sales', ofDepartment('Sales')),
      await dynamicGroup(tenant, 'active', 'active eq true'),
    ];
    const file =
      'user_name,status,attributes\nbob,,"{""department"":""sales""}"\ncleo,suspended,"{""department"":""Sales""}"\nada,,\ndan,,\n';
    const before = await storedMembers(tenant);
    const dry = await importFile(tenant, 'users', file, { dry: true });
    expect(dry.counts).toMatchObject({ written: 3, bad: 0 });
    expect(await storedMembers(tenant)).toEqual(before);
    expect((await importFile(tenant, 'users', file)).counts).toMatchObject({
      state: 'succeeded',
      written: 3,
      unchanged: 1,
    });
    const users = (await tenant.api.get(`${tenant.path}/users`)).body.data as { id: string; user_name: string }[];
    const id = Object.fromEntries(users.map((each) => [each.user_name, each.id]));
    const sorted = (...names: string[]): string[] => names.map((name) => id[name]!).sort();
    expect(await memberIds(tenant, sales)).toEqual(sorted('ada', 'bob', 'cleo'));
    expect(await memberIds(tenant, active)).toEqual(sorted('ada', 'bob', 'dan'));
    const joined = (await eventsOf(tenant, 'membership.%')) as {
      action: string;
      group_id: string;
      user_id: string;
      after: object;
    }[];
    expect(joined.map(({ action, group_id, user_id }) => [action, group_id, user_id]).sort()).toEqual(
      [
        ['membership.created', sales, id.bob],
        ['membership.created', sales, id.cleo],
        ['membership.created', active, id.bob],
        ['membership.created', active, id.dan],
      ].sort(),
    );
    expect(joined[0]!.after).toMatchObject({ by_rule: true, valid_from: null, valid_until: null });
    expect(ada).toBe(id.ada);
  });

  it('bring groups with their rules, and take them out again; bad rules are told by their lines', async () => {
    const tenant = await newTenant();
    const [ada, bob] = [await tenant.user('ada'), await tenant.user('bob', { status: 'suspended' })];
    const bad =
      'name,kind,rule\nA,dynamic,\nB,static,active eq true\nC,,active eq true\nD,dynamic,active eq\nE,odd,\nF,dynamic,active eq true\n';
    const refused = await importFile(tenant, 'groups', bad);
    const problem = (line: number, column: string, code: string): object => ({
      line,
      column,
      code,
      message: expect.any(String),
    });
    expect(refused.errors).toEqual([
      problem(2, 'rule', 'missing'),
      problem(3, 'rule', 'rule_of_static'),
      problem(4, 'rule', 'rule_of_static'),
      problem(5, 'rule', 'invalid_filter'),
      problem(6, 'kind', 'choice'),
    ]);
    expect(refused.errors[3]).toMatchObject({
      message: expect.stringMatching(/^rule, at position 9: expected a value/),
    });
    expect((await tenant.api.get(`${tenant.path}/groups`)).body.data).toEqual([]);
    const file = 'name,kind,rule\nActive,dynamic,active eq true\nPlain,static,\nPlain too,,\n';
    expect((await importFile(tenant, 'groups', file)).counts).toMatchObject({ written: 3, bad: 0 });
    const groups = (await tenant.api.get(`${tenant.path}/groups`)).body.data as {
      id: string;
      kind: string;
      rule: string | null;
    }[];
    expect(groups.map(({ kind, rule }) => [kind, rule])).toEqual([
      ['dynamic', 'active eq true'],
      ['static', null],
      ['static', null],
    ]);
    const [active, plain] = groups.map(({ id }) => id);
    expect(await memberIds(tenant, active!)).toEqual([ada]);
    expect(await eventsOf(tenant, 'group.rule_applied')).toEqual([
      {
        ...{ action: 'group.rule_applied', group_id: active, user_id: null, before: { rule: null } },
        after: { rule: 'active eq true', joined: 1, left: 0 },
      },
    ]);
    // Who is in it by the rule is no row of a file, and no file puts anybody there.
    const lines = `group_id,user_id\n${plain},${bob}\n${active},${bob}\n`;
    const ties = await importFile(tenant, 'memberships', lines, { atomic: false });
    expect(ties.counts).toMatchObject({ written: 1, bad: 1 });
    expect(ties.errors).toEqual([
      {
        line: 3,
        column: 'group_id',
        code: 'group_is_dynamic',
        message: 'The group Active is dynamic: its rule says who is in it.',
      },
    ]);
    expect((await exported(tenant, 'memberships')).split('\n')).toHaveLength(3);
    const out = await exported(tenant, 'groups');
    expect(out.split('\n')[1]).toBe(`${active},Active,,,dynamic,active eq true`);
    const other = await newTenant();
    const eve = await other.user('eve');
    expect((await importFile(other, 'groups', out)).counts).toMatchObject({ written: 3, bad: 0 });
    expect(await memberIds(other, active!)).toEqual([eve]);
  });
});

describe('a rule for many', () => {
  it('makes and clears sets of bits, is previewed and run dry by pages, and found by the search of contract 4', async () => {
    const tenant = await newTenant();
    const { api, path, id } = tenant;
    const ids = await manyUsers(id, MANY);
    const all = await dynamicGroup(tenant, 'all', 'active eq true');
    const members = await api.get(`${path}/groups/${all}/members?per_page=1`);
    expect(members.body.pagination.total_items).toBe(MANY);
    const app = await tenant.application('CRM');
    await assign(tenant, 'group', all, app);
    const few = 'user_name sw "u1" and not (user_name sw "u16")';
    const preview = async (cursor = ''): Promise<{ joined: Side; left: Side }> => {
      const answer = await api.post(`${path}/groups/preview${cursor}`, { rule: few, group_id: all });
      return answer.body.data as { joined: Side; left: Side };
    };
    const dry = async (cursor = ''): Promise<{ joined: Side; left: Side }> =>
      (
        (await api.patch(`${path}/groups/${all}?dry_run=true${cursor}`, { rule: few })).body.data as {
          members: { joined: Side; left: Side };
        }
      ).members;
    const first = await preview();
    expect([first.joined, first.left.items.length, await dry()]).toEqual([
      { count: 0, items: [], next_cursor: null },
      100,
      { ...first, left: { ...first.left, next_cursor: expect.any(String) } },
    ]);
    const [next, dryNext] = [
      await preview(`?cursor=${first.left.next_cursor!}`),
      await dry(`&cursor=${(await dry()).left.next_cursor!}`),
    ];
    expect(next.left.items[0]).toEqual({
      user_id: ids.filter((_, at) => !/^1(?!6)/.test(String(at + 1)))[100],
      user_name: expect.any(String),
    });
    expect(dryNext.left.items).toEqual(next.left.items);
    expect((await api.patch(`${path}/groups/${all}`, { rule: few })).status).toBe(200);
    const left = await api.get(`${path}/applications/${app}/effective-users?per_page=1`);
    expect(left.body.pagination.total_items).toBe(MANY - first.left.count);
    expect((await api.patch(`${path}/groups/${all}`, { rule: 'user_name eq "u17"' })).status).toBe(200);
    expect(await memberIds(tenant, all)).toEqual([ids[16]]);

    const [role, plain] = [await newRole(api, app, 'Editor'), await tenant.group('plain')];
    await giveRole(api, { app, role }, 'Group', all, plain);
    const found = async (query: string): Promise<unknown[]> =>
      (
        (await api.post(`${ASSIGNMENTS}${query}`, { code: role })).body.resources as { type: string; group: string }[]
      ).map(({ type, group }) => [type, group]);
    const both = [
      ['DYNAMIC_GROUP', all],
      ['GROUP', plain],
    ];
    expect((await found('')).sort()).toEqual(both);
    expect([await found('?type=DYNAMIC_GROUP'), await found('?type=GROUP')]).toEqual([[both[0]], [both[1]]]);
  });

  it('is held by the database: no member by hand, no rule without its kind, no other kind', async () => {
    const tenant = await newTenant();
    const [ada, plain] = [await tenant.user('ada'), await tenant.group('plain')];
    const ruled = await dynamicGroup(tenant, 'ruled', 'active eq true');
    const attempts: [string, string[], string][] = [
      [
        `INSERT INTO group_members (tenant_id, group_id, user_id, user_ordinal) VALUES ($1, $2, $3, 0)`,
        [ruled, ada],
        'group_members_group_fkey',
      ],
      [
        `INSERT INTO group_members (tenant_id, group_id, user_id, user_ordinal, group_kind) VALUES ($1, $2, $3, 0, 'dynamic')`,
        [ruled, ada],
        'group_members_of_static',
      ],
      [`UPDATE groups SET rule = 'active eq true' WHERE tenant_id = $1 AND id = $2`, [plain], 'groups_rule_of_kind'],
      [`UPDATE groups SET rule = NULL WHERE tenant_id = $1 AND id = $2`, [ruled], 'groups_rule_of_kind'],
      [`UPDATE groups SET kind = 'static', rule = NULL WHERE tenant_id = $1 AND id = $2`, [ruled], '42501'],
      [
        `INSERT INTO groups (tenant_id, id, name, name_key, kind) VALUES ($1, $2, 'x', 'x', 'odd')`,
        [randomUUID()],
        'groups_kind_known',
      ],
    ];
    const refused = await withClient(workerState().databaseUrl, async (client) => {
      const found: unknown[] = [];
      for (const [text, values] of attempts) {
        await client.query('BEGIN');
        await enterScope(client, 'doorlist_tenant', tenant.id);
        const error = await client.query(text, [tenant.id, ...values]).then(
          () => null,
          (thrown: unknown) => thrown as { code: string; constraint?: string; message: string },
        );
        // A cluster's nodes say the constraint in their words alone, with the number of the shard.
        const [, named] = /constraint "(\w+?)(?:_\d+)?"/.exec(error?.message ?? '') ?? [];
        found.push(error?.constraint ?? named ?? error?.code);
        await client.query('ROLLBACK');
      }
      return found;
    });
    expect(refused).toEqual(attempts.map(([, , constraint]) => constraint));
    expect(outcomeOf(await tenant.api.put(`${tenant.path}/groups/${ruled}/members/${ada}`))).toEqual([
      409,
      'group_is_dynamic',
    ]);
  });
});

interface Side {
  readonly count: number;
  readonly items: object[];
  readonly next_cursor: string | null;
}
