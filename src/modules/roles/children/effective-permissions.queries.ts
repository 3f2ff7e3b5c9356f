import { trailOf } from '../../../persistence/audit-statement.js';
import { batchStatement } from '../../../persistence/in-batches.js';
import { statement } from '../../../persistence/statement.js';

/**
 * Changes to what roles of a tenant give take turns: what a role gives is right only when it is derived from all that is
 * inside of it. The lock ends with the transaction. Values: tenant.
 */
export const LOCK_CHILDREN = statement(
  'roles.lock_children',
  `SELECT pg_advisory_xact_lock(hashtextextended('doorlist.role_children', hashtext($1::text)))`,
);

/** The roles around `start`, a list of ids, themselves included. By role_children_child. */
const around = (start: string): string => `
  WITH RECURSIVE up(id) AS (
    SELECT unnest(${start})
     UNION
    SELECT c.parent_id FROM up JOIN role_children c ON c.tenant_id = $1 AND c.child_id = up.id
  ) SELECT id FROM up`;

/**
 * Derives anew what these roles and all around them give: their own permissions first, then those of what is inside of
 * them, each once. Nothing is written where it is so already. By role_children_child and role_children_pkey.
 * Values: tenant, roles.
 */
export const DERIVE_EFFECTIVE = statement(
  'roles.derive_effective',
  `WITH RECURSIVE touched AS MATERIALIZED (SELECT id FROM (${around('$2::uuid[]')}) all_around),
   inside(id, part_id) AS (
     SELECT id, id FROM touched
      UNION
     SELECT inside.id, c.child_id FROM inside JOIN role_children c ON c.tenant_id = $1 AND c.parent_id = inside.part_id
   ), due AS (
     SELECT each.id, array_agg(each.permission ORDER BY each.is_inner, each.place, each.permission) AS permissions
       FROM (SELECT inside.id, given.permission, min(CASE WHEN inside.part_id = inside.id THEN 0 ELSE 1 END) AS is_inner,
                    min(CASE WHEN inside.part_id = inside.id THEN given.place END) AS place
               FROM inside JOIN roles r ON r.tenant_id = $1 AND r.id = inside.part_id
              CROSS JOIN LATERAL unnest(r.permissions) WITH ORDINALITY AS given(permission, place)
              GROUP BY inside.id, given.permission) each
      GROUP BY each.id
   )
   UPDATE roles r SET effective_permissions = coalesce(due.permissions, '{}')
     FROM touched LEFT JOIN due USING (id)
    WHERE r.tenant_id = $1 AND r.id = touched.id
      AND r.effective_permissions IS DISTINCT FROM coalesce(due.permissions, '{}')`,
);

/** Takes a role out of all nestings. Values: tenant, role. */
export const REMOVE_CHILDREN_OF = statement(
  'roles.remove_children_of',
  `DELETE FROM role_children WHERE tenant_id = $1 AND (parent_id = $2 OR child_id = $2)
   RETURNING parent_id, child_id, application_id, added_at`,
);

const CHILD_IN_TRAIL = ['parent_id', 'child_id', 'application_id', 'added_at'];

/** Takes the roles of an application out of each other, a batch at a time. Values: tenant, application, actor. */
export const REMOVE_CHILDREN_OF_APPLICATION = batchStatement(
  'roles.remove_children_of_application',
  (nextBatch) => `WITH gone AS (
     DELETE FROM role_children
      WHERE ${nextBatch('role_children', `tenant_id = $1 AND parent_id IN (SELECT id FROM roles WHERE tenant_id = $1 AND application_id = $2)`)}
     RETURNING *
   ), trail AS (
     ${trailOf({
       action: 'role_child.deleted',
       resourceType: 'role_child',
       resourceId: 'gone.child_id',
       before: `jsonb_build_object(${CHILD_IN_TRAIL.map((name) => `'${name}', gone.${name}`).join(', ')})`,
       from: 'gone',
       actor: '$3',
     })}
   )
   SELECT count(*)::int AS removed FROM gone`,
);
