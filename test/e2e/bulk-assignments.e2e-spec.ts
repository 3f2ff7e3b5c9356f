import { randomUUID } from 'node:crypto';
import type { ApiAnswer } from '../support/api.js';
import { assign, metaOf, refusal, subjectOf, wrongValue } from '../support/assignment-steps.js';
import { manyUsers } from '../support/many-users.js';
import { sql } from '../support/sql.js';
import type { TestTenant } from '../support/tenant.js';
import { tenantsWithCheckedSets } from '../support/user-sets.js';
import { EXPIRED, SCHEDULED, UNBOUND, VALID, trailOf } from '../support/validity-steps.js';

const newTenant = tenantsWithCheckedSets();

interface Stored {
  readonly id: string;
  readonly assignee: string;
  readonly assigned_by: string;
  readonly valid_from: Date | null;
  readonly valid_until: Date | null;
}

const bulkUrl = (tenant: TestTenant, application: string): string =>
  `${tenant.path}/applications/${application}/assignments/bulk`;

const bulk = (tenant: TestTenant, application: string, operations: object[], more: object = {}): Promise<ApiAnswer> =>
  tenant.api.post(bulkUrl(tenant, application), { operations, ...more });

async function stored(tenant: TestTenant, application: string): Promise<Stored[]> {
  return sql<Stored & Record<string, unknown>>(
    `SELECT id, coalesce(user_id, group_id) AS assignee, assigned_by, valid_from, valid_until FROM assignments
      WHERE tenant_id = $1 AND application_id = $2 ORDER BY 2`,
    [tenant.id, application],
  );
}

const assigneesOf = async (tenant: TestTenant, application: string): Promise<string[]> =>
  (await stored(tenant, application)).map(({ assignee }) => assignee);

const actionsOf = async (tenant: TestTenant): Promise<string[]> =>
  (await trailOf(tenant, 'assignment')).map((event) => (event as { action: string }).action);

describe('a bulk call for an application', () => {
  it('assigns and takes away in one call, and answers each operation in its place', async () => {
    const tenant = await newTenant();
    const application = await tenant.application();
    const [ada, bob, cid] = [await tenant.user('ada'), await tenant.user('bob'), await tenant.user('cid')];
    const [team, crew] = [await tenant.group('team'), await tenant.group('crew')];
    const [bobs, crews] = [
      await assign(tenant, 'user', bob, application),
      await assign(tenant, 'group', crew, application),
    ];
    const answer = await bulk(tenant, application, [
      { op: 'add', user_id: ada },
      { op: 'remove', user_id: bob },
      { op: 'add', group_id: team, ...VALID },
      { op: 'add', group_id: crew, user_id: null },
      { op: 'add', user_id: cid.toUpperCase(), ...SCHEDULED },
    ]);
    const now = new Map((await stored(tenant, application)).map((row) => [row.assignee, row]));
    const result = (index: number, op: string, named: object, outcome: string, id: string | undefined): object => {
      return { index, op, user_id: null, group_id: null, ...named, outcome, code: null, assignment_id: id };
    };
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        data: {
          results: [
            result(0, 'add', { user_id: ada }, 'created', now.get(ada)!.id),
            result(1, 'remove', { user_id: bob }, 'removed', bobs.id),
            result(2, 'add', { group_id: team }, 'created', now.get(team)!.id),
            result(3, 'add', { group_id: crew }, 'unchanged', crews.id),
            result(4, 'add', { user_id: cid }, 'created', now.get(cid)!.id),
          ],
          created: 3,
          unchanged: 1,
          removed: 1,
          failed: 0,
        },
        meta: metaOf(answer),
      },
    ]);
    expect([...now.keys()]).toEqual([ada, cid, crew, team].sort());
    expect(now.get(ada)).toMatchObject({ ...UNBOUND, assigned_by: subjectOf(tenant.api) });
    expect(now.get(team)!.valid_until!.toISOString()).toBe(VALID.valid_until);
    expect(now.get(cid)!.valid_from!.toISOString()).toBe(SCHEDULED.valid_from);
    const created = Array<string>(3).fill('assignment.created');
    expect((await actionsOf(tenant)).slice(2)).toEqual(['assignment.deleted', ...created]);
    const trail = (await trailOf(tenant, 'assignment')) as { before: { id: string }; after: { id: string } }[];
    expect(trail[2]!.before.id).toBe(bobs.id);
    const made = trail.slice(3).map(({ after }) => after.id);
    expect(made.sort()).toEqual([now.get(ada)!.id, now.get(cid)!.id, now.get(team)!.id].sort());
  });

  it('counts repeats once, and the later ones as unchanged', async () => {
    const tenant = await newTenant();
    const [application, ada, bob] = [await tenant.application(), await tenant.user(), await tenant.user()];
    const { id } = await assign(tenant, 'user', bob, application);
    const add = { op: 'add', user_id: ada, ...VALID };
    const remove = { op: 'remove', user_id: bob };
    const answer = await bulk(tenant, application, [add, remove, add, remove]);
    const results = answer.body.data.results as { outcome: string; assignment_id: string }[];
    expect(results.map(({ outcome }) => outcome)).toEqual(['created', 'removed', 'unchanged', 'unchanged']);
    const [row] = await stored(tenant, application);
    expect(results.map((each) => each.assignment_id)).toEqual([row!.id, id, row!.id, id]);
    expect(answer.body.data).toMatchObject({ created: 1, unchanged: 2, removed: 1, failed: 0 });
    expect(await actionsOf(tenant)).toEqual(['assignment.created', 'assignment.deleted', 'assignment.created']);
  });

  it('leaves what is there as it is, and replaces what has expired', async () => {
    const tenant = await newTenant();
    const application = await tenant.application();
    const users = [await tenant.user(), await tenant.user(), await tenant.user()];
    const [held, scheduled, expired] = users as [string, string, string];
    await tenant.api.put(`${tenant.path}/users/${held}/applications/${application}`, VALID);
    await tenant.api.put(`${tenant.path}/users/${scheduled}/applications/${application}`, SCHEDULED);
    await tenant.api.put(`${tenant.path}/users/${expired}/applications/${application}`, EXPIRED);
    const before = await stored(tenant, application);
    const answer = await bulk(
      tenant,
      application,
      users.map((id) => ({ op: 'add', user_id: id })),
    );
    const outcomes = (answer.body.data.results as { outcome: string }[]).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['unchanged', 'unchanged', 'created']);
    const after = await stored(tenant, application);
    const of = (rows: Stored[], id: string): Stored => rows.find(({ assignee }) => assignee === id)!;
    expect([of(after, held), of(after, scheduled)]).toEqual([of(before, held), of(before, scheduled)]);
    expect(of(after, expired)).toMatchObject(UNBOUND);
    expect(of(after, expired).id).not.toBe(of(before, expired).id);
    const trail = (await trailOf(tenant, 'assignment')).slice(3) as Record<string, { id: string } | null>[];
    expect(trail.map(({ action, before: was, after: is }) => [action, was?.id, is?.id])).toEqual([
      ['assignment.deleted', of(before, expired).id, undefined],
      ['assignment.created', undefined, of(after, expired).id],
    ]);
  });

  it('removes what holds later or has expired, too', async () => {
    const tenant = await newTenant();
    const [application, ada, team] = [await tenant.application(), await tenant.user(), await tenant.group()];
    await bulk(tenant, application, [
      { op: 'add', user_id: ada, ...SCHEDULED },
      { op: 'add', group_id: team, ...EXPIRED },
    ]);
    const answer = await bulk(tenant, application, [
      { op: 'remove', user_id: ada },
      { op: 'remove', group_id: team },
    ]);
    expect(answer.body.data).toMatchObject({ removed: 2, failed: 0 });
    expect(await stored(tenant, application)).toEqual([]);
  });
});

describe('operations that fail', () => {
  async function mixed() {
    const [tenant, other] = [await newTenant(), await newTenant()];
    const [application, ada, bob] = [await tenant.application(), await tenant.user(), await tenant.user()];
    await assign(tenant, 'user', bob, application);
    const [stranger, nobody] = [await other.user(), randomUUID()];
    const operations = [
      { op: 'add', user_id: ada },
      { op: 'add', user_id: stranger },
      { op: 'add', group_id: nobody },
      { op: 'remove', user_id: ada.replace(/.$/, (last) => (last === '0' ? '1' : '0')) },
      { op: 'remove', user_id: bob },
      { op: 'add', user_id: stranger },
      { op: 'remove', group_id: nobody.replace(/^./, (first) => (first === '0' ? '1' : '0')) },
    ];
    return { tenant, application, ada, bob, operations };
  }

  it.each([{}, { atomic: true }])(
    'refuse the whole call with %j, each named in its place, and nothing is done',
    async (more) => {
      const { tenant, application, bob, operations } = await mixed();
      const answer = await bulk(tenant, application, operations, more);
      const at = (index: number, kind: string): unknown[] => ['body', 'operations', index, `${kind}_id`];
      const idOf = (index: number): string => Object.values(operations[index]!)[1]!;
      expect([answer.status, answer.body]).toEqual([
        422,
        refusal(answer, 'operations_failed', [
          { loc: at(1, 'user'), msg: `No user ${idOf(1)} in this tenant.`, type: 'user_not_found' },
          { loc: at(2, 'group'), msg: `No group ${idOf(2)} in this tenant.`, type: 'group_not_found' },
          {
            loc: at(3, 'user'),
            msg: `Application ${application} is not assigned to user ${idOf(3)} itself.`,
            type: 'assignment_not_found',
          },
          { loc: at(5, 'user'), msg: `No user ${idOf(5)} in this tenant.`, type: 'user_not_found' },
          { loc: at(6, 'group'), msg: expect.any(String), type: 'assignment_not_found' },
        ]),
      ]);
      expect(await assigneesOf(tenant, application)).toEqual([bob]);
      expect(await actionsOf(tenant)).toEqual(['assignment.created']);
    },
  );

  it('fail by themselves where atomic is false: all others are done', async () => {
    const { tenant, application, ada, operations } = await mixed();
    const answer = await bulk(tenant, application, operations, { atomic: false });
    expect(answer.status).toBe(200);
    const results = answer.body.data.results as {
      outcome: string;
      code: string | null;
      assignment_id: string | null;
    }[];
    expect(results.map(({ outcome, code }) => code ?? outcome)).toEqual([
      'created',
      'user_not_found',
      'group_not_found',
      'assignment_not_found',
      'removed',
      'user_not_found',
      'assignment_not_found',
    ]);
    expect(results.filter(({ outcome }) => outcome === 'failed').map((each) => each.assignment_id)).toEqual(
      Array(5).fill(null),
    );
    expect(answer.body.data).toMatchObject({ created: 1, unchanged: 0, removed: 1, failed: 5 });
    expect(await assigneesOf(tenant, application)).toEqual([ada]);
  });

  it('are named up to a hundred, and the rest is counted', async () => {
    const [tenant] = [await newTenant()];
    const application = await tenant.application();
    const operations = Array.from({ length: 130 }, () => ({ op: 'add', user_id: randomUUID() }));
    const answer = await bulk(tenant, application, operations);
    expect(answer.status).toBe(422);
    expect(answer.body.detail).toHaveLength(101);
    expect(answer.body.detail[99]).toMatchObject({
      loc: ['body', 'operations', 99, 'user_id'],
      type: 'user_not_found',
    });
    expect(answer.body.detail[100]).toEqual({
      loc: ['body'],
      msg: 'and 30 more that are not listed',
      type: 'more_issues',
    });
  });

  it('are all of them for an application that the tenant does not have', async () => {
    const [tenant, other] = [await newTenant(), await newTenant()];
    for (const application of [randomUUID(), await other.application()]) {
      const answer = await bulk(tenant, application, [{ op: 'add', user_id: await tenant.user() }], { atomic: false });
      const text = `No application ${application} in this tenant.`;
      expect([answer.status, answer.body]).toEqual([404, refusal(answer, 'application_not_found', text)]);
    }
  });
});

describe('operations that make no sense', () => {
  const [id, other] = [randomUUID(), randomUUID()];

  it.each<[string, object[], (string | number)[], string]>([
    ['no assignee', [{ op: 'add' }], [0, 'user_id'], 'one_assignee'],
    ['two assignees', [{ op: 'add', user_id: id, group_id: id }], [0, 'user_id'], 'one_assignee'],
    ['no op', [{ user_id: id }], [0, 'op'], 'missing'],
    ['an unknown op', [{ op: 'replace', user_id: id }], [0, 'op'], 'choice'],
    [
      'an id that is none',
      [
        { op: 'add', user_id: id },
        { op: 'add', group_id: 'x' },
      ],
      [1, 'group_id'],
      'uuid',
    ],
    ['an unknown field', [{ op: 'add', user_id: id, role: 'x' }], [0, 'role'], 'unknown_field'],
    ['a date that is none', [{ op: 'add', user_id: id, valid_until: 'soon' }], [0, 'valid_until'], 'date_time'],
    [
      'bounds in the wrong order',
      [{ op: 'add', user_id: id, valid_from: VALID.valid_until, valid_until: VALID.valid_from }],
      [0, 'valid_until'],
      'after_valid_from',
    ],
    [
      'bounds of a removal',
      [{ op: 'remove', user_id: id, valid_from: VALID.valid_from }],
      [0, 'valid_from'],
      'add_only',
    ],
    [
      'add and remove of one',
      [
        { op: 'add', user_id: id },
        { op: 'add', user_id: other },
        { op: 'remove', user_id: id.toUpperCase() },
      ],
      [2, 'user_id'],
      'contradicting_operations',
    ],
    [
      'one with two bounds',
      [
        { op: 'add', group_id: id, ...VALID },
        { op: 'add', group_id: id },
      ],
      [1, 'group_id'],
      'contradicting_operations',
    ],
  ])('are refused at their place: %s', async (_, operations, at, type) => {
    const tenant = await newTenant();
    const answer = await bulk(tenant, await tenant.application(), operations, { atomic: false });
    expect([answer.status, answer.body]).toEqual([422, wrongValue(answer, ['body', 'operations', ...at], type)]);
  });

  it.each<[unknown, (string | number)[], string]>([
    [[], ['operations'], 'object_list'],
    [{}, ['operations'], 'object_list'],
    [undefined, ['operations'], 'missing'],
    [[{ op: 'remove', user_id: id }, null], ['operations', 1], 'missing'],
    [[{ op: 'remove', user_id: id }, 'add'], ['operations', 1], 'json_object'],
    [Array.from({ length: 10_001 }, () => ({ op: 'remove', user_id: id })), ['operations'], 'object_list'],
  ])('are refused as a list (case %#)', async (operations, at, type) => {
    const tenant = await newTenant();
    const answer = await tenant.api.post(bulkUrl(tenant, await tenant.application()), { operations });
    expect([answer.status, answer.body]).toEqual([422, wrongValue(answer, ['body', ...at], type)]);
  });

  it('are refused all at once, and atomic must be true or false', async () => {
    const tenant = await newTenant();
    const application = await tenant.application();
    const many = Array.from({ length: 150 }, () => ({ op: 'add', user_id: 'x' }));
    const answer = await bulk(tenant, application, many);
    expect(answer.body.detail).toHaveLength(101);
    expect(answer.body.detail[100].msg).toBe('and 50 more that are not listed');
    const atomic = await bulk(tenant, application, [{ op: 'remove', user_id: id }], { atomic: 'yes' });
    expect(atomic.body).toEqual(wrongValue(atomic, ['body', 'atomic'], 'boolean'));
  });

  it('need the scope to write assignments', async () => {
    const tenant = await newTenant();
    const reader = await tenant.apiWith('assignments:read');
    const answer = await reader.post(bulkUrl(tenant, await tenant.application()), { operations: [] });
    expect([answer.status, answer.body.code]).toEqual([403, 'insufficient_scope']);
  });
});

describe('very many operations', () => {
  it('are done in one call: 10,000 with bounds and without, added, found and removed', async () => {
    const tenant = await newTenant();
    const application = await tenant.application();
    const users = await manyUsers(tenant.id, 10_000);
    const adds = users.map((id, at) => ({ op: 'add', user_id: id, ...(at % 2 === 0 ? VALID : {}) }));
    const added = await bulk(tenant, application, adds);
    expect(added.body).toMatchObject({ data: { created: 10_000, unchanged: 0, removed: 0, failed: 0 } });
    const results = added.body.data.results as { index: number; user_id: string }[];
    expect(results.map(({ user_id: id }) => id)).toEqual(users);
    const again = await bulk(tenant, application, adds);
    expect(again.body).toMatchObject({ data: { created: 0, unchanged: 10_000, removed: 0, failed: 0 } });
    const [count] = await sql(
      `SELECT count(*)::int AS rows, count(valid_until)::int AS bounded FROM assignments WHERE tenant_id = $1`,
      [tenant.id],
    );
    expect(count).toEqual({ rows: 10_000, bounded: 5000 });
    const removes = users.map((id) => ({ op: 'remove', user_id: id }));
    const removed = await bulk(tenant, application, removes.slice(0, 9999));
    expect(removed.body).toMatchObject({ data: { created: 0, unchanged: 0, removed: 9999, failed: 0 } });
    expect(await assigneesOf(tenant, application)).toEqual(users.slice(9999));
    const [events] = await sql(
      `SELECT count(*) FILTER (WHERE action = 'assignment.created')::int AS created,
              count(*) FILTER (WHERE action = 'assignment.deleted')::int AS deleted
         FROM audit_events WHERE tenant_id = $1`,
      [tenant.id],
    );
    expect(events).toEqual({ created: 10_000, deleted: 9999 });
  }, 60_000);
});
