import type { ApiAnswer } from '../support/api.js';
import { startDoorlist } from '../support/doorlist-process.js';
import { manyUsers } from '../support/many-users.js';
import { sql } from '../support/sql.js';
import { newTenant, type TestTenant } from '../support/tenant.js';
import { PLATFORM_CLIENT, workerState } from '../support/test-state.js';

const PAST = '2020-01-01T00:00:00Z';

async function rows(tenant: TestTenant, url: string, query: Readonly<Record<string, string>>): Promise<ApiAnswer> {
  const answer = await tenant.api.get(`${tenant.path}/${url}?${new URLSearchParams(query).toString()}`);
  expect([query, answer.status, answer.status === 200 ? '' : answer.body]).toEqual([query, 200, '']);
  return answer;
}

async function column(tenant: TestTenant, url: string, name: string, query: Readonly<Record<string, string>>) {
  const { body } = await rows(tenant, url, query);
  return (body.data as Record<string, unknown>[]).map((row) => row[name]);
}

describe('filters of groups and applications', () => {
  it('compare names and descriptions without regard to case, and ids as they are', async () => {
    const tenant = await newTenant();
    const { api, path } = tenant;
    await api.post(`${path}/groups`, { name: 'Straße', description: 'Ä\nRoad', external_id: 'OU-1' });
    const { data } = (await api.post(`${path}/groups`, { name: 'Engine', description: 'x' })).body as {
      data: { id: string };
    };
    const groups: readonly (readonly [string, readonly string[]])[] = [
      ['name eq "STRASSE"', ['Straße']],
      ['name sw "eng" or description co "road"', ['Straße', 'Engine']],
      ['description sw "ä"', ['Straße']],
      ['external_id eq "ou-1"', []],
      ['external_id pr', ['Straße']],
      ['not (external_id pr)', ['Engine']],
      [`id eq "${data.id.toUpperCase()}"`, ['Engine']],
      [`created_at ge "${PAST}"`, ['Straße', 'Engine']],
    ];
    for (const [filter, names] of groups)
      expect([filter, await column(tenant, 'groups', 'name', { filter })]).toEqual([filter, names]);
    await api.patch(`${path}/groups/${data.id}`, { description: 'Other' });
    expect(await column(tenant, 'groups', 'name', { filter: 'description eq "OTHER"' })).toEqual(['Engine']);

    await tenant.application('CRM', { client_id: 'Crm-Web', description: 'Customers' });
    await tenant.application('Wiki', { type: 'spa', status: 'disabled' });
    const applications: readonly (readonly [string, readonly string[]])[] = [
      ['name eq "crm"', ['CRM']],
      ['name co "crm-web"', []],
      ['client_id eq "Crm-Web"', ['CRM']],
      ['client_id eq "crm-web"', []],
      ['type eq "SPA" and active eq false', ['Wiki']],
      ['status ne "active" or description eq "customers"', ['CRM', 'Wiki']],
    ];
    for (const [filter, names] of applications) {
      expect([filter, await column(tenant, 'applications', 'name', { filter })]).toEqual([filter, names]);
    }
  });
});

describe('filters of assignments and of the trail', () => {
  it('find by whom, for whom and when', async () => {
    const tenant = await newTenant();
    const { api, path } = tenant;
    const [ada, bob, team, app] = [
      await tenant.user('ada'),
      await tenant.user('bob'),
      await tenant.group('team'),
      await tenant.application(),
    ];
    await api.put(`${path}/users/${ada}/applications/${app}`, { valid_until: '2999-01-01T00:00:00Z' });
    await api.put(`${path}/users/${bob}/applications/${app}`, { valid_from: '2998-01-01T00:00:00Z' });
    await api.put(`${path}/groups/${team}/applications/${app}`);
    const url = `applications/${app}/assignments`;
    const cases: readonly (readonly [string, readonly (string | null)[]])[] = [
      [`user_id eq "${ada}"`, [ada]],
      [`user_id ne "${ada}"`, [bob, null]],
      ['group_id pr', [null]],
      ['assignment_type eq "direct" and state eq "valid"', [ada]],
      ['state eq "scheduled" or valid_until lt "3000-01-01T00:00:00Z"', [ada, bob]],
      ['valid_until eq "2999-01-01T01:00:00+01:00"', [ada]],
      ['not (valid_until pr)', [bob, null]],
      [`assigned_at lt "${PAST}"`, []],
    ];
    for (const [filter, users] of cases)
      expect([filter, await column(tenant, url, 'user_id', { filter })]).toEqual([filter, users]);
    const row = (await rows(tenant, url, { sort_by: 'assigned_at' })).body.data[0] as object;
    expect(Object.keys(row).filter((name) => name.startsWith('sort'))).toEqual([]);

    const events = (filter: string, more = {}) => column(tenant, 'audit-events', 'action', { filter, ...more });
    expect(await events(`user_id eq "${ada}"`)).toEqual(['assignment.created', 'user.created']);
    expect(await events(`user_id eq "${ada}"`, { sort_by: 'occurred_at' })).toEqual([
      'user.created',
      'assignment.created',
    ]);
    expect(await events('action sw "GROUP." and resource_type eq "group"')).toEqual(['group.created']);
    expect(await events(`occurred_at lt "${PAST}" or request_id eq "none"`)).toEqual([]);
    expect(await events(`application_id eq "${app}" and not (action co "assignment")`)).toEqual([
      'application.created',
    ]);
  });
});

describe('sorted lists', () => {
  const PEOPLE = [
    { user_name: 'c', email: 'b@x.org', display_name: 'É', family_name: 'Z' },
    { user_name: 'B', email: 'A@x.org', display_name: 'e' },
    { user_name: 'a', email: null, display_name: null, family_name: 'a', status: 'suspended' },
    { user_name: 'd', email: 'a@X.org', display_name: 'z' },
    { user_name: 'e', email: null, display_name: null, family_name: 'A' },
  ];
  const ORDERS: Readonly<Record<string, readonly string[]>> = {
    user_name: ['a', 'B', 'c', 'd', 'e'],
    email: ['B', 'd', 'c', 'a', 'e'],
    display_name: ['a', 'B', 'e', 'd', 'c'],
    family_name: ['a', 'e', 'c', 'B', 'd'],
    status: ['c', 'B', 'd', 'e', 'a'],
    created_at: ['c', 'B', 'a', 'd', 'e'],
    id: ['c', 'B', 'a', 'd', 'e'],
  };

  it('stand in the order asked for, by number and by cursor alike', async () => {
    const tenant = await newTenant();
    for (const person of PEOPLE) await tenant.api.post(`${tenant.path}/users`, person);
    for (const [sort_by, order] of Object.entries(ORDERS)) {
      for (const sort_order of ['ascending', 'descending']) {
        const due = sort_order === 'ascending' ? order : [...order].reverse();
        // One of them is looked up by an index, and so are its pages made of what is found.
        const filter = sort_order === 'ascending' ? 'user_name pr' : `created_at ge "${PAST}"`;
        const query = { sort_by, sort_order, filter, per_page: '2' };
        const byNumber = [];
        for (const page of ['1', '2', '3'])
          byNumber.push(...(await column(tenant, 'users', 'user_name', { ...query, page })));
        expect([sort_by, sort_order, byNumber]).toEqual([sort_by, sort_order, due]);
        const byCursor = [];
        for (let cursor: string | null | undefined; cursor !== null;) {
          const { body } = await rows(tenant, 'users', { ...query, ...(cursor === undefined ? {} : { cursor }) });
          byCursor.push(...(body.data as { user_name: string }[]).map((row) => row.user_name));
          cursor = body.pagination.next_cursor as string | null;
        }
        expect([sort_by, sort_order, byCursor]).toEqual([sort_by, sort_order, due]);
      }
    }
    expect(await column(tenant, 'users', 'user_name', { sort_order: 'descending' })).toEqual(['e', 'd', 'a', 'B', 'c']);
  });

  it('have cursors for the same filter and order alone', async () => {
    const tenant = await newTenant();
    for (const person of PEOPLE) await tenant.api.post(`${tenant.path}/users`, person);
    const query = { filter: 'user_name ge "a"', sort_by: 'user_name', per_page: '1' };
    const { pagination } = (await rows(tenant, 'users', query)).body as { pagination: { next_cursor: string } };
    const cursor = pagination.next_cursor;
    expect(await column(tenant, 'users', 'user_name', { ...query, cursor })).toEqual(['B']);
    const others: readonly Readonly<Record<string, string>>[] = [
      { filter: 'user_name gt "a"' },
      { sort_by: 'id' },
      { sort_order: 'descending' },
      { search: 'a' },
    ];
    for (const other of others) {
      const answer = await tenant.api.get(
        `${tenant.path}/users?${new URLSearchParams({ ...query, ...other, cursor }).toString()}`,
      );
      expect([other, answer.status, answer.body.code]).toEqual([other, 400, 'invalid_cursor']);
    }
  });

  it('refuse what they cannot be sorted by', async () => {
    const { api, path } = await newTenant();
    for (const query of [
      'sort_by=attributes',
      'sort_by=nickname',
      'sort_by=',
      'sort_order=up',
      'sort_by=id&sort_by=id',
    ]) {
      const answer = await api.get(`${path}/users?${query}`);
      expect([query, answer.status, answer.body.detail[0].loc, answer.body.detail[0].type]).toEqual([
        query,
        422,
        ['query', query.split('=')[0]],
        'choice',
      ]);
    }
  });
});

describe('a filter that takes too long', () => {
  it('is refused, and told what has an index', async () => {
    const service = await startDoorlist({
      DATABASE_URL: workerState().databaseUrl,
      BOOTSTRAP_CLIENT_ID: PLATFORM_CLIENT.id,
      BOOTSTRAP_CLIENT_SECRET: PLATFORM_CLIENT.secret,
      FILTER_TIMEOUT_MS: '100',
    });
    try {
      const tenant = await newTenant(service.url);
      await manyUsers(tenant.id, 5000);
      await sql(`UPDATE users SET filter_keys = '{"attributes": {"a": ["b", "c"]}}' WHERE tenant_id = $1`, [tenant.id]);
      const filter = Array.from({ length: 100 }, (_, at) => `attributes.a co "x${at}"`).join(' or ');
      const query = `${tenant.path}/users?filter=${encodeURIComponent(filter)}`;
      const answer = await tenant.api.get(query);
      expect([answer.status, answer.body]).toEqual([
        400,
        { detail: expect.any(String), code: 'filter_too_slow', request_id: expect.any(String) },
      ]);
      expect(answer.body.detail).toContain('email (eq, sw)');
      expect(answer.body.detail).toContain('attributes.<path> (eq, sw)');
      // The limit ends with the statement.
      expect(
        (await tenant.api.get(`${tenant.path}/users?filter=${encodeURIComponent('user_name eq "u7"')}`)).body.data,
      ).toHaveLength(1);
      expect((await tenant.api.get(`${tenant.path}/users`)).body.pagination.total_items).toBe(5000);
    } finally {
      await service.stop();
    }
  });
});
