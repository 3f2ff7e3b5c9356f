import { performance } from 'node:perf_hooks';
import type { SequentialCaller, TimedRequest } from './requests.js';
import { PERMISSION } from './scale-data.js';
import { ENTITLEMENT_MEASURES } from './scale-entitlements.js';
import { RULE_MEASURES } from './scale-rules.js';
import { FEWEST, LONG_ENOUGH, WARM_UP, again, ofReaders, sample, type Measure } from './scale-sampling.js';

const PER_PAGE = 50;
/** Users assigned in one bulk call, where there are as many. */
const BULK = 1000;

interface PageBody {
  readonly pagination: { readonly total_items: number; readonly next_cursor: string | null };
}

const listOf = (application: string): string => `/applications/${application}/effective-users`;

async function pagesOf(caller: SequentialCaller, list: string): Promise<number> {
  const { body } = await caller.send({ method: 'GET', path: list });
  return Math.ceil((body as PageBody).pagination.total_items / PER_PAGE);
}

/** A page by its number: `part` of the way through the list. */
function pageAt(part: number, query = '', count = 100): Measure['run'] {
  return async (caller, data) => {
    const list = listOf(data.largeApplication);
    const pages = await pagesOf(caller, list);
    const page = Math.max(1, Math.ceil(pages * part));
    return [await again(caller, { method: 'GET', path: `${list}?page=${page}${query}` }, count)];
  };
}

/** Pages one after the other by their cursors, from the middle of the list on, and round again. */
function byCursor(query = '', count = 100): Measure['run'] {
  return async (caller, data) => {
    const list = listOf(data.largeApplication);
    const middle = Math.ceil((await pagesOf(caller, list)) / 2);
    const first = await caller.send({ method: 'GET', path: `${list}?page=${middle}${query}` });
    const begin = (first.body as PageBody).pagination.next_cursor;
    let cursor = begin;
    const taken = await sample(count, async () => {
      const path = `${list}?cursor=${encodeURIComponent(cursor ?? begin ?? '')}${query}`;
      const { milliseconds, body } = await caller.send({ method: 'GET', path });
      cursor = (body as PageBody).pagination.next_cursor;
      return milliseconds;
    });
    return [taken];
  };
}

/** A change and the one that takes it back, by turns. */
async function toAndFro(
  caller: SequentialCaller,
  pairs: readonly (readonly [TimedRequest, TimedRequest])[],
  warmUp: number,
): Promise<number[][]> {
  const taken: [number[], number[]] = [[], []];
  const until = performance.now() + LONG_ENOUGH;
  for (const [turn, pair] of pairs.entries()) {
    if (taken[0].length >= FEWEST && performance.now() > until) break;
    for (const side of [0, 1] as const) {
      const { milliseconds } = await caller.send(pair[side]);
      if (turn >= warmUp) taken[side].push(milliseconds);
    }
  }
  return taken;
}

const memberships: Measure['run'] = async (caller, { largestGroup, outsiders }) => {
  const users = Array.from({ length: 110 }, (_, turn) => outsiders[turn % outsiders.length] ?? '');
  const pathOf = (user: string): string => `/groups/${largestGroup}/members/${user}`;
  return toAndFro(
    caller,
    users.map((user) => [
      { method: 'PUT', path: pathOf(user) },
      { method: 'DELETE', path: pathOf(user) },
    ]),
    WARM_UP,
  );
};

const groupAssignments: Measure['run'] = async (caller, { largestGroup, writtenApplications }) => {
  const path = `/groups/${largestGroup}/applications`;
  return toAndFro(
    caller,
    writtenApplications.slice(0, 60).map((application) => [
      { method: 'POST', path, body: { application_id: application } },
      { method: 'DELETE', path: `${path}/${application}` },
    ]),
    WARM_UP,
  );
};

const nestings: Measure['run'] = async (caller, { trees }) => {
  const path = `/groups/${trees.bottom}/groups/${trees.top}`;
  const pair = [
    { method: 'PUT', path },
    { method: 'DELETE', path },
  ] as const;
  return toAndFro(caller, Array<typeof pair>(6).fill(pair), 1);
};

const bulk: Measure['run'] = async (caller, { writtenApplications, candidates }) => {
  const operations = candidates.slice(0, BULK).map((user) => ({ op: 'add', user_id: user }));
  const taken: number[] = [];
  for (const application of writtenApplications.slice(-6)) {
    const path = `/applications/${application}/assignments/bulk`;
    const request = { method: 'POST', path, body: { atomic: true, operations } } as const;
    const { status, text, milliseconds } = await caller.attempt(request);
    if (status === 404) return null;
    if (status < 200 || status > 299) throw new Error(`${path} answered ${status}: ${text}`);
    taken.push(milliseconds);
  }
  return [taken.slice(1)];
};

const FIRST_PAGE = 'Effective users, page 1';

/** In this order, the writes last. */
export const MEASURES: readonly Measure[] = [
  { names: [FIRST_PAGE], target: { below: 50 }, run: pageAt(0) },
  { names: ['Effective users, middle page'], run: pageAt(0.5) },
  { names: ['Effective users, last page'], target: { timesOf: FIRST_PAGE, factor: 1.5 }, run: pageAt(1) },
  { names: ['Effective users, by cursor'], run: byCursor() },
  { names: ['By user name, by cursor'], target: { below: 50 }, run: byCursor('&sort=user_name') },
  { names: ['By display name backwards, by cursor'], target: { below: 50 }, run: byCursor('&sort=-display_name') },
  { names: ['By user name, middle page'], run: pageAt(0.5, '&sort=user_name', 10) },
  { names: ['By time of assignment, middle page'], run: pageAt(0.5, '&sort=assigned_at', 30) },
  { names: ['Search among them'], run: pageAt(0, '&search=abc', 10) },
  {
    names: ['Typical application, page 1'],
    target: { below: 5 },
    run: async (caller, { typicalApplication }) => [
      await again(caller, { method: 'GET', path: listOf(typicalApplication) }, 200),
    ],
  },
  {
    names: ['Holders of a permission, page 1'],
    target: { below: 50 },
    run: async (caller, { largeApplication }) => {
      const path = `/applications/${largeApplication}/permissions/holders?permission=${encodeURIComponent(PERMISSION)}`;
      return [await again(caller, { method: 'GET', path }, 100)];
    },
  },
  {
    names: ["A user's permissions in an application"],
    run: ofReaders((user, { largeApplication }) => `/users/${user}/applications/${largeApplication}/permissions`),
  },
  ...ENTITLEMENT_MEASURES,
  { names: ["A user's applications"], run: ofReaders((user) => `/users/${user}/applications`) },
  {
    names: ['Whether and why a user can use it'],
    run: ofReaders((user, { largeApplication }) => `/users/${user}/applications/${largeApplication}/access`),
  },
  {
    names: ['Add a member to the largest group', 'Take a member out of the largest group'],
    target: { below: 5 },
    run: memberships,
  },
  { names: ['Assign the largest group', 'Unassign the largest group'], target: { below: 5 }, run: groupAssignments },
  {
    names: ['Nest a tree of 200 groups below 200', 'Take the tree out'],
    target: { below: 1000 },
    run: nestings,
  },
  { names: ['1,000 assignments in one call'], target: { below: 1000 }, run: bulk },
  ...RULE_MEASURES,
];
