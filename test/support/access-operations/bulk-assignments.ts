import { ALWAYS, isFree, type AccessModel, type Holding } from '../access-model.js';
import { anyHolding, anyOrNone, boundsOf, enough, type ModelledTenant, type Operation } from './operation.js';

interface Asked {
  readonly op: 'add' | 'remove';
  readonly kind: 'user' | 'group';
  readonly id: string;
  readonly holding: Holding;
}

type Outcome = 'created' | 'unchanged' | 'removed' | 'user_not_found' | 'group_not_found' | 'assignment_not_found';

const isFailure = (outcome: Outcome): boolean => outcome.endsWith('_not_found');

function anyOperation({ model, random }: ModelledTenant, application: string): Asked {
  const held = model.assignmentsOf(application);
  if (held.length > 0 && random.below(5) < 2) {
    const { kind, assignee: id } = random.of(held);
    return { op: 'remove', kind, id, holding: ALWAYS };
  }
  const kind = random.of(['user', 'group'] as const);
  const id = anyOrNone(random, model[`${kind}s`].keys());
  // Most have nothing that could be taken away.
  if (random.below(12) === 0) return { op: 'remove', kind, id, holding: ALWAYS };
  return { op: 'add', kind, id, holding: anyHolding(random) };
}

/** Up to eight operations, one for each assignee; now and then a repeat, or one that contradicts another. */
function anyOperations(world: ModelledTenant, application: string): { asked: Asked[]; isContradictory: boolean } {
  const { random } = world;
  const all = Array.from({ length: 1 + random.below(8) }, () => anyOperation(world, application));
  const asked = [...new Map(all.map((each) => [each.id, each])).values()];
  if (random.below(4) === 0) asked.push(random.of(asked));
  const isContradictory = random.below(15) === 0;
  if (isContradictory) {
    const other = random.of(asked);
    asked.push({ ...other, op: other.op === 'add' ? 'remove' : 'add', holding: ALWAYS });
  }
  return { asked, isContradictory };
}

function outcomeOf(model: AccessModel, application: string, { op, kind, id }: Asked): Outcome {
  const held = model.assignment(application, id);
  if (op === 'remove') return held ? 'removed' : 'assignment_not_found';
  if (!model[`${kind}s`].has(id)) return `${kind}_not_found`;
  return isFree(held?.holding) ? 'created' : 'unchanged';
}

/** Each operation with its outcome, in its place; a repeat changes nothing more. */
function outcomesOf(model: AccessModel, application: string, asked: readonly Asked[]): Outcome[] {
  return asked.map((operation, index) => {
    const outcome = outcomeOf(model, application, operation);
    const isRepeat = asked.findIndex(({ id }) => id === operation.id) < index;
    return isRepeat && !isFailure(outcome) ? 'unchanged' : outcome;
  });
}

/** Removals first, then users, then groups. */
function carryOut(
  model: AccessModel,
  application: string,
  asked: readonly Asked[],
  outcomes: readonly Outcome[],
): void {
  const having = (outcome: Outcome): Asked[] => asked.filter((_, index) => outcomes[index] === outcome);
  for (const { id } of having('removed')) model.unassign(application, id);
  for (const each of ['user', 'group'] as const) {
    const created = having('created').filter(({ kind }) => kind === each);
    for (const { id, holding } of created) model.assign(each, id, application, holding);
  }
}

function resultsOf(asked: readonly Asked[], outcomes: readonly Outcome[]): object {
  const results = asked.map(({ op, kind, id }, index) => {
    const outcome = outcomes[index]!;
    const done = isFailure(outcome) ? { outcome: 'failed', code: outcome } : { outcome, code: null };
    return { index, op, user_id: kind === 'user' ? id : null, group_id: kind === 'group' ? id : null, ...done };
  });
  const count = (outcome: string): number => results.filter((each) => each.outcome === outcome).length;
  const counts = { created: count('created'), removed: count('removed'), failed: count('failed') };
  return { data: { results, ...counts, unchanged: count('unchanged') } };
}

export const changeManyAssignments: Operation = {
  name: 'change many assignments of an application',
  weight: 8,
  isPossible: enough,
  run: async (world) => {
    const { tenant, model, random } = world;
    const application = random.of(model.applications.keys());
    const { asked, isContradictory } = anyOperations(world, application);
    const atomic = random.of([true, false, undefined]);
    const operations = asked.map(({ op, kind, id, holding }) => ({
      op,
      [`${kind}_id`]: id,
      ...(holding !== ALWAYS && boundsOf(holding)),
    }));
    const path = `${tenant.path}/applications/${application}/assignments/bulk`;
    const answer = await tenant.api.post(path, { operations, atomic });
    const did = `${application}, atomic ${atomic}: ${JSON.stringify(operations)}`;
    if (isContradictory) return { did, answer, status: 422, body: { code: 'validation_failed' } };
    const outcomes = outcomesOf(model, application, asked);
    if (atomic !== false && outcomes.some(isFailure)) {
      return { did, answer, status: 422, body: { code: 'operations_failed' } };
    }
    carryOut(model, application, asked, outcomes);
    return { did, answer, status: 200, body: resultsOf(asked, outcomes) };
  },
};
