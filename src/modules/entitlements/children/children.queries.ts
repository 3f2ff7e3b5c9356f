import { statement } from '../../../persistence/statement.js';

/** Roles and permissions of an application, of those asked for. Values: tenant, application, ids. */
export const KNOWN_CHILDREN = statement(
  'entitlements.known_children',
  `SELECT id, name, effective_permissions FROM roles
    WHERE tenant_id = $1 AND application_id = $2 AND id = ANY ($3::uuid[]) ORDER BY id FOR KEY SHARE`,
);

/** All nestings below these roles. By role_children_pkey. Values: tenant, roles. */
export const STEPS_BELOW = statement(
  'entitlements.steps_below',
  `WITH RECURSIVE down(id) AS (
     SELECT unnest($2::uuid[])
      UNION
     SELECT c.child_id FROM down JOIN role_children c ON c.tenant_id = $1 AND c.parent_id = down.id
   )
   SELECT c.parent_id, c.child_id, r.name AS child_name
     FROM down JOIN role_children c ON c.tenant_id = $1 AND c.parent_id = down.id
     JOIN roles r ON r.tenant_id = $1 AND r.id = c.child_id`,
);

/** Answers those that were not there. Values: tenant, parent, application, children. */
export const ADD_CHILDREN = statement(
  'entitlements.add_children',
  `INSERT INTO role_children (tenant_id, parent_id, child_id, application_id)
   SELECT $1, $2, each.id, $3 FROM unnest($4::uuid[]) each(id) ORDER BY each.id
   ON CONFLICT (tenant_id, parent_id, child_id) DO NOTHING
   RETURNING parent_id, child_id, application_id, added_at`,
);

/** Answers those that were there. Values: tenant, parent, children. */
export const REMOVE_CHILDREN = statement(
  'entitlements.remove_children',
  `DELETE FROM role_children WHERE tenant_id = $1 AND parent_id = $2 AND child_id = ANY ($3::uuid[])
   RETURNING parent_id, child_id, application_id, added_at`,
);
