/** A group directly inside another one, by what numbers them. */
export interface Edge {
  readonly parent: string;
  readonly child: string;
}

/**
 * Which of the new edges would close a cycle with the edges that are there and the good new ones before them, by their
 * places in `added`. What is on no cycle falls away first, in time that grows with the number of edges.
 */
export function cycleClosing(present: readonly Edge[], added: readonly Edge[]): number[] {
  const cyclic = nodesOnCycles([...present, ...added]);
  if (cyclic.size === 0) return [];
  const inside = ({ parent, child }: Edge): boolean => cyclic.has(parent) && cyclic.has(child);
  const below = new Map<string, string[]>();
  for (const edge of present.filter(inside)) put(below, edge.parent, edge.child);
  const closing: number[] = [];
  for (const [place, edge] of added.entries()) {
    if (!inside(edge)) continue;
    if (reaches(below, edge.child, edge.parent)) closing.push(place);
    else put(below, edge.parent, edge.child);
  }
  return closing;
}

/** The nodes that are left when those without edges in, and those without edges out, are taken away again and again. */
function nodesOnCycles(edges: readonly Edge[]): ReadonlySet<string> {
  const down = pruned(edges);
  const up = pruned(edges.filter((edge) => down.has(edge.parent) && down.has(edge.child)).map(turned));
  return up;
}

function turned({ parent, child }: Edge): Edge {
  return { parent: child, child: parent };
}

/** The nodes that are left when those that no edge leads into are taken away again and again (Kahn). */
function pruned(edges: readonly Edge[]): Set<string> {
  const [below, left] = [new Map<string, string[]>(), new Map<string, number>()];
  for (const { parent, child } of edges) {
    put(below, parent, child);
    left.set(parent, left.get(parent) ?? 0);
    left.set(child, (left.get(child) ?? 0) + 1);
  }
  const free = [...left].filter(([, count]) => count === 0).map(([node]) => node);
  for (let node = free.pop(); node !== undefined; node = free.pop()) {
    left.delete(node);
    for (const child of below.get(node) ?? []) {
      const count = (left.get(child) ?? 0) - 1;
      left.set(child, count);
      if (count === 0) free.push(child);
    }
  }
  return new Set(left.keys());
}

function reaches(below: ReadonlyMap<string, readonly string[]>, from: string, to: string): boolean {
  const [seen, pending] = [new Set([from]), [from]];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node === to) return true;
    for (const child of below.get(node) ?? []) {
      if (seen.has(child)) continue;
      seen.add(child);
      pending.push(child);
    }
  }
  return false;
}

function put(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
