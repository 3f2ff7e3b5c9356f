import { setTimeout } from 'node:timers/promises';
import { isFree, type AccessModel, type Holding } from '../access-model.js';
import type { ApiAnswer } from '../api.js';
import { announce, send } from '../transfer-steps.js';
import { anyHolding, anyOrNone, boundsOf, enough, type ModelledTenant, type Operation } from './operation.js';

/** What a line ties together: the ids by their columns. */
interface Line {
  readonly user_id?: string;
  readonly group_id?: string;
  readonly application_id?: string;
  readonly holding: Holding;
}

/** One kind of file. */
interface Tie {
  readonly columns: readonly (keyof Omit<Line, 'holding'>)[];
  readonly any: (world: ModelledTenant) => Omit<Line, 'holding'>;
  readonly held: (model: AccessModel, line: Line) => Holding | undefined;
  readonly write: (model: AccessModel, line: Line) => void;
}

const MEMBERSHIPS: Tie = {
  columns: ['group_id', 'user_id'],
  any: ({ model, random }) => ({
    group_id: anyOrNone(random, model.groups.keys()),
    user_id: anyOrNone(random, model.users.keys()),
  }),
  held: (model, { group_id: group = '', user_id: user = '' }) => model.groups.get(group)?.get(user),
  write: (model, { group_id: group = '', user_id: user = '', holding }) => model.groups.get(group)!.set(user, holding),
};

const ASSIGNMENTS: Tie = {
  columns: ['application_id', 'user_id', 'group_id'],
  any: ({ model, random }) => {
    const kind = random.of(['user', 'group'] as const);
    const assignee = anyOrNone(random, model[`${kind}s`].keys());
    return { application_id: anyOrNone(random, model.applications.keys()), [`${kind}_id`]: assignee };
  },
  held: (model, { application_id: application = '', user_id: user, group_id: group }) =>
    model.assignment(application, user ?? group ?? '')?.holding,
  write: (model, { application_id: application = '', user_id: user, group_id: group, holding }) =>
    user === undefined
      ? model.assign('group', group ?? '', application, holding)
      : model.assign('user', user, application, holding),
};

/** Sends a file; an instance that has enough to do is asked again, as it says. */
async function sent({ tenant }: ModelledTenant, kind: string, atomic: boolean, file: string): Promise<ApiAnswer> {
  const id = await announce(tenant, kind, { atomic });
  for (;;) {
    const answer = await send(tenant, id, file);
    if (answer.status !== 429) return answer;
    await setTimeout(10);
  }
}

/** What the file comes to, which is done in the model. */
function imported(model: AccessModel, { held, write, columns }: Tie, lines: readonly Line[], atomic: boolean): object {
  const known = new Set([...model.users.keys(), ...model.groups.keys(), ...model.applications.keys()]);
  const isGood = (line: Line): boolean => columns.every((name) => line[name] === undefined || known.has(line[name]));
  const good = lines.filter(isGood);
  const bad = lines.length - good.length;
  if (atomic && bad > 0) {
    return { state: 'failed', lines_read: lines.length, lines_written: 0, lines_unchanged: 0, lines_bad: bad };
  }
  // Of lines for the same pair the first counts.
  const written = good.filter((line, place) => {
    const isSame = (other: Line): boolean => columns.every((name) => other[name] === line[name]);
    return good.findIndex(isSame) === place && isFree(held(model, line));
  });
  for (const line of written) write(model, line);
  const unchanged = good.length - written.length;
  const counts = { lines_read: lines.length, lines_written: written.length, lines_unchanged: unchanged };
  return { state: 'succeeded', ...counts, lines_bad: bad };
}

/** A file of up to five lines, perhaps with a repeat. */
function importing(kind: string, weight: number, tie: Tie): Operation {
  return {
    name: `import ${kind}`,
    weight,
    isPossible: enough,
    run: async (world) => {
      const { model, random } = world;
      const lines = Array.from({ length: 1 + random.below(5) }, (): Line => {
        return { ...tie.any(world), holding: anyHolding(random) };
      });
      if (random.below(4) === 0) lines.push({ ...random.of(lines), holding: anyHolding(random) });
      const rows = lines.map((line) => {
        const { valid_from: from, valid_until: until } = boundsOf(line.holding);
        return [...tie.columns.map((name) => line[name]), from, until].map((value) => value ?? '').join(',');
      });
      const file = [[...tie.columns, 'valid_from', 'valid_until'].join(','), ...rows, ''].join('\n');
      const atomic = random.below(2) === 0;
      const answer = await sent(world, kind, atomic, file);
      const body = { data: imported(model, tie, lines, atomic) };
      return { did: `atomic ${atomic}:\n${file}`, answer, status: 200, body };
    },
  };
}

export const importMemberships = importing('memberships', 1, MEMBERSHIPS);
export const importAssignments = importing('assignments', 1, ASSIGNMENTS);
