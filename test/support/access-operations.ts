import type { AccessModel, Holding } from './access-model.js';
import type { ApiAnswer } from './api.js';
import type { Random } from './random.js';
import type { TestTenant } from './tenant.js';

/** A tenant and the model of it. */
export interface ModelledTenant {
  readonly tenant: TestTenant;
  readonly model: AccessModel;
  readonly random: Random;
  /** Whether memberships and assignments can be given for a time. */
  readonly hasBounds: boolean;
  /** For names that were never used. */
  next(): number;
}

/** What an operation did, what was answered, and which statuses the model allows. */
interface Done {
  readonly did: string;
  readonly answer: ApiAnswer;
  readonly allowed: readonly number[];
}

/** One thing that callers do. It changes the model as the service must change. */
export interface Operation {
  readonly name: string;
  /** How often it is chosen, against the others. */
  readonly weight: number;
  readonly isPossible: (world: ModelledTenant) => boolean;
  readonly run: (world: ModelledTenant) => Promise<Done>;
}

const LIMITS = { users: 25, groups: 10, applications: 5 } as const;
const FEWEST = { users: 4, groups: 3, applications: 2 } as const;
type Kind = keyof typeof LIMITS;

const HOUR = 3_600_000;
const fromNow = (hours: number): string => new Date(Date.now() + hours * HOUR).toISOString();

/** Bounds that are hours away, so that nothing begins or ends while the test runs. */
const BOUNDS: Readonly<Record<Holding, () => object>> = {
  always: () => ({}),
  now: () => ({ valid_from: fromNow(-2), valid_until: fromNow(20) }),
  later: () => ({ valid_from: fromNow(20) }),
  over: () => ({ valid_until: fromNow(-2) }),
};

const idOf = (answer: ApiAnswer): string => (answer.body as { data: { id: string } }).data.id;
const enough = ({ model }: ModelledTenant): boolean =>
  (Object.keys(FEWEST) as Kind[]).every((kind) => model[kind].size >= FEWEST[kind]);

function making(kind: Kind, weight: number, bodyOf: (number: number) => object & { status?: 'suspended' }): Operation {
  return {
    name: `make ${kind}`,
    weight,
    isPossible: ({ model }) => model[kind].size < LIMITS[kind],
    run: async ({ tenant, model, next }) => {
      const body: { status?: 'suspended' } = bodyOf(next());
      const answer = await tenant.api.post(`${tenant.path}/${kind}`, body);
      if (kind === 'users') model.users.set(idOf(answer), body.status ?? 'active');
      else if (kind === 'groups') model.groups.set(idOf(answer), new Map());
      else model.applications.set(idOf(answer), 'active');
      return { did: `made of ${kind}`, answer, allowed: [201] };
    },
  };
}

function removing(kind: Kind, weight: number): Operation {
  return {
    name: `remove ${kind}`,
    weight,
    isPossible: ({ model }) => model[kind].size > FEWEST[kind],
    run: async ({ tenant, model, random }) => {
      const id = random.of(model[kind].keys());
      const answer = await tenant.api.delete(`${tenant.path}/${kind}/${id}`);
      model.remove(id);
      return { did: `removed ${id} of ${kind}`, answer, allowed: [204] };
    },
  };
}

function changingStatus(kind: 'users' | 'applications', other: string, weight: number): Operation {
  return {
    name: `change the status of ${kind}`,
    weight,
    isPossible: ({ model }) => model[kind].size > 0,
    run: async ({ tenant, model, random }) => {
      const id = random.of(model[kind].keys());
      // Active ones are more than the others; a status that is there already is said now and then, too.
      const status = random.below(5) < 3 ? 'active' : other;
      const answer = await tenant.api.patch(`${tenant.path}/${kind}/${id}`, { status });
      (model[kind] as Map<string, string>).set(id, status);
      return { did: `made ${id} ${status}`, answer, allowed: [200] };
    },
  };
}

const addMembers: Operation = {
  name: 'add members',
  weight: 8,
  isPossible: enough,
  run: async ({ tenant, model, random }) => {
    const [group, users] = [random.of(model.groups.keys()), random.some(model.users.keys(), 6)];
    const answer = await tenant.api.post(`${tenant.path}/groups/${group}/members`, { user_ids: users });
    const members = model.groups.get(group)!;
    for (const user of users) if (isFree(members.get(user))) members.set(user, 'always');
    return { did: `added ${users.join(', ')} to ${group}`, answer, allowed: [200] };
  },
};

/** What is over is in nobody's way. */
const isFree = (holding: Holding | undefined): boolean => holding === undefined || holding === 'over';

function puttingMember(name: string, weight: number, holdings: readonly Holding[]): Operation {
  return {
    name,
    weight,
    isPossible: (world) => enough(world) && (world.hasBounds || holdings.length === 1),
    run: async ({ tenant, model, random }) => {
      const [group, user, holding] = [
        random.of(model.groups.keys()),
        random.of(model.users.keys()),
        random.of(holdings),
      ];
      const isBounded = holdings.length > 1;
      const body = isBounded ? BOUNDS[holding]() : undefined;
      const answer = await tenant.api.put(`${tenant.path}/groups/${group}/members/${user}`, body);
      const members = model.groups.get(group)!;
      const wasFree = isFree(members.get(user));
      if (isBounded || wasFree) members.set(user, holding);
      return { did: `put ${user} into ${group} ${holding}`, answer, allowed: [wasFree ? 201 : 200] };
    },
  };
}

const removeMember: Operation = {
  name: 'remove a member',
  weight: 8,
  isPossible: enough,
  run: async ({ tenant, model, random }) => {
    const group = random.of(model.groups.keys());
    const members = model.groups.get(group)!;
    const user = random.of(members.size > 0 && random.below(5) > 0 ? members.keys() : model.users.keys());
    const answer = await tenant.api.delete(`${tenant.path}/groups/${group}/members/${user}`);
    const held = members.get(user);
    members.delete(user);
    return { did: `took ${user} out of ${group}`, answer, allowed: goneStatus(held) };
  },
};

/** Whether what is over can still be taken away is not this test's question. */
const goneStatus = (held: Holding | undefined): number[] =>
  held === 'over' ? [204, 404] : [held === undefined ? 404 : 204];

const nestGroup: Operation = {
  name: 'nest a group',
  weight: 7,
  isPossible: enough,
  run: async ({ tenant, model, random }) => {
    const [parent, child] = [random.of(model.groups.keys()), random.of(model.groups.keys())];
    const answer = await tenant.api.put(`${tenant.path}/groups/${parent}/groups/${child}`);
    const children = model.nestings.get(parent) ?? new Set();
    const isCycle = model.inside(child).has(parent);
    const wasThere = children.has(child);
    if (!isCycle) model.nestings.set(parent, children.add(child));
    return { did: `put ${child} into ${parent}`, answer, allowed: [isCycle ? 409 : wasThere ? 200 : 201] };
  },
};

const unnestGroup: Operation = {
  name: 'take a group out',
  weight: 4,
  isPossible: enough,
  run: async ({ tenant, model, random }) => {
    const parent = random.of(model.nestings.size > 0 ? model.nestings.keys() : model.groups.keys());
    const children = model.nestings.get(parent) ?? new Set<string>();
    const child = random.of(children.size > 0 ? children : model.groups.keys());
    const answer = await tenant.api.delete(`${tenant.path}/groups/${parent}/groups/${child}`);
    return { did: `took ${child} out of ${parent}`, answer, allowed: [children.delete(child) ? 204 : 404] };
  },
};

/** An assignee and an application, as they come. */
function pairOf({ model, random }: ModelledTenant): { kind: 'user' | 'group'; assignee: string; application: string } {
  const kind = random.of(['user', 'group'] as const);
  const assignee = random.of(model[`${kind}s`].keys());
  return { kind, assignee, application: random.of(model.applications.keys()) };
}

const assignByPost: Operation = {
  name: 'assign by POST',
  weight: 5,
  isPossible: enough,
  run: async (world) => {
    const { tenant, model } = world;
    const { kind, assignee, application } = pairOf(world);
    const path = `${tenant.path}/${kind}s/${assignee}/applications`;
    const answer = await tenant.api.post(path, { application_id: application });
    const wasFree = isFree(model.assignment(application, assignee)?.holding);
    if (wasFree) model.assign(kind, assignee, application);
    return { did: `gave ${application} to ${assignee}`, answer, allowed: [wasFree ? 201 : 409] };
  },
};

const assignMany: Operation = {
  name: 'assign several',
  weight: 3,
  isPossible: enough,
  run: async (world) => {
    const { tenant, model, random } = world;
    const { kind, assignee } = pairOf(world);
    const applications = random.some(model.applications.keys(), 4);
    const path = `${tenant.path}/${kind}s/${assignee}/applications/bulk`;
    const answer = await tenant.api.post(path, { application_ids: applications });
    for (const application of applications) {
      if (isFree(model.assignment(application, assignee)?.holding)) model.assign(kind, assignee, application);
    }
    return { did: `gave ${applications.join(', ')} to ${assignee}`, answer, allowed: [201] };
  },
};

function puttingAssignment(name: string, weight: number, holdings: readonly Holding[]): Operation {
  return {
    name,
    weight,
    isPossible: (world) => enough(world) && (world.hasBounds || holdings.length === 1),
    run: async (world) => {
      const { tenant, model, random } = world;
      const { kind, assignee, application } = pairOf(world);
      const [holding, isBounded] = [random.of(holdings), holdings.length > 1];
      const path = `${tenant.path}/${kind}s/${assignee}/applications/${application}`;
      const answer = await tenant.api.put(path, isBounded ? BOUNDS[holding]() : undefined);
      const wasFree = isFree(model.assignment(application, assignee)?.holding);
      if (isBounded || wasFree) model.assign(kind, assignee, application, holding);
      return { did: `put ${application} to ${assignee} ${holding}`, answer, allowed: [wasFree ? 201 : 200] };
    },
  };
}

const unassign: Operation = {
  name: 'unassign',
  weight: 7,
  isPossible: enough,
  run: async (world) => {
    const { tenant, model } = world;
    const { kind, assignee, application } = pairOf(world);
    const held = model.assignment(application, assignee)?.holding;
    const answer = await tenant.api.delete(`${tenant.path}/${kind}s/${assignee}/applications/${application}`);
    model.unassign(application, assignee);
    return { did: `took ${application} from ${assignee}`, answer, allowed: goneStatus(held) };
  },
};

/** All that changes who may use what; a new way to change it takes its place here. */
export const OPERATIONS: readonly Operation[] = [
  making('users', 4, (number) => ({ user_name: `user ${number}`, ...(number % 5 === 0 && { status: 'suspended' }) })),
  making('groups', 3, (number) => ({ name: `group ${number}` })),
  making('applications', 2, (number) => ({ name: `application ${number}` })),
  removing('users', 1),
  removing('groups', 1),
  removing('applications', 1),
  changingStatus('users', 'suspended', 5),
  changingStatus('applications', 'disabled', 3),
  addMembers,
  puttingMember('put a member', 6, ['always']),
  puttingMember('put a member for a time', 5, ['always', 'now', 'later', 'over']),
  removeMember,
  nestGroup,
  unnestGroup,
  assignByPost,
  assignMany,
  puttingAssignment('put an assignment', 5, ['always']),
  puttingAssignment('put an assignment for a time', 4, ['always', 'now', 'later', 'over']),
  unassign,
];
