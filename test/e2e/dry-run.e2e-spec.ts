import { platformApi, type ApiAnswer } from '../support/api.js';
import { assign, nest } from '../support/assignment-steps.js';
import { difference, pairsIn, pairsNow, storedAccess as stored, type ChangeSide } from '../support/dry-run-steps.js';
import { manyUsers } from '../support/many-users.js';
import { sql } from '../support/sql.js';
import { newTenant, type TestTenant } from '../support/tenant.js';

type Change = (method: 'post' | 'put' | 'patch' | 'delete', url: string, body?: object) => Promise<ApiAnswer>;

interface World {
  readonly tenant: TestTenant;
  readonly id: Readonly<Record<string, string>>;
  readonly change: Change;
}

/**
 * Staff holds Sales; ada and bob are in Sales, bob and cleo in Guests, dan is in nothing, sue is suspended and in Sales.
 * Mail is given to Staff, Crm to Sales and to cleo, Wiki to Guests, Shut (disabled) to Staff.
 */
async function world(): Promise<World> {
  const tenant = await newTenant();
  const id: Record<string, string> = {};
  for (const name of ['ada', 'bob', 'cleo', 'dan']) id[name] = await tenant.user(name);
  id.sue = await tenant.user('sue', { status: 'suspended' });
  for (const name of ['Mail', 'Crm', 'Wiki']) id[name] = await tenant.application(name);
  id.Shut = await tenant.application('Shut', { status: 'disabled' });
  id.Staff = await tenant.group('Staff');
  id.Sales = await tenant.group('Sales', [id.ada!, id.bob!, id.sue]);
  id.Guests = await tenant.group('Guests', [id.bob!, id.cleo!]);
  await nest(tenant, id.Staff, id.Sales);
  await assign(tenant, 'group', id.Staff, id.Mail!);
  await assign(tenant, 'group', id.Sales, id.Crm!);
  await assign(tenant, 'user', id.cleo!, id.Crm!);
  await assign(tenant, 'group', id.Guests, id.Wiki!);
  await assign(tenant, 'group', id.Staff, id.Shut);
  const change: Change = (method, url, body) =>
    tenant.api[method](`${tenant.path}/${url.replace(/\b[A-Za-z]+\b/g, (name) => id[name] ?? name)}`, body);
  return { tenant, id, change };
}

/** Who can use what, as `user application`, in order. */
async function access({ tenant, id }: World): Promise<string[]> {
  return pairsNow(tenant, { Mail: id.Mail!, Crm: id.Crm!, Wiki: id.Wiki!, Shut: id.Shut! });
}

describe('a dry run', () => {
  it.each<[string, Parameters<Change>, string[], string[]]>([
    ['an assignment', ['post', 'users/dan/applications', { application_id: 'Crm' }], ['dan Crm'], []],
    ['an assignment of what is had by a group', ['put', 'users/ada/applications/Crm'], [], []],
    [
      'several assignments',
      ['post', 'users/dan/applications/bulk', { application_ids: ['Crm', 'Wiki', 'Shut'] }],
      ['dan Crm', 'dan Wiki'],
      [],
    ],
    ['an assignment to a group', ['post', 'groups/Staff/applications', { application_id: 'Wiki' }], ['ada Wiki'], []],
    ['an assignment to a suspended user', ['put', 'users/sue/applications/Wiki'], [], []],
    ['the end of an assignment', ['delete', 'users/cleo/applications/Crm'], [], ['cleo Crm']],
    ["the end of a group's assignment", ['delete', 'groups/Guests/applications/Wiki'], [], ['bob Wiki', 'cleo Wiki']],
    [
      'members',
      ['post', 'groups/Sales/members', { user_ids: ['cleo', 'dan', 'ada'] }],
      ['cleo Mail', 'dan Crm', 'dan Mail'],
      [],
    ],
    ['a member', ['put', 'groups/Guests/members/ada'], ['ada Wiki'], []],
    ['the end of a membership', ['delete', 'groups/Sales/members/bob'], [], ['bob Crm', 'bob Mail']],
    ['a nesting', ['put', 'groups/Sales/groups/Guests'], ['cleo Mail'], []],
    ['the end of a nesting', ['delete', 'groups/Staff/groups/Sales'], [], ['ada Mail', 'bob Mail']],
    ['a suspension', ['patch', 'users/bob', { status: 'suspended' }], [], ['bob Crm', 'bob Mail', 'bob Wiki']],
    ['the end of a suspension', ['patch', 'users/sue', { status: 'active' }], ['sue Crm', 'sue Mail'], []],
    ['a change that means nothing', ['patch', 'users/bob', { display_name: 'Bob' }], [], []],
    ["a user's deletion", ['delete', 'users/bob'], [], ['bob Crm', 'bob Mail', 'bob Wiki']],
    ["a group's deletion", ['delete', 'groups/Sales'], [], ['ada Crm', 'ada Mail', 'bob Crm', 'bob Mail']],
    ["an application's deletion", ['delete', 'applications/Crm'], [], ['ada Crm', 'bob Crm', 'cleo Crm']],
    ['a door that shuts', ['patch', 'applications/Mail', { status: 'disabled' }], [], ['ada Mail', 'bob Mail']],
    ['a door that opens', ['patch', 'applications/Shut', { status: 'active' }], ['ada Shut', 'bob Shut'], []],
  ])(
    'of %s says who would gain and lose what, writes nothing, and is what then happens',
    async (_name, [method, url, body], gained, lost) => {
      const it = await world();
      const filled =
        body &&
        (JSON.parse(JSON.stringify(body), (_key, value: unknown) =>
          typeof value === 'string' ? (it.id[value] ?? value) : value,
        ) as object);
      const [before, had] = [await stored(it.tenant), await access(it)];
      const answer = await it.change(method, `${url}?dry_run=true`, filled);
      expect(answer.status).toBe(200);
      const { data } = answer.body;
      expect([pairsIn(data.gained), pairsIn(data.lost)]).toEqual([gained, lost]);
      expect(data).toEqual({
        dry_run: true,
        gained: { count: gained.length, items: expect.any(Array), next_cursor: null },
        lost: { count: lost.length, items: expect.any(Array), next_cursor: null },
      });
      expect(await stored(it.tenant)).toEqual(before);
      const real = await it.change(method, url, filled);
      expect(real.status).toBeLessThan(300);
      expect(difference(had, await access(it))).toEqual({ gained, lost });
    },
  );

  it('of a change to the tenant itself says who would lose everything', async () => {
    const it = await world();
    const [api, path] = [await platformApi(), `${it.tenant.path}?dry_run=true`];
    const [before, had] = [await stored(it.tenant), await access(it)];
    const answers = [await api.patch(path, { status: 'suspended' }), await api.delete(path)];
    for (const { status, body } of answers) {
      expect([status, pairsIn(body.data.gained), pairsIn(body.data.lost).sort()]).toEqual([200, [], had]);
    }
    expect([await stored(it.tenant), await access(it)]).toEqual([before, had]);
    expect(pairsIn((await api.patch(path, { name: 'Other' })).body.data.lost)).toEqual([]);
    await api.patch(it.tenant.path, { status: 'suspended' });
    const back = await api.patch(path, { status: 'active' });
    expect([pairsIn(back.body.data.gained), back.body.data.lost.count]).toEqual([had, 0]);
  });

  it('names users and applications with their ids', async () => {
    const it = await world();
    const answer = await it.change('put', 'users/dan/applications/Crm?dry_run=true');
    expect(answer.body.data.gained.items).toEqual([
      { user_id: it.id.dan, user_name: 'dan', application_id: it.id.Crm, application_name: 'Crm' },
    ]);
  });

  it('of something impossible is refused like the real thing', async () => {
    const it = await world();
    const nobody = '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44';
    const wrong: [Parameters<Change>, number, string][] = [
      [['post', 'users/cleo/applications', { application_id: it.id.Crm }], 409, 'already_assigned'],
      [['post', 'users/cleo/applications', { application_id: nobody }], 404, 'application_not_found'],
      [['put', `users/${nobody}/applications/Crm`], 404, 'user_not_found'],
      [['put', 'users/not-an-id/applications/Crm'], 422, 'validation_failed'],
      [['post', 'users/cleo/applications', { application_id: 7 }], 422, 'validation_failed'],
      [['delete', 'users/dan/applications/Crm'], 404, 'assignment_not_found'],
      [['put', 'groups/Sales/groups/Staff'], 409, 'nesting_cycle'],
      [['delete', `groups/${nobody}`], 404, 'group_not_found'],
      [['post', 'groups/Sales/members', { user_ids: [nobody] }], 404, 'user_not_found'],
      [['patch', 'users/ada', { status: 'gone' }], 422, 'validation_failed'],
    ];
    const before = await stored(it.tenant);
    for (const [[method, url, body], status, code] of wrong) {
      const [dry, real] = [await it.change(method, `${url}?dry_run=true`, body), await it.change(method, url, body)];
      expect([url, dry.status, dry.body.code]).toEqual([url, status, code]);
      expect([real.status, real.body.detail]).toEqual([dry.status, dry.body.detail]);
    }
    expect(await stored(it.tenant)).toEqual(before);
  });

  it('honours If-Match', async () => {
    const { tenant, id } = await world();
    const url = `${tenant.path}/users/${id.bob!}?dry_run=true`;
    const stale = await tenant.api.delete(url, { headers: { 'if-match': '"9"' } });
    expect([stale.status, stale.body.code]).toEqual([412, 'version_mismatch']);
    const fresh = await tenant.api.delete(url, { headers: { 'if-match': '"1"' } });
    expect([fresh.status, fresh.body.data.lost.count]).toEqual([200, 3]);
  });

  it('is not remembered for its Idempotency-Key', async () => {
    const { tenant, id } = await world();
    const url = `${tenant.path}/users/${id.dan!}/applications`;
    const send = (query: string): Promise<ApiAnswer> =>
      tenant.api.post(url + query, { application_id: id.Crm }, { headers: { 'idempotency-key': 'try-then-do' } });
    const before = await stored(tenant);
    expect((await send('?dry_run=true')).body.data.gained.count).toBe(1);
    expect(await stored(tenant)).toEqual(before);
    expect([(await send('')).status, (await send('')).headers.get('idempotency-replayed')]).toEqual([201, 'true']);
  });

  it('with dry_run=false is the real thing; with anything else, or a stray cursor, it is refused', async () => {
    const { tenant, id, change } = await world();
    expect((await change('put', 'users/dan/applications/Crm?dry_run=false')).status).toBe(201);
    const stored = await sql(`SELECT user_id FROM assignments WHERE tenant_id = $1 AND user_id = $2`, [
      tenant.id,
      id.dan,
    ]);
    expect(stored).toHaveLength(1);
    for (const query of [
      'dry_run=yes',
      'dry_run=',
      'dry_run=true&dry_run=true',
      'cursor=abc',
      'dry_run=true&page=2',
      'dryrun=true',
    ]) {
      const answer = await change('delete', `users/dan/applications/Crm?${query}`);
      expect([query, answer.status]).toEqual([query, 422]);
    }
    expect((await change('delete', 'users/dan/applications/Crm?dry_run=true&cursor=abc')).body.code).toBe(
      'invalid_cursor',
    );
  });

  it('needs the right to read assignments as well', async () => {
    const { tenant, id } = await world();
    const writer = await tenant.apiWith('directory:write');
    const url = `${tenant.path}/users/${id.bob!}?dry_run=true`;
    const refused = await writer.delete(url);
    expect([refused.status, refused.body.code]).toEqual([403, 'insufficient_scope']);
    const reader = await tenant.apiWith('directory:write', 'assignments:read');
    expect((await reader.delete(url)).body.data.lost.count).toBe(3);
  });
});

describe('a dry run of many', () => {
  it('counts them exactly and gives 100 at a time, each once, with cursors that fit nothing else', async () => {
    const tenant = await newTenant();
    const ids = await manyUsers(tenant.id, 130);
    const group = await tenant.group('all', ids);
    const applications = [await tenant.application('One'), await tenant.application('Two')].sort();
    for (const application of applications) await assign(tenant, 'group', group, application);
    const seen: string[] = [];
    const sizes: number[] = [];
    const url = `${tenant.path}/groups/${group}?dry_run=true`;
    let cursor: string | null = null;
    do {
      const next: ApiAnswer = await tenant.api.delete(
        cursor === null ? url : `${url}&cursor=${encodeURIComponent(cursor)}`,
      );
      const { gained, lost } = next.body.data as Record<'gained' | 'lost', ChangeSide>;
      expect([gained, lost.count]).toEqual([{ count: 0, items: [], next_cursor: null }, 260]);
      sizes.push(lost.items.length);
      seen.push(...lost.items.map((item) => `${item.application_id} ${item.user_id}`));
      cursor = lost.next_cursor;
      if (cursor === null) continue;
      const other = await tenant.api.delete(
        `${tenant.path}/applications/${applications[0]!}?dry_run=true&cursor=${encodeURIComponent(cursor)}`,
      );
      expect([other.status, other.body.code]).toEqual([400, 'invalid_cursor']);
    } while (cursor !== null);
    expect(sizes).toEqual([100, 100, 60]);
    expect(seen).toEqual(applications.flatMap((application) => ids.map((user) => `${application} ${user}`)));
  });

  it('runs beside the real thing without harm', async () => {
    const it = await world();
    const calls = Array.from({ length: 24 }, (_, at) =>
      at % 3 === 0
        ? it.change(at % 2 === 0 ? 'put' : 'delete', 'groups/Sales/members/dan')
        : it.change('put', 'groups/Guests/members/dan?dry_run=true'),
    );
    const answers = await Promise.all(calls);
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
    const [row] = await sql<{ count: number }>(
      `SELECT count(*)::int AS count FROM group_members WHERE tenant_id = $1 AND group_id = $2 AND user_id = $3`,
      [it.tenant.id, it.id.Guests, it.id.dan],
    );
    expect(row).toEqual({ count: 0 });
  });
});
