import type { ValidityState } from '../../../kernel/validity.js';
import type { Nesting } from './group-ways.js';

/** Moments are as PostgreSQL writes them into JSON. */
interface Bounded {
  readonly valid_from: string | null;
  readonly valid_until: string | null;
  readonly state: ValidityState;
}

/** An assignment of the application to the user (`group_id` is null) or to a group that reaches the user. */
export interface AssignmentFact extends Bounded {
  readonly id: string;
  readonly group_id: string | null;
  readonly assigned_at: string;
  readonly assigned_by: string;
}

/** A membership of the user in a group from which a way leads up to an assigned one. */
export interface MembershipFact extends Bounded {
  readonly group_id: string;
  readonly added_at: string;
  /** Whether the group's rule has made it. */
  readonly by_rule: boolean;
}

interface NestingFact extends Nesting {
  readonly added_at: string;
}

/** All that ties one user to one application, whether it holds now or not. */
export interface AccessFacts {
  readonly assignments: readonly AssignmentFact[];
  readonly memberships: readonly MembershipFact[];
  /** All between the groups of `memberships` and those of `assignments`. */
  readonly nestings: readonly NestingFact[];
  /** Names by id of the groups on the way. */
  readonly group_names: Readonly<Record<string, string>>;
}
