import type { AccessPathGroupResponse, AccessPathResponse } from './dto/access-path.response.js';
import type { AccessFacts, AssignmentFact, MembershipFact } from './access-facts.js';
import type { ValidityState } from '../../../kernel/validity.js';
import { inOrder, lapsedBy, type Reason } from './access-reasons.js';
import { GroupGraph, shortestWays, together, type Start, type WaysUp } from './group-ways.js';

/** Some of the paths from a user to an application, and how many there are in all. */
export interface FoundPaths {
  readonly count: bigint;
  /** The shortest first, those of one length in the order of the ids of their groups. */
  readonly paths: readonly AccessPathResponse[];
}

const STATES = ['scheduled', 'valid', 'expired'] as const;

/**
 * The paths from one user to one application: a direct assignment is one, and so is every way from a group that holds the
 * user up to an assigned group. Their number may grow as 2 to the number of groups; they are counted, and never all made.
 */
export class AccessPaths {
  readonly #direct: AssignmentFact | undefined;
  readonly #assigned: ReadonlyMap<string, AssignmentFact>;
  readonly #memberships: ReadonlyMap<string, MembershipFact>;
  readonly #addedAt: ReadonlyMap<string, string>;
  readonly #graph: GroupGraph;
  readonly #ways: Readonly<Record<ValidityState, WaysUp>>;

  constructor(private readonly facts: AccessFacts) {
    const { assignments, memberships, nestings } = facts;
    this.#direct = assignments.find(({ group_id }) => group_id === null);
    this.#assigned = new Map(assignments.flatMap((each) => (each.group_id === null ? [] : [[each.group_id, each]])));
    this.#memberships = new Map(memberships.map((each) => [each.group_id, each]));
    this.#addedAt = new Map(nestings.map((each) => [nestingKey(each.child_id, each.parent_id), each.added_at]));
    this.#graph = new GroupGraph(nestings);
    this.#ways = {
      scheduled: this.#waysTo('scheduled'),
      valid: this.#waysTo('valid'),
      expired: this.#waysTo('expired'),
    };
  }

  /** The paths whose assignment and membership hold now; at most `most` of them are made. */
  holding(most: number): FoundPaths {
    const { valid } = this.#ways;
    return this.#found(
      this.#startsOf(({ state }) => (state === 'valid' ? valid : null)),
      (state) => state === 'valid',
      most,
    );
  }

  /** The paths whose assignment or membership holds at another time only. */
  lapsed(most: number): FoundPaths {
    const { scheduled, valid, expired } = this.#ways;
    const [elsewhen, anytime] = [together(scheduled, expired), together(scheduled, valid, expired)];
    const starts = this.#startsOf(({ state }) => (state === 'valid' ? elsewhen : anytime));
    return this.#found(starts, (state) => state !== 'valid', most);
  }

  /** Why the paths that do not hold now do not, of all of them, made or not; `no_assignment` where there is no path. */
  lapses(): Reason[] {
    const ofGroups = this.facts.memberships.flatMap(({ group_id, state }) =>
      STATES.filter((of) => this.#ways[of](group_id).count > 0n).map((of) => lapsedBy(of, state)),
    );
    const pairs = this.#direct ? [lapsedBy(this.#direct.state, 'valid'), ...ofGroups] : ofGroups;
    return pairs.length === 0 ? ['no_assignment'] : inOrder(pairs.flat());
  }

  #waysTo(state: ValidityState): WaysUp {
    const ends = [...this.#assigned.values()].filter((each) => each.state === state);
    return this.#graph.waysTo(new Set(ends.flatMap(({ group_id }) => group_id ?? [])));
  }

  #startsOf(waysUpOf: (membership: MembershipFact) => WaysUp | null): Start[] {
    return this.facts.memberships.flatMap((membership) => {
      const waysUp = waysUpOf(membership);
      return waysUp ? [{ groupId: membership.group_id, waysUp }] : [];
    });
  }

  #found(starts: readonly Start[], isAsked: (state: ValidityState) => boolean, most: number): FoundPaths {
    const direct = this.#direct && isAsked(this.#direct.state) ? [this.#pathOf(this.#direct, [])] : [];
    const counts = starts.map(({ groupId, waysUp }) => waysUp(groupId).count);
    const ways = shortestWays(this.#graph, starts, most - direct.length);
    return {
      count: counts.reduce((sum, count) => sum + count, BigInt(direct.length)),
      paths: [...direct, ...ways.map((groupIds) => this.#groupPath(groupIds))],
    };
  }

  #groupPath(groupIds: readonly string[]): AccessPathResponse {
    const assignment = this.#assigned.get(groupIds.at(-1) ?? '');
    if (!assignment) throw new Error('A way up ends at a group that the application is not assigned to.');
    return this.#pathOf(assignment, groupIds);
  }

  #pathOf(assignment: AssignmentFact, groupIds: readonly string[]): AccessPathResponse {
    const membership = this.#memberships.get(groupIds[0] ?? '');
    const reasons = lapsedBy(assignment.state, membership?.state ?? 'valid');
    return {
      effective: reasons.length === 0,
      assignment: {
        id: assignment.id,
        assignment_type: assignment.group_id === null ? 'direct' : 'group',
        assigned_at: moment(assignment.assigned_at),
        assigned_by: assignment.assigned_by,
        valid_from: momentOrNull(assignment.valid_from),
        valid_until: momentOrNull(assignment.valid_until),
      },
      via: groupIds.map((groupId, at) => this.#group(groupId, groupIds[at - 1])),
      reasons,
    };
  }

  /** A group of a path, with when the one before it, or the user, came into it. */
  #group(groupId: string, inner: string | undefined): AccessPathGroupResponse {
    const membership = inner === undefined ? this.#memberships.get(groupId) : undefined;
    const addedAt = membership?.added_at ?? this.#addedAt.get(nestingKey(inner ?? '', groupId)) ?? '';
    return {
      group_id: groupId,
      name: this.facts.group_names[groupId] ?? '',
      added_at: moment(addedAt),
      valid_from: momentOrNull(membership?.valid_from ?? null),
      valid_until: momentOrNull(membership?.valid_until ?? null),
      ...(membership?.by_rule ? { by_rule: true as const } : {}),
    };
  }
}

function nestingKey(childId: string, parentId: string): string {
  return `${childId} ${parentId}`;
}

function moment(text: string): Date {
  return new Date(text);
}

function momentOrNull(text: string | null): Date | null {
  return text === null ? null : moment(text);
}
