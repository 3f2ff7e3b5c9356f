import fc from 'fast-check';
import type { ApiAnswer } from '../support/api.js';
import { assign, nest } from '../support/assignment-steps.js';
import { newTenant, type TestTenant } from '../support/tenant.js';

/** MODEL_SEED repeats a run. */
const SEED = Number(process.env.MODEL_SEED ?? Date.now() % 2 ** 31);
const USERS = 7;
const GROUPS = 6;

/** A directory by numbers: who is in which group, which group is in which, and what one application is assigned to. */
interface World {
  readonly suspended: readonly number[];
  readonly members: readonly (readonly [group: number, user: number])[];
  /** The child's number is smaller, so there is no cycle. */
  readonly nestings: readonly (readonly [parent: number, child: number])[];
  readonly users: readonly number[];
  readonly groups: readonly number[];
}

const aUser = fc.nat(USERS - 1);
const aGroup = fc.nat(GROUPS - 1);
const nesting = fc.tuple(aGroup, aGroup).filter(([parent, child]) => child < parent);
const pairs = { selector: String, minLength: 4, maxLength: 9 } as const;

const worlds = fc.record<World>({
  suspended: fc.uniqueArray(aUser, { maxLength: 2 }),
  members: fc.uniqueArray(fc.tuple(aGroup, aUser), pairs),
  nestings: fc.uniqueArray(nesting, pairs),
  users: fc.uniqueArray(aUser, { maxLength: 2 }),
  groups: fc.uniqueArray(aGroup, { minLength: 1, maxLength: 3 }),
});

/** The groups that are inside of a group, itself included. */
function inside({ nestings }: World, group: number): Set<number> {
  const found = new Set([group]);
  for (let size = 0; size !== found.size;) {
    size = found.size;
    for (const [parent, child] of nestings) if (found.has(parent)) found.add(child);
  }
  return found;
}

/** The assigned groups that a user is in, in the order of their assignment. */
function reasons(world: World, user: number): number[] {
  return world.groups.filter((group) =>
    world.members.some(([holder, member]) => member === user && inside(world, group).has(holder)),
  );
}

/** What effective-users must say: a line a user. */
function expectedUsers(world: World, ids: Ids): string[] {
  const active = ids.users.map((_, user) => user).filter((user) => !world.suspended.includes(user));
  const lines = active.flatMap((user) => {
    const [via] = reasons(world, user);
    if (world.users.includes(user)) return [`${ids.users[user]!} direct null`];
    return via === undefined ? [] : [`${ids.users[user]!} group ${ids.groups[via]!}`];
  });
  return lines.sort();
}

interface Ids {
  readonly users: readonly string[];
  readonly groups: readonly string[];
  readonly application: string;
}

async function build(tenant: TestTenant, world: World): Promise<Ids> {
  const users: string[] = [];
  for (let user = 0; user < USERS; user += 1) {
    users.push(await tenant.user(`user ${user}`, { status: world.suspended.includes(user) ? 'suspended' : 'active' }));
  }
  const groups: string[] = [];
  for (let group = 0; group < GROUPS; group += 1) {
    const members = world.members.filter(([holder]) => holder === group).map(([, user]) => users[user]!);
    groups.push(await tenant.group(`group ${group}`, members));
  }
  for (const [parent, child] of world.nestings) await nest(tenant, groups[parent]!, groups[child]!);
  const application = await tenant.application();
  for (const group of world.groups) await assign(tenant, 'group', groups[group]!, application);
  for (const user of world.users) await assign(tenant, 'user', users[user]!, application);
  return { users, groups, application };
}

function lines({ body }: ApiAnswer): string[] {
  const rows = body.data as { user_id: string; assignment_type: string; assigned_via: string | null }[];
  return rows.map((row) => `${row.user_id} ${row.assignment_type} ${String(row.assigned_via)}`);
}

/** All pages, by their numbers and by cursor; each must say the same total. */
async function listed(
  tenant: TestTenant,
  path: string,
  total: number,
): Promise<{ byNumber: string[]; byCursor: string[] }> {
  const byNumber: string[] = [];
  const byCursor: string[] = [];
  let cursor: string | null = null;
  for (let page = 1; page <= total / 2 + 1; page += 1) {
    const numbered = await tenant.api.get(`${path}?per_page=2&page=${page}`);
    byNumber.push(...lines(numbered));
    expect(numbered.body.pagination.total_items).toBe(total);
    if (page > 1 && cursor === null) continue;
    const next: ApiAnswer = await tenant.api.get(
      cursor === null ? `${path}?per_page=2` : `${path}?cursor=${encodeURIComponent(cursor)}`,
    );
    byCursor.push(...lines(next));
    expect(next.body.pagination.total_items).toBe(total);
    cursor = next.body.pagination.next_cursor as string | null;
  }
  return { byNumber, byCursor };
}

async function expectAccess(tenant: TestTenant, world: World, ids: Ids): Promise<void> {
  const expected = expectedUsers(world, ids);
  const path = `${tenant.path}/applications/${ids.application}/effective-users`;
  expect(await listed(tenant, path, expected.length)).toEqual({ byNumber: expected, byCursor: expected });
  for (const [user, id] of ids.users.entries()) {
    const answer = await tenant.api.get(`${tenant.path}/users/${id}/applications`);
    const sources = (answer.body.data.applications as { assigned_via: string | null }[]).map(
      ({ assigned_via }) => assigned_via,
    );
    const direct = world.users.includes(user) ? [null] : [];
    expect(sources).toEqual([...reasons(world, user).map((group) => ids.groups[group]!), ...direct]);
  }
}

describe(`access in any directory (MODEL_SEED=${SEED})`, () => {
  it('is what the memberships, nestings and assignments say, page by page, before and after some are taken back', async () => {
    const property = fc.asyncProperty(worlds, fc.nat(), fc.nat(), async (world, first, second) => {
      const tenant = await newTenant();
      const ids = await build(tenant, world);
      await expectAccess(tenant, world, ids);
      const nestings = world.nestings.filter((_, index) => index !== first % world.nestings.length);
      const members = world.members.filter((_, index) => index !== second % world.members.length);
      for (const [parent, child] of world.nestings.filter((each) => !nestings.includes(each))) {
        await tenant.api.delete(`${tenant.path}/groups/${ids.groups[parent]!}/groups/${ids.groups[child]!}`);
      }
      for (const [group, user] of world.members.filter((each) => !members.includes(each))) {
        await tenant.api.delete(`${tenant.path}/groups/${ids.groups[group]!}/members/${ids.users[user]!}`);
      }
      await expectAccess(tenant, { ...world, nestings, members }, ids);
    });
    await fc.assert(property, { seed: SEED, numRuns: 12 });
  }, 180_000);
});
