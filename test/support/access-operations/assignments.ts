import { ALWAYS, isFree, type ModelAssignment } from '../access-model.js';
import { HOLDINGS, anyPatch, boundsOf, enough, patched, type ModelledTenant, type Operation } from './operation.js';

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

/** `isBounded`: whether the request says for when. */
export function puttingAssignment(name: string, weight: number, isBounded: boolean): Operation {
  return {
    name,
    weight,
    isPossible: enough,
    run: async (world) => {
      const { tenant, model, random } = world;
      const pair = pairOf(world);
      const { kind, assignee, application } = pair;
      const holding = isBounded ? random.of(HOLDINGS) : ALWAYS;
      const body = isBounded ? boundsOf(holding) : undefined;
      const answer = await tenant.api.put(`${urlOf(world, pair)}/${application}`, body);
      const wasFree = isFree(model.assignment(application, assignee)?.holding);
      if (isBounded || wasFree) model.assign(kind, assignee, application, holding);
      const did = `put ${application} to ${assignee} ${JSON.stringify(body)}`;
      return { did, answer, status: wasFree ? 201 : 200 };
    },
  };
}

export const changeAssignment: Operation = {
  name: 'change the bounds of an assignment',
  weight: 5,
  isPossible: enough,
  run: async (world) => {
    const { tenant, model, random } = world;
    const pair = heldPairOf(world);
    const { assignee, application } = pair;
    const patch = anyPatch(random);
    const answer = await tenant.api.patch(`${urlOf(world, pair)}/${application}`, boundsOf(patch));
    const { status, after } = patched(model.assignment(application, assignee)?.holding, patch);
    if (after) model.change(application, assignee, after);
    const did = `gave ${application} of ${assignee} ${JSON.stringify(patch)}`;
    return { did, answer, status, ...(after && { body: { data: boundsOf(after) } }) };
  },
};

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
