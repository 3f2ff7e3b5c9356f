import fc from 'fast-check';
import { pathLines, why } from '../support/access-steps.js';
import { assign, nest } from '../support/assignment-steps.js';
import { sql } from '../support/sql.js';
import { newTenant, type TestTenant } from '../support/tenant.js';

/** MODEL_SEED repeats a run. */
const SEED = Number(process.env.MODEL_SEED ?? Date.now() % 2 ** 31);
const USERS = 3;
const GROUPS = 5;
const MOMENTS = ['now', 'later', 'ended'] as const;
/** Bounds of each moment, as SQL. */
const BOUNDS = {
  now: `valid_from = now() - interval '1 minute', valid_until = now() + interval '1 hour'`,
  later: `valid_from = now() + interval '1 hour'`,
  ended: `valid_until = now() - interval '1 hour'`,
};

type Moment = (typeof MOMENTS)[number];

/** A directory by numbers, where memberships and assignments hold at some moment. */
interface World {
  readonly members: readonly (readonly [group: number, user: number, moment: Moment])[];
  /** The child's number is smaller, so there is no cycle. */
  readonly nestings: readonly (readonly [parent: number, child: number])[];
  /** To a user where the number is below USERS, else to a group. */
  readonly assignments: readonly (readonly [assignee: number, moment: Moment])[];
}

const aMoment = fc.constantFrom(...MOMENTS);
const aGroup = fc.nat(GROUPS - 1);
const pair = (row: readonly unknown[]): string => `${String(row[0])} ${String(row[1])}`;

const worlds = fc.record<World>({
  members: fc.uniqueArray(fc.tuple(aGroup, fc.nat(USERS - 1), aMoment), { selector: pair, minLength: 3, maxLength: 8 }),
  nestings: fc.uniqueArray(
    fc.tuple(aGroup, aGroup).filter(([parent, child]) => child < parent),
    { selector: pair, minLength: 2, maxLength: 8 },
  ),
  assignments: fc.uniqueArray(fc.tuple(fc.nat(USERS + GROUPS - 1), aMoment), {
    selector: ([assignee]) => assignee,
    minLength: 1,
    maxLength: 5,
  }),
});

const groupName = (group: number): string => `Group ${group}`;

/** Every way from a group up to the group `top`. */
function waysUp({ nestings }: World, group: number, top: number): number[][] {
  const longer = nestings
    .filter(([, child]) => child === group)
    .flatMap(([parent]) => waysUp({ nestings } as World, parent, top))
    .map((way) => [group, ...way]);
  return group === top ? [[group], ...longer] : longer;
}

const REASONS = { later: 'not_yet_valid', now: '', ended: 'expired' };

function lineOf(way: string, assignment: Moment, membership: Moment): string {
  const reasons = [
    ...(assignment === 'now' ? [] : [`assignment_${REASONS[assignment]}`]),
    ...(membership === 'now' ? [] : [`membership_${REASONS[membership]}`]),
  ];
  return reasons.length === 0 ? way : `not ${way}: ${reasons.join(' ')}`;
}

/** The paths of a user, each as `pathLines` writes it, sorted. */
function expectedPaths(world: World, user: number): string[] {
  const paths = world.assignments.flatMap(([assignee, given]) => {
    if (assignee === user) return [lineOf('direct', given, 'now')];
    const held = world.members.filter(([, member]) => member === user);
    return held.flatMap(([group, , since]) =>
      waysUp(world, group, assignee - USERS).map((way) => lineOf(way.map(groupName).join(' < '), given, since)),
    );
  });
  return paths.sort();
}

interface Ids {
  readonly users: readonly string[];
  readonly application: string;
}

async function build(tenant: TestTenant, world: World): Promise<Ids> {
  const [users, groups]: [string[], string[]] = [[], []];
  for (let user = 0; user < USERS; user += 1) users.push(await tenant.user());
  for (let group = 0; group < GROUPS; group += 1) {
    const members = world.members.filter(([holder]) => holder === group);
    groups.push(
      await tenant.group(
        groupName(group),
        members.map(([, user]) => users[user]!),
      ),
    );
    for (const [, user, moment] of members) {
      await sql(`UPDATE group_members SET ${BOUNDS[moment]} WHERE group_id = $1 AND user_id = $2`, [
        groups[group],
        users[user],
      ]);
    }
  }
  for (const [parent, child] of world.nestings) await nest(tenant, groups[parent]!, groups[child]!);
  const application = await tenant.application();
  for (const [assignee, moment] of world.assignments) {
    const holder =
      assignee < USERS ? (['user', users[assignee]!] as const) : (['group', groups[assignee - USERS]!] as const);
    const { id } = await assign(tenant, holder[0], holder[1], application);
    await sql(`UPDATE assignments SET ${BOUNDS[moment]} WHERE id = $1`, [id]);
  }
  return { users, application };
}

/** What the explanation, the checks and the access of the user say of one user must be what the model says. */
async function expectAnswers(tenant: TestTenant, world: World, { users, application }: Ids): Promise<void> {
  const checks = users.map((user_id) => ({ user_id, application_id: application }));
  const checked = await tenant.api.post(`${tenant.path}/access/check`, { checks });
  for (const [user, id] of users.entries()) {
    const expected = expectedPaths(world, user);
    const usable = expected.filter((line) => !line.startsWith('not '));
    const { data } = (await why(tenant, id, application)).body;
    expect(pathLines(data.paths).sort()).toEqual(expected);
    expect(data).toMatchObject({ allowed: usable.length > 0, path_count: expected.length });
    expect(checked.body.data.results[user]).toEqual({
      user_id: id,
      application_id: application,
      allowed: usable.length > 0,
      reason: data.reasons[0] ?? null,
    });
    const { body } = await tenant.api.get(`${tenant.path}/users/${id}/access`);
    expect((body.data as { paths: never[] }[]).flatMap(({ paths }) => pathLines(paths)).sort()).toEqual(usable);
  }
}

describe(`the paths of any directory (MODEL_SEED=${SEED})`, () => {
  it('are what its memberships, nestings and assignments say, in every answer', async () => {
    const property = fc.asyncProperty(worlds, async (world) => {
      const tenant = await newTenant();
      await expectAnswers(tenant, world, await build(tenant, world));
    });
    await fc.assert(property, { seed: SEED, numRuns: 15 });
  }, 120_000);
});
