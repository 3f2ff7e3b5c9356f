import { GroupGraph, shortestWays } from '../../access/index.js';
import type { EntitlementPathGroup } from '../dto/assignment.responses.js';

/** The groups between users and the groups that hold entitlements. */
export interface GroupFacts {
  readonly nestings: readonly { readonly parent_id: string; readonly child_id: string }[];
  readonly names: Readonly<Record<string, string>>;
}

type WaysUp = ReturnType<GroupGraph['waysTo']>;

/** Finds the shortest ways from groups up to others; the facts are those of one answer. */
export class GroupPaths {
  readonly #graph: GroupGraph;
  readonly #waysTo = new Map<string, WaysUp>();

  constructor(private readonly facts: GroupFacts) {
    this.#graph = new GroupGraph(facts.nestings);
  }

  /**
   * The shortest way from any of the groups up to another, both ends included, of several the first by the ids of its
   * groups; by way of `through`, where it is named.
   */
  from(starts: readonly string[], to: string, through: string | undefined): EntitlementPathGroup[] {
    const ids =
      through === undefined
        ? this.#shortest(starts, to)
        : [...this.#shortest(starts, through), ...this.#shortest([through], to).slice(1)];
    return ids.map((code) => ({ code, name: this.facts.names[code] ?? '' }));
  }

  #shortest(starts: readonly string[], to: string): string[] {
    const waysUp = this.#waysTo.get(to) ?? this.#graph.waysTo(new Set([to]));
    this.#waysTo.set(to, waysUp);
    const from = starts.map((groupId) => ({ groupId, waysUp }));
    return shortestWays(this.#graph, from, 1)[0] ?? [];
  }
}
