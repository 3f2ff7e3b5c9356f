/** A bound, seen from the moment of the test: there is none, or it is years away. */
export type Bound = 'none' | 'past' | 'future';

/** When something holds. */
export interface Holding {
  readonly from: Bound;
  readonly until: Bound;
}

export const ALWAYS: Holding = { from: 'none', until: 'none' };

/** An application given to a user or a group. */
export interface ModelAssignment {
  readonly application: string;
  readonly assignee: string;
  readonly kind: 'user' | 'group';
  /** Its place in the order in which assignments were made. */
  readonly order: number;
  readonly holding: Holding;
}

/** A line of effective-users, in short. */
export type EffectiveLine = readonly [user: string, type: 'direct' | 'group', via: string | null];

/** A line of a user's applications, in short. */
export type ApplicationLine = readonly [application: string, type: 'direct' | 'group', via: string | null];

const isOn = (holding: Holding | undefined): boolean =>
  holding !== undefined && holding.from !== 'future' && holding.until !== 'past';

/** What is over is in nobody's way. */
export const isFree = (holding: Holding | undefined): boolean => holding === undefined || holding.until === 'past';

/** Who may use what, by the rules alone: small, slow, and nothing kept that could be made from something else. */
export class AccessModel {
  /** In the order in which they were made. */
  readonly users = new Map<string, 'active' | 'suspended'>();
  /** The direct members of each group. */
  readonly groups = new Map<string, Map<string, Holding>>();
  /** The groups directly inside of each group that has any. */
  readonly nestings = new Map<string, Set<string>>();
  readonly applications = new Map<string, 'active' | 'disabled'>();
  #assignments: ModelAssignment[] = [];
  #assigned = 0;

  /** The assignment of an application to a user or group, if there is one. */
  assignment(application: string, assignee: string): ModelAssignment | undefined {
    return this.#assignments.find((each) => each.application === application && each.assignee === assignee);
  }

  /** All assignments of an application, whether they hold now or not. */
  assignmentsOf(application: string): ModelAssignment[] {
    return this.#assignments.filter((each) => each.application === application);
  }

  /** Assigns; what is there keeps its place in the order, unless it is over. */
  assign(kind: 'user' | 'group', assignee: string, application: string, holding: Holding = ALWAYS): void {
    const held = this.assignment(application, assignee);
    this.unassign(application, assignee);
    const order = held && !isFree(held.holding) ? held.order : (this.#assigned += 1);
    this.#assignments.push({ application, assignee, kind, order, holding });
    this.#assignments.sort((a, b) => a.order - b.order);
  }

  /** Gives an assignment other bounds; it keeps its place in the order even where it was over. */
  change(application: string, assignee: string, holding: Holding): void {
    this.#assignments = this.#assignments.map((each) =>
      each.application === application && each.assignee === assignee ? { ...each, holding } : each,
    );
  }

  unassign(application: string, assignee: string): void {
    this.#assignments = this.#assignments.filter(
      (each) => each.application !== application || each.assignee !== assignee,
    );
  }

  /** Puts the assignments in another order: `orderOf` gives each its place. */
  reorder(orderOf: (assignment: ModelAssignment) => number): void {
    this.#assignments = this.#assignments.map((each) => ({ ...each, order: orderOf(each) }));
    this.#assignments.sort((a, b) => a.order - b.order);
  }

  /** Removes a user, group or application and all that goes with it. */
  remove(id: string): void {
    this.users.delete(id);
    this.groups.delete(id);
    this.applications.delete(id);
    this.nestings.delete(id);
    for (const members of this.groups.values()) members.delete(id);
    for (const children of this.nestings.values()) children.delete(id);
    this.#assignments = this.#assignments.filter((each) => each.application !== id && each.assignee !== id);
  }

  /** The group and all groups inside of it. */
  inside(group: string): Set<string> {
    const found = new Set([group]);
    for (const each of found) for (const child of this.nestings.get(each) ?? []) found.add(child);
    return found;
  }

  /** Whether a user is in a group or anywhere inside of it, now. */
  isIn(user: string, group: string): boolean {
    return [...this.inside(group)].some((each) => isOn(this.groups.get(each)?.get(user)));
  }

  /** What effective-users must say, in the order in which the users were made. */
  effective(application: string, status: 'active' | 'any' = 'active'): EffectiveLine[] {
    if (this.applications.get(application) !== 'active') return [];
    const lines: EffectiveLine[] = [];
    for (const [user, its] of this.users) {
      if (status === 'active' && its !== 'active') continue;
      const reasons = this.#reasons(user).filter((each) => each.application === application);
      const direct = reasons.some((each) => each.kind === 'user');
      if (direct) lines.push([user, 'direct', null]);
      else if (reasons[0]) lines.push([user, 'group', reasons[0].assignee]);
    }
    return lines;
  }

  /** What a user's applications must say: a line an assignment that reaches the user, whatever may forbid its use. */
  applicationsOf(user: string): ApplicationLine[] {
    return this.#reasons(user).map(({ application, kind, assignee }) =>
      kind === 'user' ? [application, 'direct', null] : [application, 'group', assignee],
    );
  }

  #reasons(user: string): ModelAssignment[] {
    return this.#assignments.filter(
      ({ kind, assignee, holding }) =>
        isOn(holding) && (kind === 'user' ? assignee === user : this.isIn(user, assignee)),
    );
  }
}
