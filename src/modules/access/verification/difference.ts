/** Something that is kept beside the tables and is not what they make it. */
export interface Difference {
  /** What is wrong, such as `set_lacks_user`. */
  readonly kind: string;
  /** Whose it is: a group, an application, a role, or the tenant itself. */
  readonly owner: string;
  /** The user (of the closure: the group inside) that it is wrong about; null where there is none. */
  readonly subject: string | null;
  /** What stands there; empty where the kind says all. */
  readonly detail: string;
}

/** Some of them, and how many there are. */
export interface Differences {
  readonly found: readonly Difference[];
  readonly total: number;
}
