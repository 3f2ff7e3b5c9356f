import { randomUUID } from 'node:crypto';
import { boundAssignment, boundMembership, pathLines, why } from '../support/access-steps.js';
import { platformApi } from '../support/api.js';
import { assign, metaOf, nest, refusal, subjectOf } from '../support/assignment-steps.js';
import { sql } from '../support/sql.js';
import { newTenant, type TestTenant } from '../support/tenant.js';

/** Ada and the application CRM in a tenant of their own. */
async function ada(): Promise<{ tenant: TestTenant; user: string; crm: string }> {
  const tenant = await newTenant();
  const user = await tenant.user('ada', { display_name: 'Ada Lovelace' });
  return { tenant, user, crm: await tenant.application('CRM') };
}

async function momentOf(text: string, values: string[]): Promise<string> {
  const [row] = await sql<{ at: Date }>(text, values);
  return row!.at.toISOString();
}

const ADDED = 'SELECT added_at AS at FROM group_members WHERE group_id = $1 AND user_id = $2';
const NESTED = 'SELECT added_at AS at FROM group_nestings WHERE parent_id = $1 AND child_id = $2';

describe('why a user can use an application', () => {
  it('is answered with every path, the direct one first, with assignments, groups and moments', async () => {
    const { tenant, user, crm } = await ada();
    const [team, staff] = [await tenant.group('Team', [user]), await tenant.group('Staff')];
    await nest(tenant, staff, team);
    const given = await assign(tenant, 'group', staff, crm);
    const direct = await assign(tenant, 'user', user, crm);
    const answer = await why(tenant, user, crm);
    expect(answer.status).toBe(200);
    const always = { valid_from: null, valid_until: null };
    const by = { assigned_by: subjectOf(tenant.api), ...always };
    expect(answer.body).toEqual({
      data: {
        user_id: user,
        application_id: crm,
        allowed: true,
        path_count: 2,
        path_count_exact: '2',
        paths: [
          {
            effective: true,
            assignment: { id: direct.id, assignment_type: 'direct', assigned_at: direct.assigned_at, ...by },
            via: [],
            reasons: [],
          },
          {
            effective: true,
            assignment: { id: given.id, assignment_type: 'group', assigned_at: given.assigned_at, ...by },
            via: [
              { group_id: team, name: 'Team', added_at: await momentOf(ADDED, [team, user]), ...always },
              { group_id: staff, name: 'Staff', added_at: await momentOf(NESTED, [staff, team]), ...always },
            ],
            reasons: [],
          },
        ],
        paths_truncated: false,
        reasons: [],
        message: 'Ada Lovelace can use CRM by an assignment to the user itself, and in one more way.',
      },
      meta: metaOf(answer),
    });
  });

  it('is answered where it was not assigned at all: no path, and one reason', async () => {
    const { tenant, user, crm } = await ada();
    const other = await tenant.group('Others', [await tenant.user()]);
    await assign(tenant, 'group', other, crm);
    await tenant.group('Team', [user]);
    const answer = await why(tenant, user, crm);
    expect(answer.body.data).toEqual({
      user_id: user,
      application_id: crm,
      allowed: false,
      path_count: 0,
      path_count_exact: '0',
      paths: [],
      paths_truncated: false,
      reasons: ['no_assignment'],
      message: 'Ada Lovelace cannot use CRM: it is assigned neither to the user nor to a group that the user is in.',
    });
  });

  it('is answered by the user name where there is no display name', async () => {
    const { tenant, crm } = await ada();
    const bob = await tenant.user('bob');
    await assign(tenant, 'group', await tenant.group('Team', [bob]), crm);
    const { body } = await why(tenant, bob, crm);
    expect(body.data.message).toBe('bob can use CRM through the group Team, to which it is assigned.');
  });

  it('names what ended and what has not begun, for memberships and assignments alike', async () => {
    const { tenant, user, crm } = await ada();
    const contractors = await tenant.group('Contractors', [user]);
    const given = await assign(tenant, 'group', contractors, crm);
    const ended = await boundMembership(contractors, user, 'ended');
    const answer = await why(tenant, user, crm);
    expect(answer.body.data).toMatchObject({
      allowed: false,
      path_count: 1,
      reasons: ['membership_expired'],
      paths: [{ effective: false, reasons: ['membership_expired'], via: [{ group_id: contractors, ...ended }] }],
      message: `Ada Lovelace cannot use CRM: the membership of Contractors ended on ${ended.valid_until!}.`,
    });
    const begins = await boundAssignment(given.id, 'later');
    const both = await why(tenant, user, crm);
    expect(both.body.data).toMatchObject({
      reasons: ['assignment_not_yet_valid', 'membership_expired'],
      paths: [{ assignment: begins, reasons: ['assignment_not_yet_valid', 'membership_expired'] }],
      message: `Ada Lovelace cannot use CRM: the assignment to Contractors begins on ${begins.valid_from!}; the membership of Contractors ended on ${ended.valid_until!}.`,
    });
    const direct = await assign(tenant, 'user', user, crm);
    const over = await boundAssignment(direct.id, 'ended');
    await boundMembership(contractors, user, 'later');
    const all = await why(tenant, user, crm);
    expect(all.body.data.reasons).toEqual([
      'assignment_not_yet_valid',
      'assignment_expired',
      'membership_not_yet_valid',
    ]);
    expect(all.body.data.message).toContain(`the assignment to the user itself ended on ${over.valid_until!}; `);
    expect(pathLines(all.body.data.paths)).toEqual([
      'not direct: assignment_expired',
      'not Contractors: assignment_not_yet_valid membership_not_yet_valid',
    ]);
  });

  it('takes what holds for a time while it holds, and shows until when', async () => {
    const { tenant, user, crm } = await ada();
    const team = await tenant.group('Team', [user]);
    const given = await assign(tenant, 'group', team, crm);
    const [held] = await sql<{ valid_from: Date; valid_until: Date }>(
      `UPDATE group_members SET valid_from = now() - interval '1 minute', valid_until = now() + interval '1 hour'
        WHERE group_id = $1 RETURNING valid_from, valid_until`,
      [team],
    );
    await sql(`UPDATE assignments SET valid_from = now() WHERE id = $1`, [given.id]);
    const { body } = await why(tenant, user, crm);
    expect(body.data.allowed).toBe(true);
    const bounds = { valid_from: held!.valid_from.toISOString(), valid_until: held!.valid_until.toISOString() };
    expect(body.data.paths).toMatchObject([{ effective: true, via: [bounds] }]);
  });

  it('puts paths that give access before those that do not, and the short before the long', async () => {
    const { tenant, user, crm } = await ada();
    const [near, far, past] = [
      await tenant.group('Near', [user]),
      await tenant.group('Far', [user]),
      await tenant.group('Past', [user]),
    ];
    const [middle, top] = [await tenant.group('Middle'), await tenant.group('Top')];
    await nest(tenant, top, near);
    await nest(tenant, top, middle);
    await nest(tenant, middle, far);
    await nest(tenant, top, past);
    await assign(tenant, 'group', top, crm);
    await assign(tenant, 'group', past, crm);
    await boundMembership(past, user, 'ended');
    const { body } = await why(tenant, user, crm);
    expect(pathLines(body.data.paths)).toEqual([
      'Near < Top',
      'Far < Middle < Top',
      'not Past: membership_expired',
      'not Past < Top: membership_expired',
    ]);
    expect(body.data).toMatchObject({ allowed: true, path_count: 4, reasons: [], paths_truncated: false });
  });

  it('counts 2^12 paths through a tower of diamonds, and shows 100 of them', async () => {
    const { tenant, user, crm } = await ada();
    let below = await tenant.group('Level 0', [user]);
    for (let level = 1; level <= 12; level += 1) {
      const [left, right, top] = [
        await tenant.group(`Left ${level}`),
        await tenant.group(`Right ${level}`),
        await tenant.group(`Level ${level}`),
      ];
      for (const side of [left, right]) {
        await nest(tenant, side, below);
        await nest(tenant, top, side);
      }
      below = top;
    }
    await assign(tenant, 'group', below, crm);
    const { body } = await why(tenant, user, crm);
    expect(body.data).toMatchObject({
      allowed: true,
      path_count: 4096,
      path_count_exact: '4096',
      paths_truncated: true,
      message:
        'Ada Lovelace can use CRM through the group Level 0 inside of Level 12, to which it is assigned, and in 4095 more ways.',
    });
    const lines = pathLines(body.data.paths);
    expect(lines).toHaveLength(100);
    expect(new Set(lines).size).toBe(100);
  });
});

describe('what closes an application to everybody', () => {
  it('is named beside what is wrong with the paths', async () => {
    const { tenant, user, crm } = await ada();
    const platform = await platformApi();
    await assign(tenant, 'user', user, crm);
    await tenant.api.patch(`${tenant.path}/users/${user}`, { status: 'suspended' });
    await tenant.api.patch(`${tenant.path}/applications/${crm}`, { status: 'disabled' });
    await platform.patch(tenant.path, { status: 'suspended' });
    const answer = await platform.get(`${tenant.path}/users/${user}/applications/${crm}/access`);
    const reasons = ['tenant_suspended', 'user_suspended', 'application_disabled'];
    expect(answer.body.data).toMatchObject({
      allowed: false,
      reasons,
      path_count: 1,
      paths: [{ effective: false, reasons }],
      message:
        'Ada Lovelace cannot use CRM: the tenant is suspended; the user is suspended; the application is disabled.',
    });
    await platform.patch(tenant.path, { status: 'active' });
    await tenant.api.patch(`${tenant.path}/users/${user}`, { status: 'active' });
    expect((await why(tenant, user, crm)).body.data.reasons).toEqual(['application_disabled']);
    await tenant.api.patch(`${tenant.path}/applications/${crm}`, { status: 'active' });
    expect((await why(tenant, user, crm)).body.data).toMatchObject({ allowed: true, reasons: [] });
  });
});

describe('an access of nobody, or to nothing', () => {
  it('is 404 for unknown ids, the user first, in the same words for those of other tenants', async () => {
    const [mine, theirs] = [await ada(), await ada()];
    const unknown = randomUUID();
    for (const stranger of [unknown, theirs.user]) {
      const answer = await why(mine.tenant, stranger, unknown);
      expect(answer.status).toBe(404);
      expect(answer.body).toEqual(refusal(answer, 'user_not_found', `No user ${stranger} in this tenant.`));
    }
    for (const stranger of [unknown, theirs.crm]) {
      const answer = await why(mine.tenant, mine.user, stranger);
      expect(answer.status).toBe(404);
      expect(answer.body).toEqual(
        refusal(answer, 'application_not_found', `No application ${stranger} in this tenant.`),
      );
    }
  });
});
