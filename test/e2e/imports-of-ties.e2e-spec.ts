import { randomUUID } from 'node:crypto';
import { assign, nest, storedAssignments, subjectOf } from '../support/assignment-steps.js';
import { sql } from '../support/sql.js';
import { storedRows } from '../support/stored-rows.js';
import { newTenant, type TestTenant } from '../support/tenant.js';
import { exported, importFile } from '../support/transfer-steps.js';
import { expectSetsTrue } from '../support/user-sets.js';

const done = (read: number, written: number, unchanged = 0, bad = 0): object => ({
  state: 'succeeded',
  ...{ read, written, unchanged, bad },
});

/** The closure as its definition has it, from the nestings alone, against the stored one. */
async function expectClosureTrue(tenantId: string): Promise<void> {
  const wrong = await sql(
    `WITH RECURSIVE inside(ancestor_id, descendant_id) AS (
       SELECT id, id FROM groups WHERE tenant_id = $1
       UNION
       SELECT i.ancestor_id, n.child_id FROM inside i JOIN group_nestings n ON n.tenant_id = $1 AND n.parent_id = i.descendant_id
     ), stored AS (SELECT ancestor_id, descendant_id FROM group_closure WHERE tenant_id = $1)
     (TABLE inside EXCEPT TABLE stored) UNION ALL (TABLE stored EXCEPT TABLE inside)`,
    [tenantId],
  );
  expect(wrong).toEqual([]);
}

describe('an import of memberships', () => {
  it('finds groups and users by id, name and external id, and keeps the sets and the trail', async () => {
    const tenant = await newTenant();
    const users = [
      await tenant.user('Ada'),
      await tenant.user('bob', { external_id: 'hr-2' }),
      await tenant.user('carol'),
    ];
    const group = await tenant.group('Ops', [users[2]!]);
    await importFile(tenant, 'groups', 'name,external_id\nDev,ou-1\n');
    const file =
      'group_id,group_name,group_external_id,user_id,user_name,user_external_id,valid_from,valid_until\n' +
      `${group},,,,ADA,,,\n,ops,,,,hr-2,2026-01-01T00:00:00Z,2099-01-01T00:00:00+02:00\n,,ou-1,${users[0]},,,,\n` +
      `,Ops,,,carol,,,\n${group},,,${users[0]},,,2026-01-01T00:00:00Z,\n`;
    expect((await importFile(tenant, 'memberships', file)).counts).toEqual(done(5, 3, 2));
    const stored = await sql(
      `SELECT g.name, u.user_name, u.ordinal = m.user_ordinal AS same, m.valid_from, m.valid_until
         FROM group_members m JOIN groups g ON g.tenant_id = $1 AND g.id = m.group_id JOIN users u ON u.tenant_id = $1 AND u.id = m.user_id
        WHERE m.tenant_id = $1 ORDER BY 1, 2`,
      [tenant.id],
    );
    const bounds = { valid_from: new Date('2026-01-01T00:00:00Z'), valid_until: new Date('2098-12-31T22:00:00Z') };
    const always = { valid_from: null, valid_until: null };
    expect(stored).toEqual([
      { name: 'Dev', user_name: 'Ada', same: true, ...always },
      { name: 'Ops', user_name: 'Ada', same: true, ...always },
      { name: 'Ops', user_name: 'bob', same: true, ...bounds },
      { name: 'Ops', user_name: 'carol', same: true, ...always },
    ]);
    await expectSetsTrue(tenant.id);
    const trail = await tenant.api.get(`${tenant.path}/audit-events?action=membership.created&user_id=${users[1]}`);
    expect(trail.body.data).toEqual([
      expect.objectContaining({
        resource_id: group,
        after: expect.objectContaining({ group_id: group, user_id: users[1], added_at: expect.any(String) }),
      }),
    ]);
  });

  it('makes anew what has expired, as everywhere, and leaves what has not begun', async () => {
    const tenant = await newTenant();
    const group = await tenant.group('Ops', [await tenant.user('ada'), await tenant.user('bob')]);
    const application = await tenant.application('CRM', { client_id: 'crm' });
    const over = `group_name,user_name,valid_from,valid_until\nDev,ada,,2020-01-01T00:00:00Z\nDev,bob,2999-01-01T00:00:00Z,\n`;
    await importFile(tenant, 'groups', 'name\nDev\n');
    expect((await importFile(tenant, 'memberships', over)).counts).toEqual(done(2, 2));
    const again = 'group_name,user_name\nDev,ada\nDev,ada\nDev,bob\n';
    expect((await importFile(tenant, 'memberships', again)).counts).toEqual(done(3, 1, 2));
    const given = `application_id,group_id,valid_until\n${application},${group},2020-01-01T00:00:00Z\n`;
    expect((await importFile(tenant, 'assignments', given)).counts).toEqual(done(1, 1));
    expect((await importFile(tenant, 'assignments', given.replace('2020', '2999'))).counts).toEqual(done(1, 1));
    await expectSetsTrue(tenant.id);
    const events = await sql(
      `SELECT action, (after->>'valid_until')::timestamptz AS until, (before->>'valid_until')::timestamptz AS was
         FROM audit_events WHERE tenant_id = $1 AND action ~ '^(membership|assignment)' ORDER BY seq OFFSET 4`,
      [tenant.id],
    );
    const [past, never] = [new Date('2020-01-01T00:00:00Z'), new Date('2999-01-01T00:00:00Z')];
    expect(events).toEqual([
      { action: 'membership.deleted', until: null, was: past },
      { action: 'membership.created', until: null, was: null },
      { action: 'assignment.created', until: past, was: null },
      { action: 'assignment.deleted', until: null, was: past },
      { action: 'assignment.created', until: never, was: null },
    ]);
  });

  it('names what is not there, and what each line says too much or too little of', async () => {
    const [tenant, stranger] = [await newTenant(), await (await newTenant()).user()];
    const group = await tenant.group('Ops');
    const before = await storedRows(tenant.id);
    const file =
      'group_name,user_id,user_name,valid_from,valid_until\n' +
      `Ops,${stranger},,,\nNone,,nobody,,\nOps,,,,\nOps,${group},x,,\nOps,,x,2026-02-31T00:00:00Z,\nOps,,x,2026-02-02T00:00:00Z,2026-02-01T00:00:00Z\n`;
    const { errors, counts } = await importFile(tenant, 'memberships', file);
    expect(counts).toMatchObject({ state: 'failed', read: 6, bad: 6 });
    expect(errors).toEqual([
      { line: 2, column: 'user_id', code: 'user_not_found', message: `No user ${stranger} in this tenant.` },
      {
        line: 3,
        column: 'group_name',
        code: 'group_not_found',
        message: 'No group with the name "none" in this tenant.',
      },
      {
        line: 3,
        column: 'user_name',
        code: 'user_not_found',
        message: 'No user with the name "nobody" in this tenant.',
      },
      {
        line: 4,
        column: 'user_id',
        code: 'missing',
        message: 'one of user_id, user_name, user_external_id is required',
      },
      { line: 5, column: 'user_name', code: 'ambiguous', message: expect.stringContaining('only one of user_id') },
      { line: 6, column: 'valid_from', code: 'date_time', message: expect.stringContaining('2026-02-31') },
      {
        ...{ line: 7, column: 'valid_until', code: 'after_valid_from' },
        message: 'valid_until must be after valid_from, not 2026-02-01T00:00:00.000Z',
      },
    ]);
    expect(await storedRows(tenant.id)).toEqual({ ...before, imports: 1, import_errors: 7 });
  });
});

/** Groups by their names, made by a file. */
async function groupsNamed(tenant: TestTenant, names: readonly string[]): Promise<void> {
  await importFile(tenant, 'groups', ['name', ...names].join('\n'));
}

const nestings = (...pairs: string[]): string => ['parent_name,child_name', ...pairs].join('\n');

describe('an import of nestings', () => {
  it('closes over what is there and what comes with it, in whatever order', async () => {
    const tenant = await newTenant();
    await groupsNamed(tenant, [...'abcdefgh']);
    await importFile(tenant, 'nestings', nestings('b,c', 'd,e'));
    const { counts } = await importFile(tenant, 'nestings', nestings('e,f', 'a,b', 'c,d', 'a,b', 'b,c', 'g,h', 'a,f'));
    expect(counts).toEqual(done(7, 5, 2));
    await expectClosureTrue(tenant.id);
    const trail = await tenant.api.get(`${tenant.path}/audit-events?action=nesting.created`);
    expect(trail.body.pagination.total_items).toBe(7);
  });

  it('refuses every line that would close a cycle, with what is there or within the file', async () => {
    const tenant = await newTenant();
    await groupsNamed(tenant, [...'abcdef']);
    await importFile(tenant, 'nestings', nestings('a,b', 'b,c'));
    const file = nestings('c,a', 'd,d', 'c,d', 'd,e', 'e,c', 'c,a', 'e,f');
    const whole = await importFile(tenant, 'nestings', file);
    expect(whole.counts).toEqual({ state: 'failed', read: 7, written: 0, unchanged: 0, bad: 4 });
    expect(whole.errors).toEqual(
      [
        [2, 'c', 'a'],
        [3, 'd', 'd'],
        [6, 'e', 'c'],
        [7, 'c', 'a'],
      ].map(([line, parent, child]) => ({
        ...{ line, column: 'child_id', code: 'nesting_cycle' },
        message: `The nesting would close a cycle: "${parent}" > "${child}" > ... > "${parent}".`,
      })),
    );
    const partly = await importFile(tenant, 'nestings', file, { atomic: false });
    expect(partly.counts).toEqual(done(7, 3, 0, 4));
    await expectClosureTrue(tenant.id);
  });

  it('takes two thousand at once, and none of two that would close a cycle together', async () => {
    const tenant = await newTenant();
    const names = Array.from({ length: 2001 }, (_, at) => `g${at}`);
    await groupsNamed(tenant, names);
    const tree = names.slice(1).map((name, at) => `g${Math.floor(at / 3)},${name}`);
    expect((await importFile(tenant, 'nestings', nestings(...tree))).counts).toEqual(done(2000, 2000));
    await expectClosureTrue(tenant.id);
    await groupsNamed(tenant, ['x', 'y']);
    const both = await Promise.all([
      importFile(tenant, 'nestings', nestings('x,y')),
      importFile(tenant, 'nestings', nestings('y,x')),
    ]);
    expect(both.map(({ counts }) => (counts as { state: string }).state).sort()).toEqual(['failed', 'succeeded']);
    await expectClosureTrue(tenant.id);
  });
});

describe('an import of assignments', () => {
  it('gives applications to users and groups, and keeps the sets and the trail', async () => {
    const tenant = await newTenant();
    const [ada, bob, ops] = [await tenant.user('ada'), await tenant.user('bob'), await tenant.group('Ops')];
    const crm = await tenant.application('CRM', { client_id: 'crm' });
    const { id } = await assign(tenant, 'user', ada, crm);
    const file =
      'application_id,application_client_id,user_name,group_name,valid_until,assigned_by,assigned_at\n' +
      `,crm,ada,,,,\n${crm},,bob,,,somebody,nonsense\n,crm,,ops,2030-01-01T00:00:00Z,,\n,crm,BOB,,,,\n`;
    expect((await importFile(tenant, 'assignments', file)).counts).toEqual(done(4, 2, 2));
    const by = subjectOf(tenant.api);
    const rest = { application_id: crm, assigned_by: by };
    expect(await storedAssignments(tenant)).toEqual(
      expect.arrayContaining([
        { ...rest, id, user_id: ada, group_id: null },
        { ...rest, id: expect.any(String), user_id: bob, group_id: null },
        { ...rest, id: expect.any(String), user_id: null, group_id: ops },
      ]),
    );
    await expectSetsTrue(tenant.id);
    const trail = await tenant.api.get(`${tenant.path}/audit-events?action=assignment.created&application_id=${crm}`);
    expect(trail.body.pagination.total_items).toBe(3);
  });

  it('refuses those to nobody, to two, and of what is not there', async () => {
    const tenant = await newTenant();
    const [ada, unknown] = [await tenant.user('ada'), randomUUID()];
    await tenant.application('CRM', { client_id: 'crm' });
    const file =
      'application_client_id,user_id,group_id\n' + `crm,,\ncrm,${ada},${unknown}\nCRM,${ada},\ncrm,,${unknown}\n`;
    const { errors } = await importFile(tenant, 'assignments', file);
    expect(errors.map((each) => ({ ...each, message: '' }))).toEqual([
      { line: 2, column: 'user_id', code: 'missing', message: '' },
      { line: 3, column: 'group_id', code: 'ambiguous', message: '' },
      { line: 4, column: 'application_client_id', code: 'application_not_found', message: '' },
      { line: 5, column: 'group_id', code: 'group_not_found', message: '' },
    ]);
  });
});

describe('everything of a tenant', () => {
  it.each(['csv', 'ndjson'] as const)(
    'goes out as %s and into another tenant as it was, ids and all',
    async (format) => {
      const [from, into] = [await newTenant(), await newTenant()];
      const users = [
        await from.user('Ädä "the first", or so', { attributes: { a: 'x\n"y",\\z', b: null }, external_id: 'hr\\1' }),
        await from.user('bob', { status: 'suspended', display_name: '\\N' }),
      ];
      const [parent, child] = [await from.group('Parent, Inc.'), await from.group('Child', users)];
      await from.api.patch(`${from.path}/groups/${child}`, { description: '' });
      await from.api.patch(`${from.path}/groups/${parent}`, { description: ' two\r\nlines\t' });
      await nest(from, parent, child);
      const application = await from.application('CRM', { client_id: 'crm', description: 'Deals' });
      await assign(from, 'group', parent, application);
      await assign(from, 'user', users[0]!, application);
      await sql(`UPDATE group_members SET added_at = now() - interval '1 year' WHERE tenant_id = $1`, [from.id]);
      for (const kind of ['users', 'groups', 'applications', 'nestings', 'memberships', 'assignments']) {
        const file = await exported(from, kind, format);
        const text = typeof file === 'string' ? file : JSON.stringify(file);
        const { counts, errors } = await importFile(into, kind, text, { format });
        expect({ kind, errors, counts }).toEqual({
          kind,
          errors: [],
          counts: expect.objectContaining({ state: 'succeeded' }),
        });
        // The others say when they were made, and that is now.
        if (/^(?:users|groups|applications)$/.test(kind)) expect(await exported(into, kind, format)).toEqual(file);
        expect((await importFile(into, kind, text, { format })).counts).toMatchObject({ written: 0, bad: 0 });
      }
      for (const table of ['group_members', 'group_nestings', 'group_closure', 'assignments']) {
        const rows = (tenant: TestTenant): Promise<object[]> =>
          sql(
            `SELECT to_jsonb(t) - ARRAY['tenant_id', 'added_at', 'assigned_at', 'assigned_by'] AS row FROM ${table} t WHERE tenant_id = $1 ORDER BY 1`,
            [tenant.id],
          );
        expect(await rows(into)).toEqual(await rows(from));
      }
      await expectSetsTrue(into.id);
      const answers = await Promise.all(
        [from, into].map((each) => each.api.get(`${each.path}/applications/${application}/effective-users`)),
      );
      expect(answers[1]!.body.data).toEqual(answers[0]!.body.data);
      expect(answers[0]!.body.data).toHaveLength(1);
    },
  );
});

const NOW = 'SELECT extract(epoch FROM clock_timestamp())::float8 AS at';

/** Milliseconds and their fraction in a UUIDv7 of a finer clock. */
function momentOf(id: string): number {
  return parseInt(id.replace('-', '').slice(0, 12), 16) + parseInt(id.slice(15, 18), 16) / 4096;
}

describe('the trail of a file', () => {
  it('names whom each row concerns, under ids that stand in the order of time', async () => {
    const tenant = await newTenant();
    const [application, group] = [await tenant.application(), await tenant.group('Ops')];
    const names = Array.from({ length: 300 }, (_, at) => `user ${at}`);
    const [before] = await sql<{ at: number }>(NOW);
    await importFile(tenant, 'users', `user_name\n${names.join('\n')}\n`);
    await importFile(
      tenant,
      'memberships',
      `group_id,user_name\n${names.map((name) => `${group},${name}\n`).join('')}`,
    );
    const given = `${names.map((name) => `${application},${name},\n`).join('')}${application},,${group}\n`;
    await importFile(tenant, 'assignments', `application_id,user_name,group_id\n${given}`);
    const [after] = await sql<{ at: number }>(NOW);

    const concerned = await sql(
      `SELECT action, count(*)::int AS events,
              count(*) FILTER (WHERE e.user_id IS NOT DISTINCT FROM CASE action WHEN 'user.created' THEN resource_id
                                                                    ELSE (after->>'user_id')::uuid END
                                 AND e.group_id IS NOT DISTINCT FROM (after->>'group_id')::uuid
                                 AND e.application_id IS NOT DISTINCT FROM (after->>'application_id')::uuid)::int AS right
         FROM audit_events e WHERE tenant_id = $1 AND action IN ('user.created', 'membership.created', 'assignment.created')
        GROUP BY action ORDER BY action`,
      [tenant.id],
    );
    expect(concerned).toEqual([
      { action: 'assignment.created', events: 301, right: 301 },
      { action: 'membership.created', events: 300, right: 300 },
      { action: 'user.created', events: 300, right: 300 },
    ]);
    const events = await sql<{ id: string }>(
      `SELECT id FROM audit_events WHERE tenant_id = $1 AND action <> 'import.completed' AND after IS NOT NULL
          AND resource_type IN ('user', 'membership', 'assignment') ORDER BY seq`,
      [tenant.id],
    );
    expect(events).toHaveLength(901);
    expect(events.filter(({ id }) => !/^.{8}-.{4}-7.{3}-[89ab]/.test(id))).toEqual([]);
    const moments = events.map(({ id }) => momentOf(id));
    expect(moments.filter((moment, at) => moment < (moments[at - 1] ?? before!.at * 1000 - 0.001))).toEqual([]);
    expect(moments.at(-1)).toBeLessThanOrEqual(after!.at * 1000 + 0.001);
  });
});
