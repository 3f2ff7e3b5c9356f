import { isFree, type ModelAssignment } from '../access-model.js';
import { changing, putting, type Place } from './holdings.js';
import { enough, type ModelledTenant, type Operation } from './operation.js';

type Pair = Pick<ModelAssignment, 'kind' | 'assignee' | 'application'>;

/** An assignee and an application, as they come. */
function pairOf({ model, random }: ModelledTenant): Pair {
  const kind = random.of(['user', 'group'] as const);
  const assignee = random.of(model[`${kind}s`].keys());
  return { kind, assignee, application: random.of(model.applications.keys()) };
}

/** Mostly one that is assigned. */
function heldPairOf(world: ModelledTenant): Pair {
  const pair = pairOf(world);
  const held = world.model.assignmentsOf(pair.application);
  return held.length > 0 && world.random.below(5) > 0 ? world.random.of(held) : pair;
}

const urlOf = ({ tenant }: ModelledTenant, { kind, assignee }: Pick<Pair, 'kind' | 'assignee'>): string =>
  `${tenant.path}/${kind}s/${assignee}/applications`;

export const assignByPost: Operation = {
  name: 'assign by POST',
  weight: 5,
  isPossible: enough,
  run: async (world) => {
    const { tenant, model } = world;
    const pair = pairOf(world);
    const { kind, assignee, application } = pair;
    const answer = await tenant.api.post(urlOf(world, pair), { application_id: application });
    const wasFree = isFree(model.assignment(application, assignee)?.holding);
    if (wasFree) model.assign(kind, assignee, application);
    return { did: `gave ${application} to ${assignee}`, answer, status: wasFree ? 201 : 409 };
  },
};

export const assignMany: Operation = {
  name: 'assign several',
  weight: 3,
  isPossible: enough,
  run: async (world) => {
    const { tenant, model, random } = world;
    const pair = pairOf(world);
    const { kind, assignee } = pair;
    const applications = random.some(model.applications.keys(), 4);
    const answer = await tenant.api.post(`${urlOf(world, pair)}/bulk`, { application_ids: applications });
    for (const application of applications) {
      if (isFree(model.assignment(application, assignee)?.holding)) model.assign(kind, assignee, application);
    }
    return { did: `gave ${applications.join(', ')} to ${assignee}`, answer, status: 201 };
  },
};

function placeOf(world: ModelledTenant, pair: Pair): Place {
  const { kind, assignee, application } = pair;
  const { model } = world;
  return {
    url: `${urlOf(world, pair)}/${application}`,
    name: `${application} of ${assignee}`,
    held: model.assignment(application, assignee)?.holding,
    put: (holding) => model.assign(kind, assignee, application, holding),
    change: (holding) => model.change(application, assignee, holding),
  };
}

export const puttingAssignment = (name: string, weight: number, isBounded: boolean): Operation =>
  putting({ name, weight }, isBounded, (world) => placeOf(world, pairOf(world)));

export const changeAssignment = changing({ name: 'change the bounds of an assignment', weight: 5 }, (world) =>
  placeOf(world, heldPairOf(world)),
);

export const unassign: Operation = {
  name: 'unassign',
  weight: 7,
  isPossible: enough,
  run: async (world) => {
    const { tenant, model, random } = world;
    const pair = random.below(2) === 0 ? pairOf(world) : heldPairOf(world);
    const { assignee, application } = pair;
    const wasThere = model.assignment(application, assignee) !== undefined;
    const answer = await tenant.api.delete(`${urlOf(world, pair)}/${application}`);
    model.unassign(application, assignee);
    return { did: `took ${application} from ${assignee}`, answer, status: wasThere ? 204 : 404 };
  },
};
