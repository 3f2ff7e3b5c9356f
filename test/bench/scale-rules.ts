import type { SequentialCaller, TimedRequest } from './requests.js';
import type { Measure } from './scale-sampling.js';

/** Rules of the tenant while one user is changed. */
const RULES = 1000;
/** A rule for some four thousand of a million users, and another one. */
const [FEW, OTHERS] = ['user_name sw "ab"', 'user_name sw "cd"'];
const [ALL, NOBODY] = ['created_at gt "2000-01-01T00:00:00Z"', 'external_id eq "nobody"'];

const body = (name: string, rule: string): object => ({ name, kind: 'dynamic', rule });
const ofDepartment = (at: number): string => `attributes.department eq "Department ${at}"`;

async function made(caller: SequentialCaller, name: string, rule: string): Promise<string> {
  const answer = await caller.send({ method: 'POST', path: '/groups', body: body(name, rule) });
  return (answer.body as { data: { id: string } }).data.id;
}

/** How long each takes, some of which come first and do not count. */
async function times(caller: SequentialCaller, requests: readonly TimedRequest[], warmUp: number): Promise<number[]> {
  const taken: number[] = [];
  for (const request of requests) taken.push((await caller.send(request)).milliseconds);
  return taken.slice(warmUp);
}

/** One rule after the other for one group, round and round; the group is then deleted. */
function changes(name: string, rules: readonly string[], rounds: number): Measure['run'] {
  return async (caller) => {
    const path = `/groups/${await made(caller, name, rules.at(-1) ?? ALL)}`;
    const taken: number[][] = rules.map(() => []);
    for (let round = 0; round < rounds; round += 1) {
      for (const [at, rule] of rules.entries()) {
        taken[at]?.push((await caller.send({ method: 'PATCH', path, body: { rule } })).milliseconds);
      }
    }
    await caller.send({ method: 'DELETE', path });
    return taken;
  };
}

/** What readers wait for while a rule takes all users in. */
const meanwhile: Measure['run'] = async (caller, { readers }) => {
  const path = `/groups/${await made(caller, 'Meanwhile', NOBODY)}`;
  const other = caller.another();
  const progress = { done: false };
  const change = other.send({ method: 'PATCH', path, body: { rule: ALL } }).finally(() => {
    progress.done = true;
  });
  const taken: number[] = [];
  for (let at = 0; !progress.done; at += 1) {
    const read = { method: 'GET', path: `/users/${readers[at % readers.length] ?? ''}/applications` } as const;
    taken.push((await caller.send(read)).milliseconds);
  }
  await change;
  await caller.send({ method: 'DELETE', path });
  other.close();
  return [taken];
};

/** One user from one of many rules to another; the tenant is left with the rules. */
const oneUser: Measure['run'] = async (caller, { outsiders }) => {
  for (let at = 0; at < RULES; at += 1) await made(caller, `Department ${at}`, ofDepartment(at));
  const path = `/users/${outsiders[0] ?? ''}`;
  const requests = Array.from({ length: 60 }, (_, turn): TimedRequest => {
    return { method: 'PATCH', path, body: { attributes: { department: `Department ${turn}` } } };
  });
  return [await times(caller, requests, 10)];
};

/** The last of all: what they leave behind would cost the others something. */
export const RULE_MEASURES: readonly Measure[] = [
  {
    names: ['A rule of a few thousand to another'],
    run: async (caller, data) => {
      const taken = (await changes('Few', [FEW, OTHERS], 5)(caller, data)) ?? [];
      return [taken.flat()];
    },
  },
  {
    names: ['A rule of nobody to one of all', 'And back'],
    target: { below: 10_000 },
    run: changes('All', [ALL, NOBODY], 2),
  },
  { names: ["A user's applications, while a rule takes all in"], run: meanwhile },
  {
    names: ['Preview of a rule of all'],
    run: async (caller) => {
      const request = { method: 'POST', path: '/groups/preview', body: { rule: ALL } } as const;
      return [
        await times(
          caller,
          Array.from({ length: 4 }, () => request),
          1,
        ),
      ];
    },
  },
  { names: [`Change a user, with ${RULES.toLocaleString('en')} rules`], target: { below: 5 }, run: oneUser },
];
