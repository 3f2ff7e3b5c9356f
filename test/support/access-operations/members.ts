import { ALWAYS, isFree } from '../access-model.js';
import { HOLDINGS, anyPatch, boundsOf, enough, patched, type ModelledTenant, type Operation } from './operation.js';

const urlOf = ({ tenant }: ModelledTenant, group: string): string => `${tenant.path}/groups/${group}/members`;

/** A group and mostly one of its members, else any user. */
function memberOf({ model, random }: ModelledTenant): { group: string; user: string } {
  const group = random.of(model.groups.keys());
  const members = model.groups.get(group)!;
  return { group, user: random.of(members.size > 0 && random.below(5) > 0 ? members.keys() : model.users.keys()) };
}

export const addMembers: Operation = {
  name: 'add members',
  weight: 8,
  isPossible: enough,
  run: async (world) => {
    const { tenant, model, random } = world;
    const [group, users] = [random.of(model.groups.keys()), random.some(model.users.keys(), 6)];
    const answer = await tenant.api.post(urlOf(world, group), { user_ids: users });
    const members = model.groups.get(group)!;
    for (const user of users) if (isFree(members.get(user))) members.set(user, ALWAYS);
    return { did: `added ${users.join(', ')} to ${group}`, answer, status: 200 };
  },
};

/** `isBounded`: whether the request says for when. */
export function puttingMember(name: string, weight: number, isBounded: boolean): Operation {
  return {
    name,
    weight,
    isPossible: enough,
    run: async (world) => {
      const { tenant, model, random } = world;
      const [group, user] = [random.of(model.groups.keys()), random.of(model.users.keys())];
      const holding = isBounded ? random.of(HOLDINGS) : ALWAYS;
      const body = isBounded ? boundsOf(holding) : undefined;
      const answer = await tenant.api.put(`${urlOf(world, group)}/${user}`, body);
      const members = model.groups.get(group)!;
      const wasFree = isFree(members.get(user));
      if (isBounded || wasFree) members.set(user, holding);
      return { did: `put ${user} into ${group} ${JSON.stringify(body)}`, answer, status: wasFree ? 201 : 200 };
    },
  };
}

export const changeMember: Operation = {
  name: 'change the bounds of a member',
  weight: 5,
  isPossible: enough,
  run: async (world) => {
    const { tenant, model, random } = world;
    const { group, user } = memberOf(world);
    const patch = anyPatch(random);
    const answer = await tenant.api.patch(`${urlOf(world, group)}/${user}`, boundsOf(patch));
    const members = model.groups.get(group)!;
    const { status, after } = patched(members.get(user), patch);
    if (after) members.set(user, after);
    const did = `gave ${user} in ${group} ${JSON.stringify(patch)}`;
    return { did, answer, status, ...(after && { body: { data: boundsOf(after) } }) };
  },
};

export const removeMember: Operation = {
  name: 'remove a member',
  weight: 8,
  isPossible: enough,
  run: async (world) => {
    const { tenant, model } = world;
    const { group, user } = memberOf(world);
    const answer = await tenant.api.delete(`${urlOf(world, group)}/${user}`);
    const wasThere = model.groups.get(group)!.delete(user);
    return { did: `took ${user} out of ${group}`, answer, status: wasThere ? 204 : 404 };
  },
};
