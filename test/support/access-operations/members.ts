import { ALWAYS, isFree, type Holding } from '../access-model.js';
import { changing, putting, type Place } from './holdings.js';
import { enough, type ModelledTenant, type Operation } from './operation.js';

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

function placeOf(world: ModelledTenant, { group, user }: { group: string; user: string }): Place {
  const members = world.model.groups.get(group)!;
  const set = (holding: Holding): void => void members.set(user, holding);
  return {
    url: `${urlOf(world, group)}/${user}`,
    name: `${user} in ${group}`,
    held: members.get(user),
    put: set,
    change: set,
  };
}

export const puttingMember = (name: string, weight: number, isBounded: boolean): Operation =>
  putting({ name, weight }, isBounded, (world) => {
    const { model, random } = world;
    return placeOf(world, { group: random.of(model.groups.keys()), user: random.of(model.users.keys()) });
  });

export const changeMember = changing({ name: 'change the bounds of a member', weight: 5 }, (world) =>
  placeOf(world, memberOf(world)),
);

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
