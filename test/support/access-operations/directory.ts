import type { ApiAnswer } from '../api.js';
import { FEWEST, LIMITS, enough, type Kind, type Operation } from './operation.js';

const idOf = (answer: ApiAnswer): string => (answer.body as { data: { id: string } }).data.id;
export function making(
  kind: Kind,
  weight: number,
  bodyOf: (number: number) => object & { status?: 'suspended' },
): Operation {
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
      return { did: `made of ${kind}`, answer, status: 201 };
    },
  };
}

export function removing(kind: Kind, weight: number): Operation {
  return {
    name: `remove ${kind}`,
    weight,
    isPossible: ({ model }) => model[kind].size > FEWEST[kind],
    run: async ({ tenant, model, random }) => {
      const id = random.of(model[kind].keys());
      const answer = await tenant.api.delete(`${tenant.path}/${kind}/${id}`);
      model.remove(id);
      return { did: `removed ${id} of ${kind}`, answer, status: 204 };
    },
  };
}

export function changingStatus(kind: 'users' | 'applications', other: string, weight: number): Operation {
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
      return { did: `made ${id} ${status}`, answer, status: 200 };
    },
  };
}

export const nestGroup: Operation = {
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
    return { did: `put ${child} into ${parent}`, answer, status: isCycle ? 409 : wasThere ? 200 : 201 };
  },
};

export const unnestGroup: Operation = {
  name: 'take a group out',
  weight: 4,
  isPossible: enough,
  run: async ({ tenant, model, random }) => {
    const parent = random.of(model.nestings.size > 0 ? model.nestings.keys() : model.groups.keys());
    const children = model.nestings.get(parent) ?? new Set<string>();
    const child = random.of(children.size > 0 ? children : model.groups.keys());
    const answer = await tenant.api.delete(`${tenant.path}/groups/${parent}/groups/${child}`);
    return { did: `took ${child} out of ${parent}`, answer, status: children.delete(child) ? 204 : 404 };
  },
};
