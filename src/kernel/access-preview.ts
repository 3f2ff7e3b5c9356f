import type { AnyScope, TenantScope } from './scope.js';

/** Whose access a change may alter; whatever else it names is left as it is. Ids that are none are passed over. */
export interface AccessReach {
  /** Access to these applications. */
  readonly applications?: readonly string[];
  /** Access through these groups, and through every group around them. */
  readonly groups?: readonly string[];
  /** Access of these users to whatever they use. */
  readonly users?: readonly string[];
  /** Access to any application of the tenant. */
  readonly everything?: boolean;
  /** Nobody else's access changes; absent: anybody's may. */
  readonly onlyUsers?: readonly string[];
  /** The change makes a user; whatever it can use, it gains. Nothing else is looked at. */
  readonly createsUser?: boolean;
  /** A dynamic group of which is told who joins and who leaves it; null: the one that the change makes. */
  readonly membersOf?: string | null;
}

/** One user who gains or loses one application. */
export interface ChangedAccess {
  readonly user_id: string;
  readonly user_name: string;
  readonly application_id: string;
  readonly application_name: string;
}

/** One user who joins or leaves a dynamic group. */
export interface ChangedMember {
  readonly user_id: string;
  readonly user_name: string;
}

/** All of one side of a change. */
export interface ChangeSide<Item> {
  /** Exact. */
  readonly count: number;
  /** Some of them, by what is gained or lost and then by when the user was made. */
  readonly items: readonly Item[];
  /** Opens the next ones; null where these are the last. */
  readonly next_cursor: string | null;
}

/** Who would gain and who would lose what. */
export interface Change<Item> {
  readonly gained: ChangeSide<Item>;
  readonly lost: ChangeSide<Item>;
}

/** Who would join and who would leave a dynamic group. */
export interface MemberChange {
  readonly joined: ChangeSide<ChangedMember>;
  readonly left: ChangeSide<ChangedMember>;
}

/** The same, with who would join and leave a dynamic group where its rule changes. */
export interface AccessChange extends Change<ChangedAccess> {
  readonly members?: MemberChange;
}

/** What a change answers: the id of what it has made, where it has. */
export type RunChange = () => Promise<string | null>;

/** Whose transaction a change is made in, and the tenant that is looked at: the same, but for a change to the tenant itself. */
export interface PreviewScopes {
  readonly scope: AnyScope;
  readonly tenant: TenantScope;
}

/** Which part of the answer is asked for. */
export interface PreviewRequest {
  /** What the cursor is bound to: the change that it was answered for. */
  readonly change: unknown;
  readonly cursor: string | undefined;
}

/** Tells what a change would do to access, without doing it. */
export abstract class AccessPreview {
  /**
   * Runs `change` in a transaction of `scope` that is taken back, and compares who may use what in the tenant before and
   * after it. A change to the tenant itself has the platform's scope. Errors: those of the change itself, 400
   * `invalid_cursor`.
   */
  abstract of(
    scopes: PreviewScopes,
    reach: AccessReach,
    change: RunChange,
    request: PreviewRequest,
  ): Promise<AccessChange>;
}
