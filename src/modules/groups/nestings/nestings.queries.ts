import { statement } from '../../../persistence/statement.js';

/**
 * Changes to the nestings of a tenant take turns: a closure is right only when it is derived from all nestings. The lock
 * ends with the transaction. Values: tenant.
 */
export const LOCK_NESTINGS = statement(
  'groups.lock_nestings',
  `SELECT pg_advisory_xact_lock(hashtextextended('doorlist.nestings', hashtext($1::text)))`,
);

/** The nestings on any way from `child` down to `parent`; none where there is no way. Values: tenant, child, parent. */
export const NESTINGS_BETWEEN = statement(
  'groups.nestings_between',
  `SELECT n.parent_id, n.child_id, g.name AS child_name
     FROM group_nestings n
     JOIN group_closure down ON down.tenant_id = $1 AND down.ancestor_id = $2 AND down.descendant_id = n.parent_id
     JOIN group_closure up ON up.tenant_id = $1 AND up.ancestor_id = n.child_id AND up.descendant_id = $3
     JOIN groups g ON g.tenant_id = $1 AND g.id = n.child_id
    WHERE n.tenant_id = $1`,
);

/** Values: tenant, parent, child. */
export const ADD_NESTING = statement(
  'groups.add_nesting',
  `INSERT INTO group_nestings (tenant_id, parent_id, child_id) VALUES ($1, $2, $3)
   ON CONFLICT (tenant_id, parent_id, child_id) DO NOTHING
   RETURNING parent_id, child_id, added_at`,
);

/** Values: tenant, parent, child. */
export const READ_NESTING = statement(
  'groups.read_nesting',
  `SELECT parent_id, child_id, added_at FROM group_nestings WHERE tenant_id = $1 AND parent_id = $2 AND child_id = $3`,
);

/** Values: tenant, parent, child. */
export const REMOVE_NESTING = statement(
  'groups.remove_nesting',
  `DELETE FROM group_nestings WHERE tenant_id = $1 AND parent_id = $2 AND child_id = $3
   RETURNING parent_id, child_id, added_at`,
);

/** Takes a group out of all nestings. Values: tenant, group. */
export const REMOVE_NESTINGS_OF = statement(
  'groups.remove_nestings_of',
  `DELETE FROM group_nestings WHERE tenant_id = $1 AND (parent_id = $2 OR child_id = $2)
   RETURNING parent_id, child_id, added_at`,
);

/** Every group is its own ancestor. Values: tenant, group. */
export const CLOSE_NEW_GROUP = statement(
  'groups.close_new_group',
  `INSERT INTO group_closure (tenant_id, ancestor_id, descendant_id) VALUES ($1, $2, $2)`,
);

/**
 * After a nesting was added: all above the parent now hold all below the child. Others wait (LOCK_NESTINGS), so what is
 * not there yet stays so. Values: tenant, parent, child.
 */
export const CLOSE_ADDED = statement(
  'groups.close_added',
  `INSERT INTO group_closure (tenant_id, ancestor_id, descendant_id)
   SELECT above.tenant_id, above.ancestor_id, below.descendant_id
     FROM group_closure above, group_closure below
    WHERE above.tenant_id = $1 AND above.descendant_id = $2 AND below.tenant_id = $1 AND below.ancestor_id = $3
      AND NOT EXISTS (SELECT FROM group_closure held
                       WHERE held.tenant_id = $1 AND held.ancestor_id = above.ancestor_id
                         AND held.descendant_id = below.descendant_id)`,
);

/** All above and all below a group, itself included. Values: tenant, upper group, lower group. */
export const AROUND = statement(
  'groups.around',
  `SELECT ARRAY(SELECT ancestor_id FROM group_closure WHERE tenant_id = $1 AND descendant_id = $2) AS above,
          ARRAY(SELECT descendant_id FROM group_closure WHERE tenant_id = $1 AND ancestor_id = $3) AS below`,
);

/** Forgets who of `above` holds whom of `below`. Values: tenant, above, below. */
export const OPEN_AROUND = statement(
  'groups.open_around',
  `DELETE FROM group_closure
    WHERE tenant_id = $1 AND ancestor_id = ANY ($2::uuid[]) AND descendant_id = ANY ($3::uuid[])
      AND ancestor_id <> descendant_id`,
);

/** Derives it again from the nestings that are left. Values: tenant, above, below. */
export const CLOSE_AROUND = statement(
  'groups.close_around',
  `INSERT INTO group_closure (tenant_id, ancestor_id, descendant_id)
   SELECT $1, derived.ancestor_id, derived.descendant_id FROM (
     WITH RECURSIVE inside(ancestor_id, descendant_id) AS (
       SELECT parent_id, child_id FROM group_nestings WHERE tenant_id = $1 AND parent_id = ANY ($2::uuid[])
       UNION
       SELECT inside.ancestor_id, n.child_id
         FROM inside JOIN group_nestings n ON n.tenant_id = $1 AND n.parent_id = inside.descendant_id
     ) SELECT ancestor_id, descendant_id FROM inside WHERE descendant_id = ANY ($3::uuid[])
   ) derived
   ON CONFLICT (tenant_id, ancestor_id, descendant_id) DO NOTHING`,
);
