/** One group directly inside of another, with the name of the inner one. */
export interface Step {
  readonly parent_id: string;
  readonly child_id: string;
  readonly child_name: string;
}

/** A shortest way down from one group to another, as the names of the groups after the first; null where there is none. */
export function shortestWay(steps: readonly Step[], from: string, to: string): string[] | null {
  const below = groupSteps(steps);
  const reached = new Map<string, string[]>([[from, []]]);
  const queue = [from];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const way = reached.get(next) ?? [];
    if (next === to) return way;
    for (const step of below.get(next) ?? []) {
      if (reached.has(step.child_id)) continue;
      reached.set(step.child_id, [...way, step.child_name]);
      queue.push(step.child_id);
    }
  }
  return null;
}

function groupSteps(steps: readonly Step[]): ReadonlyMap<string, Step[]> {
  const below = new Map<string, Step[]>();
  for (const step of steps) below.set(step.parent_id, [...(below.get(step.parent_id) ?? []), step]);
  return below;
}
