import { randomUUID } from 'node:crypto';
import type { ApiAnswer } from '../support/api.js';
import { assign, metaOf, refusal } from '../support/assignment-steps.js';
import { difference, pairsIn, pairsNow, storedAccess, type ChangeSide } from '../support/dry-run-steps.js';
import { manyUsers } from '../support/many-users.js';
import type { TestTenant } from '../support/tenant.js';
import { tenantsWithCheckedSets } from '../support/user-sets.js';
import { EXPIRED, SCHEDULED, UNBOUND, VALID } from '../support/validity-steps.js';

const newTenant = tenantsWithCheckedSets();

interface World {
  readonly tenant: TestTenant;
  readonly id: Readonly<Record<string, string>>;
  /** Sends the operations, whose assignees may be called by their names here; with `more` of the body, and of the query. */
  readonly bulk: (operations: readonly object[], more?: object, query?: string) => Promise<ApiAnswer>;
}

/**
 * ada to fia, made in this order, and sue, who is suspended. Team: ada, dan, fia and sue; Crew: bob, cid, eve and fia.
 * Crm is given to bob, to cid and to Crew, and Wiki, of which nothing changes, to ada.
 */
async function world(): Promise<World> {
  const tenant = await newTenant();
  const id: Record<string, string> = {};
  for (const name of ['ada', 'bob', 'cid', 'dan', 'eve', 'fia']) id[name] = await tenant.user(name);
  id.sue = await tenant.user('sue', { status: 'suspended' });
  id.Team = await tenant.group('Team', [id.ada!, id.dan!, id.fia!, id.sue]);
  id.Crew = await tenant.group('Crew', [id.bob!, id.cid!, id.eve!, id.fia!]);
  id.Crm = await tenant.application('Crm');
  id.Wiki = await tenant.application('Wiki');
  for (const name of ['bob', 'cid']) await assign(tenant, 'user', id[name]!, id.Crm);
  await assign(tenant, 'group', id.Crew, id.Crm);
  await assign(tenant, 'user', id.ada!, id.Wiki);
  const named = (operation: object): object =>
    Object.fromEntries(Object.entries(operation).map(([key, value]) => [key, id[String(value)] ?? (value as unknown)]));
  const bulk: World['bulk'] = (operations, more = {}, query = '') =>
    tenant.api.post(`${tenant.path}/applications/${id.Crm!}/assignments/bulk${query}`, {
      operations: operations.map(named),
      ...more,
    });
  return { tenant, id, bulk };
}

const access = ({ tenant, id }: World): Promise<string[]> => pairsNow(tenant, { Crm: id.Crm!, Wiki: id.Wiki! });

/** The whole side of an answer where these users, in this order, gain or lose Crm. */
function side({ id }: World, ...users: string[]): ChangeSide {
  const items = users.map((name) => {
    return { user_id: id[name]!, user_name: name, application_id: id.Crm!, application_name: 'Crm' };
  });
  return { count: items.length, items, next_cursor: null };
}

interface Failed {
  readonly index: number;
  readonly code: string;
}

/** The whole body of a dry run. */
function preview(answer: ApiAnswer, gained: ChangeSide, lost: ChangeSide, failed: readonly Failed[] = []): object {
  return { data: { dry_run: true, gained, lost, failed }, meta: metaOf(answer) };
}

/** What failed, by the results of a real call. */
function failedIn({ body }: ApiAnswer): Failed[] {
  const results = body.data.results as { index: number; outcome: string; code: string }[];
  return results.filter(({ outcome }) => outcome === 'failed').map(({ index, code }) => ({ index, code }));
}

describe('a dry run of a bulk call for an application', () => {
  it('tells who would gain and lose it by users and groups together, writes nothing, and is what then happens', async () => {
    const it = await world();
    // cid and fia keep it in another way, ada would have it in two, and sue is suspended.
    const operations = [
      { op: 'add', user_id: 'ada' },
      { op: 'remove', user_id: 'bob' },
      { op: 'add', group_id: 'Team' },
      { op: 'remove', group_id: 'Crew' },
      { op: 'add', user_id: 'cid' },
    ];
    const [before, had] = [await storedAccess(it.tenant), await access(it)];
    const dry = await it.bulk(operations, {}, '?dry_run=true');
    expect([dry.status, dry.body]).toEqual([200, preview(dry, side(it, 'ada', 'dan'), side(it, 'bob', 'eve'))]);
    expect(await storedAccess(it.tenant)).toEqual(before);
    const real = await it.bulk(operations);
    expect(real.body.data).toMatchObject({ created: 2, unchanged: 1, removed: 2, failed: 0 });
    expect(difference(had, await access(it))).toEqual({
      gained: ['ada Crm', 'dan Crm'],
      lost: ['bob Crm', 'eve Crm'],
    });
  });

  it.each([
    ['without bounds', UNBOUND, ['ada', 'dan', 'fia']],
    ['with bounds that hold', VALID, ['ada', 'dan', 'fia']],
    ['with bounds that hold later', SCHEDULED, []],
    ['with bounds that have ended', EXPIRED, []],
  ])('sees an add %s replace what has expired, of a user and of a group', async (_, bounds, names) => {
    const it = await world();
    const { tenant, id } = it;
    await it.bulk([{ op: 'remove', group_id: 'Crew' }]);
    await tenant.api.put(`${tenant.path}/users/${id.ada!}/applications/${id.Crm!}`, EXPIRED);
    await tenant.api.put(`${tenant.path}/groups/${id.Team!}/applications/${id.Crm!}`, EXPIRED);
    const operations = [
      { op: 'add', group_id: 'Team', ...bounds },
      { op: 'add', user_id: 'ada', ...bounds },
    ];
    const [before, had] = [await storedAccess(tenant), await access(it)];
    const dry = await it.bulk(operations, {}, '?dry_run=true');
    expect([dry.status, dry.body]).toEqual([200, preview(dry, side(it, ...names), side(it))]);
    expect(await storedAccess(tenant)).toEqual(before);
    expect((await it.bulk(operations)).body.data).toMatchObject({ created: 2, unchanged: 0 });
    expect(difference(had, await access(it))).toEqual({ gained: names.map((name) => `${name} Crm`), lost: [] });
  });

  it('leaves an assignment that holds later as it is, so nobody gains by an add of it', async () => {
    const it = await world();
    await it.bulk([{ op: 'add', user_id: 'dan', ...SCHEDULED }]);
    const before = await storedAccess(it.tenant);
    const dry = await it.bulk([{ op: 'add', user_id: 'dan' }], {}, '?dry_run=true');
    expect([dry.status, dry.body]).toEqual([200, preview(dry, side(it), side(it))]);
    expect(await storedAccess(it.tenant)).toEqual(before);
  });
});

describe('a dry run of operations of which some would fail', () => {
  async function mixed() {
    const [it, other] = [await world(), await newTenant()];
    const [nobody, stranger] = [randomUUID(), await other.group()];
    const operations = [
      { op: 'add', user_id: 'dan' },
      { op: 'add', user_id: nobody },
      { op: 'remove', user_id: 'eve' },
      { op: 'remove', group_id: 'Crew' },
      { op: 'add', group_id: stranger },
    ];
    return { it, nobody, stranger, operations };
  }

  it.each([{}, { atomic: true }])('is refused with %j as the real thing is, word by word', async (more) => {
    const { it, nobody, stranger, operations } = await mixed();
    const at = (index: number, kind: string): unknown[] => ['body', 'operations', index, `${kind}_id`];
    const issues = [
      { loc: at(1, 'user'), msg: `No user ${nobody} in this tenant.`, type: 'user_not_found' },
      {
        loc: at(2, 'user'),
        msg: `Application ${it.id.Crm!} is not assigned to user ${it.id.eve!} itself.`,
        type: 'assignment_not_found',
      },
      { loc: at(4, 'group'), msg: `No group ${stranger} in this tenant.`, type: 'group_not_found' },
    ];
    const before = await storedAccess(it.tenant);
    for (const query of ['?dry_run=true', '']) {
      const answer = await it.bulk(operations, more, query);
      expect([answer.status, answer.body]).toEqual([422, refusal(answer, 'operations_failed', issues)]);
    }
    expect(await storedAccess(it.tenant)).toEqual(before);
  });

  it('where atomic is false names those by index and code, tells of the others, and is what then happens', async () => {
    const { it, operations } = await mixed();
    const failed = [
      { index: 1, code: 'user_not_found' },
      { index: 2, code: 'assignment_not_found' },
      { index: 4, code: 'group_not_found' },
    ];
    const [before, had] = [await storedAccess(it.tenant), await access(it)];
    const dry = await it.bulk(operations, { atomic: false }, '?dry_run=true');
    expect([dry.status, dry.body]).toEqual([200, preview(dry, side(it, 'dan'), side(it, 'eve', 'fia'), failed)]);
    expect(await storedAccess(it.tenant)).toEqual(before);
    const real = await it.bulk(operations, { atomic: false });
    expect([real.status, failedIn(real)]).toEqual([200, failed]);
    expect(real.body.data).toMatchObject({ created: 1, unchanged: 0, removed: 1, failed: 3 });
    expect(difference(had, await access(it))).toEqual({ gained: ['dan Crm'], lost: ['eve Crm', 'fia Crm'] });
  });

  it('is a 404 for an application that the tenant does not have, and says nothing of failures elsewhere', async () => {
    const { it, operations } = await mixed();
    const unknown = randomUUID();
    const url = `${it.tenant.path}/applications/${unknown}/assignments/bulk?dry_run=true`;
    const missing = await it.tenant.api.post(url, { operations: operations.slice(1, 2), atomic: false });
    const text = `No application ${unknown} in this tenant.`;
    expect([missing.status, missing.body]).toEqual([404, refusal(missing, 'application_not_found', text)]);
    const single = `${it.tenant.path}/users/${it.id.dan!}/applications/${it.id.Crm!}?dry_run=true`;
    const one = await it.tenant.api.put(single);
    expect(one.body).toEqual({
      data: { dry_run: true, gained: side(it, 'dan'), lost: side(it) },
      meta: metaOf(one),
    });
  });
});

describe('a dry run of a bulk call in which very many gain', () => {
  /** 230 who gain Crm by 230 operations; the last operation fails. */
  async function many() {
    const it = await world();
    const users = await manyUsers(it.tenant.id, 230);
    const adds = users.map((id): object => ({ op: 'add', user_id: id }));
    const operations = [...adds, { op: 'remove', user_id: 'eve' }, { op: 'remove', user_id: 'bob' }];
    const send = (cursor: string, of = operations, more: object = { atomic: false }): Promise<ApiAnswer> =>
      it.bulk(of, more, `?dry_run=true&cursor=${encodeURIComponent(cursor)}`);
    const first = await it.bulk(operations, { atomic: false }, '?dry_run=true');
    return { it, users, operations, send, first, cursor: first.body.data.gained.next_cursor as string };
  }

  it('counts them exactly, gives each once in pages of 100, and says on each page what fails', async () => {
    const { it, users, send, first } = await many();
    const before = await storedAccess(it.tenant);
    const failed = [{ index: 230, code: 'assignment_not_found' }];
    const gained: ChangeSide[] = [];
    let answer = first;
    for (;;) {
      const shown = answer.body.data.gained as ChangeSide;
      gained.push(shown);
      // bob still has it by Crew.
      expect([answer.status, answer.body]).toEqual([200, preview(answer, shown, side(it), failed)]);
      if (shown.next_cursor === null) break;
      answer = await send(shown.next_cursor);
    }
    expect(gained.map(({ count, items }) => [count, items.length])).toEqual([
      [230, 100],
      [230, 100],
      [230, 30],
    ]);
    const rows = gained.flatMap(({ items }) => items);
    expect(rows.map((row) => row.user_id)).toEqual(users);
    expect(pairsIn({ count: 230, items: rows, next_cursor: null })).toEqual(
      users.map((_, at) => `u${at + 1} Crm`).sort(),
    );
    expect(await storedAccess(it.tenant)).toEqual(before);
  });

  it('knows a cursor only as it was given, for the same body in the same tenant', async () => {
    const [{ it, operations, send, cursor }, other] = [await many(), await many()];
    const middle = Math.floor(cursor.length / 2);
    const changed = cursor.slice(0, middle) + (cursor[middle] === 'A' ? 'B' : 'A') + cursor.slice(middle + 1);
    const wrong = [
      send(changed),
      send(cursor.slice(0, -1)),
      send(`${cursor}A`),
      send(other.cursor),
      other.send(cursor),
      send(cursor, operations.slice(1)),
      send(cursor, operations.toReversed()),
      send(cursor, operations.slice(0, 230), {}),
    ];
    const text = expect.any(String) as unknown;
    for (const answer of await Promise.all(wrong)) {
      expect([answer.status, answer.body]).toEqual([400, refusal(answer, 'invalid_cursor', text)]);
    }
    const right = await send(cursor);
    expect([right.status, right.body.data.gained.items.length]).toEqual([200, 100]);
    expect((await it.tenant.api.get(`${it.tenant.path}/users?cursor=${encodeURIComponent(cursor)}`)).status).toBe(400);
  });
});
