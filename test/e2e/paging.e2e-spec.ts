import { platformApi, type Api, type ApiAnswer } from '../support/api.js';
import { giveRole, newRole } from '../support/role-steps.js';
import { newTenant, type TestTenant } from '../support/tenant.js';

/** A list under test, with enough rows made in it. */
interface FilledList {
  readonly api: Api;
  readonly url: string;
  /** Makes one more row of the list. */
  readonly add: (name: string) => Promise<unknown>;
  /** What tells a row from all others. */
  readonly key: string;
}

interface ListUnderTest {
  readonly name: string;
  readonly fill: (tenant: TestTenant) => Promise<FilledList>;
  /** A filter that the list takes, if it takes any; it must leave rows. */
  readonly filter?: string;
}

const ROWS = 7;
const META = { request_id: expect.any(String), timestamp: expect.any(String) };

async function inGroup(tenant: TestTenant, query: string): Promise<FilledList> {
  const { api, path, group, user } = tenant;
  const [top, inside] = [await group(), await group()];
  await api.put(`${path}/groups/${top}/groups/${inside}`);
  let holder = top;
  const add = async (name: string): Promise<unknown> => {
    holder = query === '' || holder === inside ? top : inside;
    return api.put(`${path}/groups/${holder}/members/${await user(name)}`);
  };
  return { api, url: `${path}/groups/${top}/members${query}`, add, key: 'user_id' };
}

const LISTS: readonly ListUnderTest[] = [
  {
    name: 'tenants',
    fill: async () => ({ api: await platformApi(), url: '/api/v1/tenants', add: () => newTenant(), key: 'id' }),
  },
  {
    name: 'users',
    fill: async ({ api, path, user }) => Promise.resolve({ api, url: `${path}/users`, add: user, key: 'id' }),
    filter: 'search=row',
  },
  {
    name: 'groups',
    fill: async ({ api, path, group }) =>
      Promise.resolve({ api, url: `${path}/groups`, add: (name) => group(name), key: 'id' }),
    filter: 'search=row',
  },
  {
    name: 'applications',
    fill: async ({ api, path, application }) =>
      Promise.resolve({ api, url: `${path}/applications`, add: (name) => application(name), key: 'id' }),
    filter: 'status=active',
  },
  {
    name: 'workspaces',
    fill: async ({ api, path, workspace }) =>
      Promise.resolve({ api, url: `${path}/workspaces`, add: workspace, key: 'id' }),
    filter: 'search=row',
  },
  {
    name: 'projects',
    fill: async ({ api, path, workspace, project }) => {
      const within = await workspace();
      const add = (name: string): Promise<string> => project(within, name);
      return { api, url: `${path}/workspaces/${within}/projects`, add, key: 'id' };
    },
    filter: 'search=row',
  },
  { name: 'members', fill: (tenant) => inGroup(tenant, '') },
  { name: 'all members', fill: (tenant) => inGroup(tenant, '?transitive=true') },
  {
    name: 'groups of a user',
    fill: async ({ api, path, user, group }) => {
      const userId = await user();
      const add = (name: string): Promise<string> => group(name, [userId]);
      return { api, url: `${path}/users/${userId}/groups`, add, key: 'group_id' };
    },
  },
  {
    name: 'nested groups',
    fill: async ({ api, path, group }) => {
      const url = `${path}/groups/${await group()}/groups`;
      return { api, url, add: async (name) => api.put(`${url}/${await group(name)}`), key: 'group_id' };
    },
  },
  {
    name: 'effective users',
    fill: async ({ api, path, application, user }) => {
      const app = await application();
      const add = async (name: string): Promise<unknown> =>
        api.put(`${path}/users/${await user(name)}/applications/${app}`);
      return { api, url: `${path}/applications/${app}/effective-users`, add, key: 'user_id' };
    },
  },
  {
    name: 'roles of a user',
    fill: async ({ api, path, application, user }) => {
      const [app, holder] = [await application(), await user()];
      const add = async (name: string): Promise<unknown> =>
        giveRole(api, { app, role: await newRole(api, app, name) }, 'User', holder);
      return { api, url: `${path}/users/${holder}/roles`, add, key: 'role_id' };
    },
    filter: 'level=application',
  },
  {
    name: 'holders of a permission',
    fill: async ({ api, path, application, user }) => {
      const app = await application();
      const role = await newRole(api, app, 'Reader', ['read']);
      const add = async (name: string): Promise<unknown> => giveRole(api, { app, role }, 'User', await user(name));
      return { api, url: `${path}/applications/${app}/permissions/holders?permission=read`, add, key: 'user_id' };
    },
  },
  {
    name: 'API clients',
    fill: async ({ api, path }) => {
      const url = `${path}/api-clients`;
      const add = (name: string): Promise<unknown> => api.post(url, { name, scopes: ['directory:read'] });
      return Promise.resolve({ api, url, add, key: 'id' });
    },
  },
  {
    name: 'audit events',
    fill: async ({ api, path, user }) => Promise.resolve({ api, url: `${path}/audit-events`, add: user, key: 'id' }),
    filter: 'resource_type=user',
  },
  {
    name: 'platform audit events',
    fill: async () => ({ api: await platformApi(), url: '/api/v1/audit-events', add: () => newTenant(), key: 'id' }),
    filter: 'resource_type=tenant',
  },
];

/** These two belong to no test alone: other tests add rows to them at the same moment. */
const SHARED = new Set(['tenants', 'platform audit events']);

const WRONG_QUERIES = [
  ...['page=0', 'page=-1', 'page=1.5', 'page=one', 'page=', 'page=1&page=2', 'page=99999999999999999999'],
  ...['per_page=0', 'per_page=-5', 'per_page=201', 'per_page=1000', 'per_page=1e2', 'per_page=%201'],
  ...['cursor=', 'cursor=a&cursor=b', 'offset=3', 'Page=1'],
];

const withQuery = (url: string, query: string): string => `${url}${url.includes('?') ? '&' : '?'}${query}`;
const rowsOf = (answer: ApiAnswer): Record<string, unknown>[] => answer.body.data as Record<string, unknown>[];

async function filled(list: ListUnderTest, tenant: TestTenant): Promise<FilledList> {
  const found = await list.fill(tenant);
  for (let row = 0; row < ROWS; row += 1) await found.add(`row ${row}`);
  return found;
}

/** All pages from the first to the one without a next, by cursor; `between` runs after each page. */
async function walk(api: Api, url: string, perPage: number, between?: () => Promise<unknown>): Promise<ApiAnswer[]> {
  const pages = [await api.get(withQuery(url, `per_page=${perPage}`))];
  for (let cursor = nextOf(pages[0]!); cursor !== null; cursor = nextOf(pages.at(-1)!)) {
    await between?.();
    const page = await api.get(withQuery(url, `cursor=${cursor}`));
    expect(page.status).toBe(200);
    pages.push(page);
    if (pages.length > 200) throw new Error(`${url} has no last page.`);
  }
  return pages;
}

const nextOf = (answer: ApiAnswer): string | null => answer.body.pagination.next_cursor as string | null;

function expectInvalidCursor(answer: ApiAnswer): void {
  expect(answer.status).toBe(400);
  expect(answer.body).toEqual({
    detail: expect.stringContaining('cursor'),
    code: 'invalid_cursor',
    request_id: expect.any(String),
  });
}

describe.each(LISTS)('the list of $name', (list) => {
  it('refuses pages, page sizes and parameters that there are not, and names the parameter', async () => {
    const { api, url } = await list.fill(await newTenant());
    for (const query of WRONG_QUERIES) {
      const answer = await api.get(withQuery(url, query));
      expect([query, answer.status]).toEqual([query, 422]);
      expect(answer.body).toEqual({
        detail: [{ loc: ['query', query.split('=', 1)[0]], msg: expect.any(String), type: expect.any(String) }],
        code: 'validation_failed',
        request_id: expect.any(String),
      });
    }
  });

  it('takes per_page 1 to 200, and 50 where nothing is said', async () => {
    const { api, url } = await filled(list, await newTenant());
    const one = await api.get(withQuery(url, 'per_page=1'));
    expect(rowsOf(one)).toHaveLength(1);
    expect(one.body.pagination).toMatchObject({ page: 1, per_page: 1 });
    expect((await api.get(withQuery(url, 'per_page=200'))).body.pagination).toMatchObject({ page: 1, per_page: 200 });
    expect((await api.get(url)).body.pagination).toMatchObject({ page: 1, per_page: 50 });
  });

  it('tells the exact total, and answers a page behind the end with no rows', async () => {
    const { api, url } = await filled(list, await newTenant());
    const first = await api.get(withQuery(url, 'per_page=3'));
    const { total_items: total, total_pages: pages } = first.body.pagination as Record<string, number>;
    expect(total).toBeGreaterThanOrEqual(ROWS);
    expect(pages).toBe(Math.ceil(total! / 3));
    const behind = await api.get(withQuery(url, 'per_page=200&page=1000000'));
    expect(behind.body).toEqual({
      data: [],
      pagination: {
        page: 1_000_000,
        per_page: 200,
        total_items: expect.any(Number),
        total_pages: expect.any(Number),
        next_cursor: null,
      },
      meta: META,
    });
    expect(behind.body.pagination.total_items).toBeGreaterThanOrEqual(total!);
  });

  it('counts its pages by cursor, and repeats no row', async () => {
    const { api, url, key } = await filled(list, await newTenant());
    const pages = await walk(api, url, SHARED.has(list.name) ? 150 : 3);
    expect(pages.map((page) => page.body.pagination.page as number)).toEqual(pages.map((_, index) => index + 1));
    const keys = pages.flatMap((page) => rowsOf(page).map((row) => row[key]));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('never repeats a row, and misses none of those that were there, while rows are added', async () => {
    const { api, url, key, add } = await filled(list, await newTenant());
    const before = (await walk(api, url, 200)).flatMap((page) => rowsOf(page).map((row) => row[key]));
    let added = 0;
    const grow = async (): Promise<void> => {
      if (added < 4) await add(`row added ${(added += 1)}`);
    };
    const perPage = Math.min(200, Math.max(2, Math.floor(before.length / 4)));
    const seen = (await walk(api, url, perPage, grow)).flatMap((page) => rowsOf(page).map((row) => row[key]));
    expect(new Set(seen).size).toBe(seen.length);
    expect(added).toBeGreaterThan(0);
    expect(before.filter((row) => !seen.includes(row))).toEqual([]);
  });

  it('refuses a cursor that was changed', async () => {
    const { api, url } = await filled(list, await newTenant());
    const cursor = nextOf(await api.get(withQuery(url, 'per_page=2')))!;
    const middle = Math.floor(cursor.length / 2);
    const changedAt = (place: number): string =>
      cursor.slice(0, place) + (cursor[place] === 'A' ? 'B' : 'A') + cursor.slice(place + 1);
    for (const changed of [
      changedAt(middle),
      changedAt(0),
      cursor.slice(0, -1),
      `${cursor}A`,
      `${cursor}=`,
      'nonsense',
      Buffer.from('[2,2,"x"]').toString('base64url'),
      '..',
    ]) {
      expectInvalidCursor(await api.get(withQuery(url, `cursor=${encodeURIComponent(changed)}`)));
    }
    expect((await api.get(withQuery(url, `cursor=${cursor}`))).status).toBe(200);
  });

  it('refuses a cursor beside a page, and one of another page size', async () => {
    const { api, url } = await filled(list, await newTenant());
    const cursor = nextOf(await api.get(withQuery(url, 'per_page=2')))!;
    for (const [query, field] of [
      [`cursor=${cursor}&page=2`, 'page'],
      [`cursor=${cursor}&per_page=3`, 'per_page'],
    ] as const) {
      const answer = await api.get(withQuery(url, query));
      expect(answer.status).toBe(422);
      expect(answer.body).toEqual({
        detail: [{ loc: ['query', field], msg: expect.any(String), type: expect.any(String) }],
        code: 'validation_failed',
        request_id: expect.any(String),
      });
    }
    expect((await api.get(withQuery(url, `cursor=${cursor}&per_page=2`))).status).toBe(200);
  });
});

describe.each(LISTS.filter(({ name }) => !SHARED.has(name)))('the list of $name of one tenant', (list) => {
  it('is the same walked by cursor and by page, with one exact total, and its last page opens no other', async () => {
    const { api, url } = await filled(list, await newTenant());
    const byCursor = await walk(api, url, 3);
    const byPage: ApiAnswer[] = [];
    for (let page = 1; page <= byCursor.length; page += 1) {
      byPage.push(await api.get(withQuery(url, `per_page=3&page=${page}`)));
    }
    expect(byPage.map(({ body }) => body.data)).toEqual(byCursor.map(({ body }) => body.data));
    expect(nextOf(byPage.at(-1)!)).toBeNull();
    const all = await api.get(withQuery(url, 'per_page=200'));
    expect(byCursor.flatMap(rowsOf)).toEqual(rowsOf(all));
    for (const page of [...byCursor, ...byPage, all]) {
      expect(page.body.pagination.total_items).toBe(rowsOf(all).length);
    }
  });

  it('has no next page where the last one is full to the row', async () => {
    const { api, url } = await filled(list, await newTenant());
    const { total_items: total } = (await api.get(url)).body.pagination as { total_items: number };
    const exact = await api.get(withQuery(url, `per_page=${total}`));
    expect(rowsOf(exact)).toHaveLength(total);
    expect(nextOf(exact)).toBeNull();
    expect(nextOf(await api.get(withQuery(url, `per_page=${total - 1}`)))).toEqual(expect.any(String));
  });

  it('refuses the cursor of another tenant', async () => {
    const [mine, theirs] = [await filled(list, await newTenant()), await filled(list, await newTenant())];
    const cursor = nextOf(await theirs.api.get(withQuery(theirs.url, 'per_page=2')))!;
    expectInvalidCursor(await mine.api.get(withQuery(mine.url, `cursor=${cursor}`)));
  });
});

describe.each(LISTS.filter(({ filter }) => filter !== undefined))('the list of $name with filters', (list) => {
  it('refuses a cursor of other filters', async () => {
    const { api, url } = await filled(list, await newTenant());
    const plain = nextOf(await api.get(`${url}?per_page=2`));
    const filtered = nextOf(await api.get(`${url}?per_page=2&${list.filter}`));
    expectInvalidCursor(await api.get(`${url}?cursor=${plain}&${list.filter}`));
    expectInvalidCursor(await api.get(`${url}?cursor=${filtered}`));
    expect((await api.get(`${url}?cursor=${filtered}&${list.filter}`)).status).toBe(200);
  });
});

describe('a cursor', () => {
  it('opens the list that it comes from and no other one', async () => {
    const tenant = await newTenant();
    const lists: { name: string; filled: FilledList; cursor: string }[] = [];
    for (const list of LISTS) {
      const found = await list.fill(tenant);
      for (let row = 0; row < 3; row += 1) await found.add(`${list.name} ${row}`);
      lists.push({
        name: list.name,
        filled: found,
        cursor: nextOf(await found.api.get(withQuery(found.url, 'per_page=2')))!,
      });
    }
    for (const { name, filled: from, cursor } of lists) {
      for (const { name: other, filled: to } of lists) {
        const answer = await to.api.get(withQuery(to.url, `cursor=${cursor}`));
        if (name === other) expect([name, answer.status, from.url]).toEqual([other, 200, to.url]);
        else expectInvalidCursor(answer);
      }
    }
  });

  it('of the members of one group does not open those of another', async () => {
    const { api, path, user, group } = await newTenant();
    const users = [await user(), await user(), await user()];
    const [one, two] = [await group('one', users), await group('two', users)];
    const cursor = nextOf(await api.get(`${path}/groups/${one}/members?per_page=2`))!;
    expectInvalidCursor(await api.get(`${path}/groups/${two}/members?cursor=${cursor}`));
    expect(rowsOf(await api.get(`${path}/groups/${one}/members?cursor=${cursor}`))).toHaveLength(1);
  });
});
