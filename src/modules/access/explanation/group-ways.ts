/** One group directly inside of another. */
export interface Nesting {
  readonly parent_id: string;
  readonly child_id: string;
}

/** All ways up from one group: how many, and how long they may be (bit n: there is one of n nestings). */
interface Ways {
  readonly count: bigint;
  readonly lengths: bigint;
}

/** The ways up from any group to the groups of one choice. */
export type WaysUp = (groupId: string) => Ways;

const NONE: Ways = { count: 0n, lengths: 0n };

/** Nestings as a graph without cycles, which the database keeps them. */
export class GroupGraph {
  readonly #above = new Map<string, string[]>();
  readonly #fromTheTop: readonly string[];

  constructor(nestings: readonly Nesting[]) {
    for (const { parent_id, child_id } of nestings) listIn(this.#above, child_id).push(parent_id);
    for (const parents of this.#above.values()) parents.sort();
    this.#fromTheTop = parentsFirst(nestings);
  }

  /** The groups that this one is directly inside of, in the order of their ids. */
  above(groupId: string): readonly string[] {
    return this.#above.get(groupId) ?? [];
  }

  /**
   * Counts the ways from every group to any of `ends`, the empty way from an end to itself included. A way more or less
   * costs nothing: a group's ways are those of the groups above it, one nesting longer.
   */
  waysTo(ends: ReadonlySet<string>): WaysUp {
    const ways = new Map<string, Ways>();
    const waysOf = (groupId: string): Ways => ways.get(groupId) ?? (ends.has(groupId) ? HERE : NONE);
    for (const groupId of this.#fromTheTop) {
      const longer = this.above(groupId).map((parent) => oneLonger(waysOf(parent)));
      ways.set(groupId, [ends.has(groupId) ? HERE : NONE, ...longer].reduce(sum));
    }
    return waysOf;
  }
}

const HERE: Ways = { count: 1n, lengths: 1n };

/** The ways to the groups of several choices that have no group in common. */
export function together(...choices: readonly WaysUp[]): WaysUp {
  return (groupId) => choices.map((waysOf) => waysOf(groupId)).reduce(sum, NONE);
}

/** A group to start from, and where the ways from there are to lead. */
export interface Start {
  readonly groupId: string;
  readonly waysUp: WaysUp;
}

/**
 * At most `most` ways from the starts up to their ends, each as the ids of its groups: the shortest first, those of one
 * length in the order of these ids. Only what is answered is walked: no step leads to a dead end.
 */
export function shortestWays(graph: GroupGraph, starts: readonly Start[], most: number): string[][] {
  const inOrder = starts.toSorted((left, right) => (left.groupId < right.groupId ? -1 : 1));
  const lengths = inOrder.reduce((all, { groupId, waysUp }) => all | waysUp(groupId).lengths, 0n);
  const found: string[][] = [];
  for (let length = 0; lengths >> BigInt(length) > 0n && found.length < most; length += 1) {
    for (const start of inOrder) found.push(...waysOfLength(graph, start, length, most - found.length));
  }
  return found;
}

/** A way that is not yet at its end, seen from its last group. */
interface Step {
  readonly groupId: string;
  readonly before: Step | null;
  readonly left: number;
}

function waysOfLength(graph: GroupGraph, start: Start, length: number, most: number): string[][] {
  const leads = (groupId: string, left: number): boolean => hasLength(start.waysUp(groupId), left);
  const found: string[][] = [];
  const steps: Step[] = leads(start.groupId, length) ? [{ groupId: start.groupId, before: null, left: length }] : [];
  for (let step = steps.pop(); step !== undefined && found.length < most; step = steps.pop()) {
    const { groupId, left } = step;
    if (left === 0) found.push(groupsOf(step));
    else {
      const next = graph.above(groupId).filter((parent) => leads(parent, left - 1));
      for (const parent of next.toReversed()) steps.push({ groupId: parent, before: step, left: left - 1 });
    }
  }
  return found;
}

function hasLength({ lengths }: Ways, length: number): boolean {
  return ((lengths >> BigInt(length)) & 1n) === 1n;
}

function groupsOf(last: Step): string[] {
  const ids: string[] = [];
  for (let step: Step | null = last; step !== null; step = step.before) ids.push(step.groupId);
  return ids.reverse();
}

function oneLonger({ count, lengths }: Ways): Ways {
  return { count, lengths: lengths << 1n };
}

function sum(left: Ways, right: Ways): Ways {
  return { count: left.count + right.count, lengths: left.lengths | right.lengths };
}

/** The groups of all nestings in an order in which each comes after all that it is inside of. */
function parentsFirst(nestings: readonly Nesting[]): string[] {
  const below = new Map<string, string[]>();
  const waiting = new Map<string, number>();
  for (const { parent_id, child_id } of nestings) {
    listIn(below, parent_id).push(child_id);
    waiting.set(parent_id, waiting.get(parent_id) ?? 0);
    waiting.set(child_id, (waiting.get(child_id) ?? 0) + 1);
  }
  const ready = [...waiting].filter(([, parents]) => parents === 0).map(([groupId]) => groupId);
  // Grows while it is walked.
  for (const groupId of ready) {
    for (const child of below.get(groupId) ?? []) {
      const left = (waiting.get(child) ?? 0) - 1;
      waiting.set(child, left);
      if (left === 0) ready.push(child);
    }
  }
  return ready;
}

function listIn(lists: Map<string, string[]>, key: string): string[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}
