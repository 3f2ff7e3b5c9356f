import { holdsNow } from '../users/index.js';

/** Whose assignments are meant, all of it SQL. */
interface Holding {
  readonly user: string;
  /** Narrows the assignments `a`. */
  readonly where?: string;
  /** Which memberships `m` count; those that hold now where it is left out. */
  readonly memberships?: string;
  /** Put before the names of the two tables, where a statement has several of them. */
  readonly prefix?: string;
}

/**
 * The role assignments that reach a user, directly and through every group around a membership, as the tables `reached`
 * (groups) and `held` of a WITH. From the user upwards, so that no member of a group is read: by group_members_user,
 * group_closure_up, role_assignments_of_user and role_assignments_of_group. $1: tenant.
 */
export function heldAssignments({ user, where = '', memberships = holdsNow('m'), prefix = '' }: Holding): string {
  return `${prefix}reached AS MATERIALIZED (
    SELECT DISTINCT up.ancestor_id AS group_id
      FROM memberships m JOIN group_closure up ON up.tenant_id = $1 AND up.descendant_id = m.group_id
     WHERE m.tenant_id = $1 AND m.user_id = ${user} AND ${memberships}
  ), ${prefix}held AS MATERIALIZED (
    SELECT a.* FROM role_assignments a WHERE a.tenant_id = $1 AND a.user_id = ${user} ${where}
     UNION ALL
    SELECT a.* FROM role_assignments a
     WHERE a.tenant_id = $1 AND a.group_id = ANY (ARRAY(SELECT r.group_id FROM ${prefix}reached r)) ${where}
  )`;
}
