import { randomUUID } from 'node:crypto';
import { why } from '../support/access-steps.js';
import { manyUsers } from '../support/many-users.js';
import { sql } from '../support/sql.js';
import { assign, nest } from '../support/assignment-steps.js';
import { newTenant, type TestTenant } from '../support/tenant.js';
import type { ApiAnswer } from '../support/api.js';

interface Row {
  readonly user_id: string;
  readonly user_name: string;
  readonly status: string;
  readonly assignment_type: string;
  readonly assigned_via: string | null;
}

interface PathRow extends Row {
  readonly paths: readonly object[];
  readonly path_count: number;
  readonly paths_truncated: boolean;
}

/** How much of the paths a row shows, and what it says of that. */
const boundOf = ({ user_name, paths, path_count, paths_truncated }: PathRow): object => {
  return { user_name, shown: paths.length, path_count, paths_truncated };
};

const names = (rows: readonly Row[]): string[] => rows.map((row) => row.user_name);

async function page(tenant: TestTenant, application: string, query: string): Promise<ApiAnswer> {
  return tenant.api.get(`${tenant.path}/applications/${application}/effective-users?${query}`);
}

/** All rows, walked by cursor; every page must say the same total. */
async function byCursor(tenant: TestTenant, application: string, query: string): Promise<Row[]> {
  const rows: Row[] = [];
  const totals = new Set<number>();
  let cursor: string | null = null;
  do {
    const more: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const answer = await page(tenant, application, query + more);
    rows.push(...(answer.body.data as Row[]));
    totals.add(answer.body.pagination.total_items as number);
    cursor = answer.body.pagination.next_cursor as string | null;
  } while (cursor !== null);
  expect([...totals]).toEqual([rows.length]);
  return rows;
}

/** All rows, by the numbers of their pages. */
async function byNumber(tenant: TestTenant, application: string, query: string, count: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (let number = 1; rows.length < count; number += 1) {
    const answer = await page(tenant, application, `${query}&page=${number}`);
    const here = answer.body.data as Row[];
    if (here.length === 0) break;
    rows.push(...here);
  }
  return rows;
}

interface World {
  readonly tenant: TestTenant;
  readonly application: string;
  readonly users: Readonly<Record<string, string>>;
  readonly groups: Readonly<Record<string, string>>;
}

/**
 * Made in this order: Eve, adam, Carl, bea, Dora, Finn, gus. Assigned in this order: Eve directly; Staff, which holds
 * Sales, where adam, Dora and Eve are; bea directly; Guests, where adam, Carl and Finn are. gus has nothing, Finn is suspended.
 */
async function smallWorld(): Promise<World> {
  const tenant = await newTenant();
  const users: Record<string, string> = {};
  const shown: Record<string, object> = {
    Eve: { display_name: 'Zoe' },
    bea: { display_name: 'Älva', email: 'queen@example.com' },
    Finn: { status: 'suspended' },
  };
  for (const name of ['Eve', 'adam', 'Carl', 'bea', 'Dora', 'Finn', 'gus'])
    users[name] = await tenant.user(name, shown[name]);
  const of = (...list: string[]): string[] => list.map((name) => users[name]!);
  const groups = {
    Staff: await tenant.group('Staff'),
    Sales: await tenant.group('Sales', of('adam', 'Dora', 'Eve')),
    Guests: await tenant.group('Guests', of('adam', 'Carl', 'Finn')),
    Others: await tenant.group('Others', of('gus')),
  };
  await nest(tenant, groups.Staff, groups.Sales);
  const application = await tenant.application();
  await assign(tenant, 'user', users.Eve!, application);
  await assign(tenant, 'group', groups.Staff, application);
  await assign(tenant, 'user', users.bea!, application);
  await assign(tenant, 'group', groups.Guests, application);
  return { tenant, application, users, groups };
}

describe('the orders of the effective users', () => {
  it.each([
    ['created_at', ['Eve', 'adam', 'Carl', 'bea', 'Dora']],
    ['user_name', ['adam', 'bea', 'Carl', 'Dora', 'Eve']],
    // Who has no display name stands under the user name.
    ['display_name', ['adam', 'Carl', 'Dora', 'Eve', 'bea']],
    // Eve; then who has it by Staff: adam and Dora; bea; then by Guests: Carl.
    ['assigned_at', ['Eve', 'adam', 'Dora', 'bea', 'Carl']],
  ])('%s, both ways, by cursor and by number, in pages of two', async (sort, expected) => {
    const { tenant, application } = await smallWorld();
    const both: [string, string[]][] = [
      [sort, expected],
      [`-${sort}`, expected.toReversed()],
    ];
    for (const [order, wanted] of both) {
      expect(names(await byCursor(tenant, application, `sort=${order}&per_page=2`))).toEqual(wanted);
      expect(names(await byNumber(tenant, application, `sort=${order}&per_page=2`, 99))).toEqual(wanted);
    }
  });

  it('by assignment keep together, by when they were made, who has it since the same moment', async () => {
    const { tenant, application } = await smallWorld();
    await sql(`UPDATE assignments SET assigned_at = '2026-01-01' WHERE tenant_id = $1`, [tenant.id]);
    const made = ['Eve', 'adam', 'Carl', 'bea', 'Dora'];
    expect(names(await byCursor(tenant, application, 'sort=assigned_at&per_page=2'))).toEqual(made);
    expect(names(await byCursor(tenant, application, 'sort=-assigned_at&per_page=2'))).toEqual(made.toReversed());
  });

  it('skip and repeat nobody by cursor while others come and go', async () => {
    for (const sort of ['user_name', 'assigned_at', 'created_at', '-display_name']) {
      const { tenant, application, users } = await smallWorld();
      const all = names(await byCursor(tenant, application, `sort=${sort}&per_page=200`));
      const first = await page(tenant, application, `sort=${sort}&per_page=2`);
      const gone = all[0]!;
      await tenant.api.delete(`${tenant.path}/users/${users[gone]!}`);
      const cursor = encodeURIComponent(first.body.pagination.next_cursor as string);
      const second = await page(tenant, application, `sort=${sort}&per_page=2&cursor=${cursor}`);
      expect(names(second.body.data as Row[])).toEqual(all.slice(2, 4));
      expect(second.body.pagination.total_items).toBe(4);
    }
  });
});

describe('the filters of the effective users', () => {
  it.each([
    ['assignment_type=direct', ['Eve', 'bea']],
    ['assignment_type=group', ['adam', 'Carl', 'Dora']],
    ['via_group=Sales', ['Eve', 'adam', 'Dora']],
    ['via_group=Staff&assignment_type=group', ['adam', 'Dora']],
    ['via_group=Guests', ['adam', 'Carl']],
    ['via_group=Guests&status=any', ['adam', 'Carl', 'Finn']],
    ['via_group=Others', []],
    ['status=suspended', ['Finn']],
    ['status=active', ['Eve', 'adam', 'Carl', 'bea', 'Dora']],
    ['search=QUEEN', ['bea']],
    ['search=a&sort=-user_name', ['Dora', 'Carl', 'bea', 'adam']],
    ['search=a&assignment_type=group&sort=assigned_at', ['adam', 'Dora', 'Carl']],
    ['search=nobody', []],
  ])('%s', async (query, expected) => {
    const { tenant, application, groups } = await smallWorld();
    const filled = query.replace(/via_group=(\w+)/, (_, name: string) => `via_group=${groups[name]!}`);
    expect(names(await byCursor(tenant, application, `${filled}&per_page=2`))).toEqual(expected);
  });

  it('answer the whole row of who is suspended, and nobody of a closed door whatever the filter', async () => {
    const { tenant, application, users, groups } = await smallWorld();
    const answer = await page(tenant, application, 'status=suspended');
    expect(answer.body.data).toEqual([
      {
        user_id: users.Finn,
        user_name: 'Finn',
        email: null,
        display_name: null,
        status: 'suspended',
        assignment_type: 'group',
        assigned_via: groups.Guests,
      },
    ]);
    await tenant.api.patch(`${tenant.path}/applications/${application}`, { status: 'disabled' });
    for (const query of [
      'status=any',
      'status=suspended',
      'sort=user_name',
      'sort=assigned_at',
      `via_group=${groups.Sales!}`,
    ]) {
      expect((await page(tenant, application, query)).body.pagination.total_items).toBe(0);
    }
  });

  it('do not know a cursor of another sort, filter, list or tenant', async () => {
    const { tenant, application, groups } = await smallWorld();
    const other = await smallWorld();
    const first = await page(tenant, application, 'sort=user_name&per_page=2');
    const cursor = encodeURIComponent(first.body.pagination.next_cursor as string);
    const wrong = [
      page(tenant, application, `cursor=${cursor}`),
      page(tenant, application, `sort=-user_name&cursor=${cursor}`),
      page(tenant, application, `sort=user_name&search=a&cursor=${cursor}`),
      page(tenant, application, `sort=user_name&via_group=${groups.Staff!}&cursor=${cursor}`),
      page(tenant, await tenant.application(), `sort=user_name&cursor=${cursor}`),
      page(other.tenant, other.application, `sort=user_name&cursor=${cursor}`),
      tenant.api.get(`${tenant.path}/users?cursor=${cursor}`),
    ];
    for (const answer of await Promise.all(wrong)) {
      expect([answer.status, answer.body.code]).toEqual([400, 'invalid_cursor']);
    }
  });

  it('include the paths that the explanation of each user has, where they are asked for', async () => {
    const { tenant, application } = await smallWorld();
    const plain = await page(tenant, application, 'per_page=4');
    const rows = (await page(tenant, application, 'per_page=4&include=paths')).body.data as PathRow[];
    const without = rows.map(({ paths, path_count, paths_truncated, ...row }) => {
      expect([paths.length, paths_truncated]).toEqual([path_count, false]);
      return row;
    });
    expect(without).toEqual(plain.body.data);
    for (const row of rows) {
      const why = await tenant.api.get(`${tenant.path}/users/${row.user_id}/applications/${application}/access`);
      expect(row.paths).toEqual(why.body.data.paths);
    }
    // Eve directly and by Sales; adam by Sales and by Guests; Carl by Guests; bea directly.
    expect(rows.map(({ paths }) => paths.length)).toEqual([2, 2, 1, 1]);
  });

  it('include the 20 shortest of more paths, and say how many there are', async () => {
    const tenant = await newTenant();
    const [ada, bob] = [await tenant.user('ada'), await tenant.user('bob')];
    const application = await tenant.application();
    const outer = await tenant.group('Outer');
    await assign(tenant, 'group', outer, application);
    for (let at = 1; at <= 20; at += 1) await nest(tenant, outer, await tenant.group(`Inner ${at}`, [ada, bob]));
    const both = async (): Promise<PathRow[]> =>
      (await page(tenant, application, 'include=paths')).body.data as PathRow[];
    expect((await both()).map(boundOf)).toEqual([
      { user_name: 'ada', shown: 20, path_count: 20, paths_truncated: false },
      { user_name: 'bob', shown: 20, path_count: 20, paths_truncated: false },
    ]);
    await assign(tenant, 'user', bob, application);
    const rows = await both();
    expect(rows.map(boundOf)).toEqual([
      { user_name: 'ada', shown: 20, path_count: 20, paths_truncated: false },
      { user_name: 'bob', shown: 20, path_count: 21, paths_truncated: true },
    ]);
    for (const row of rows) {
      const { body } = await why(tenant, row.user_id, application);
      expect([body.data.path_count, body.data.paths_truncated]).toEqual([row.path_count, false]);
      expect(row.paths).toEqual((body.data.paths as object[]).slice(0, 20));
    }
    // The shortest one, though it was made last.
    expect(rows[1]!.paths[0]).toMatchObject({ assignment: { assignment_type: 'direct' }, via: [] });
  });

  it('know nobody through a group that is unknown, of another tenant or gives nothing here, by any order', async () => {
    const { tenant, application, groups, users } = await smallWorld();
    const other = await smallWorld();
    // It has another application, and its members come here in other ways.
    const elsewhere = await tenant.group('Elsewhere', [users.Eve!, users.bea!]);
    await assign(tenant, 'group', elsewhere, await tenant.application());
    // A group around one that has it gives nothing of its own.
    const around = await tenant.group('Around', [users.gus!]);
    await nest(tenant, around, groups.Guests!);
    for (const group of [randomUUID(), other.groups.Sales!, groups.Others!, elsewhere, around]) {
      for (const more of ['', '&sort=-user_name', '&sort=assigned_at', '&status=any&search=a&include=paths']) {
        const answer = await page(tenant, application, `via_group=${group}${more}`);
        expect([answer.status, answer.body.data, answer.body.pagination]).toEqual([
          200,
          [],
          { page: 1, per_page: 50, total_items: 0, total_pages: 0, next_cursor: null },
        ]);
      }
    }
    const inTheirs = await page(other.tenant, other.application, `via_group=${other.groups.Sales!}`);
    expect(names(inTheirs.body.data as Row[])).toEqual(['Eve', 'adam', 'Dora']);
  });

  it('refuse what they do not know', async () => {
    const { tenant, application } = await smallWorld();
    for (const query of [
      'sort=name',
      'sort=',
      'via_group=sales',
      'assignment_type=both',
      'status=gone',
      'search=',
      'include=all',
    ]) {
      expect([query, (await page(tenant, application, query)).status]).toEqual([query, 422]);
    }
  });
});

describe('what holds for a time', () => {
  it('counts from its first moment on and before its last, for assignments and memberships, in every order', async () => {
    const { tenant, application, users } = await smallWorld();
    const bound = async (table: string, column: string, id: string, from: string, until: string): Promise<void> => {
      // As the service would: what has bounds leaves the sets.
      await sql(
        `UPDATE ${table} SET valid_from = now() + $3::interval, valid_until = now() + $4::interval
                  WHERE tenant_id = $1 AND ${column} = $2`,
        [tenant.id, id, from, until],
      );
      await sql(`DELETE FROM user_sets WHERE tenant_id = $1`, [tenant.id]);
      await rebuild(tenant.id);
    };
    await bound('assignments', 'user_id', users.bea!, '-2 hours', '-1 hour');
    await bound('group_members', 'user_id', users.adam!, '1 hour', '2 hours');
    await bound('group_members', 'user_id', users.Carl!, '-1 hour', '1 hour');
    for (const sort of ['created_at', 'user_name', 'assigned_at']) {
      const rows = await byCursor(tenant, application, `sort=${sort}&per_page=2`);
      expect(names(rows).sort()).toEqual(['Carl', 'Dora', 'Eve']);
    }
    await bound('assignments', 'user_id', users.Eve!, '-1 hour', '1 hour');
    const rows = await byCursor(tenant, application, 'per_page=2');
    expect(rows.map((row) => `${row.user_name} ${row.assignment_type}`)).toEqual([
      'Eve direct',
      'Carl group',
      'Dora group',
    ]);
  });
});

/** The sets of a tenant, made anew from the tables. */
async function rebuild(tenantId: string): Promise<void> {
  await sql(
    `INSERT INTO user_sets (tenant_id, owner_id, chunk, members)
     SELECT $1, owner_id, ordinal / 16384, string_agg(int2send((ordinal % 16384)::smallint), '')
       FROM (SELECT group_id AS owner_id, user_ordinal AS ordinal FROM group_members
              WHERE tenant_id = $1 AND valid_from IS NULL AND valid_until IS NULL
             UNION ALL
             SELECT application_id, user_ordinal FROM assignments
              WHERE tenant_id = $1 AND user_id IS NOT NULL AND valid_from IS NULL AND valid_until IS NULL
             UNION ALL
             SELECT tenant_id, ordinal FROM users WHERE tenant_id = $1 AND status = 'suspended') member
      GROUP BY 2, 3`,
    [tenantId],
  );
}

describe('a list of many', () => {
  it('is walked by names in the same order by cursor and by number, and found by search', async () => {
    const tenant = await newTenant();
    const [application, group] = [await tenant.application(), await tenant.group()];
    const ids = await manyUsers(tenant.id, 12_000);
    const members = ids.filter((_, at) => at % 2 === 0);
    for (let at = 0; at < members.length; at += 1000) {
      await tenant.api.post(`${tenant.path}/groups/${group}/members`, { user_ids: members.slice(at, at + 1000) });
    }
    await assign(tenant, 'group', group, application);
    const inOrder = ids
      .map((_, at) => at)
      .filter((at) => at % 2 === 0)
      .map((at) => `u${at + 1}`)
      .sort();
    const middle = await page(tenant, application, 'sort=user_name&per_page=100&page=31');
    expect(names(middle.body.data as Row[])).toEqual(inOrder.slice(3000, 3100));
    const cursor = encodeURIComponent(middle.body.pagination.next_cursor as string);
    const next = await page(tenant, application, `sort=user_name&per_page=100&cursor=${cursor}`);
    expect(names(next.body.data as Row[])).toEqual(inOrder.slice(3100, 3200));
    expect(next.body.pagination).toMatchObject({ page: 32, total_items: 6000, total_pages: 60 });
    const last = await page(tenant, application, 'sort=-display_name&per_page=100&page=60');
    expect(names(last.body.data as Row[])).toEqual(inOrder.slice(0, 100).toReversed());
    expect(last.body.pagination.next_cursor).toBeNull();
    const beyond = await page(tenant, application, 'sort=user_name&per_page=100&page=61');
    expect([beyond.body.data, beyond.body.pagination.total_items]).toEqual([[], 6000]);
    const found = await byCursor(tenant, application, 'search=u1199&sort=user_name');
    expect(names(found)).toEqual(inOrder.filter((name) => name.startsWith('u1199')));
  }, 30_000);
});
