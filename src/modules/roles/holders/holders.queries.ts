import { explainedStatement, micros, setsStatement, type Reach } from '../../access/index.js';

/**
 * The roles of an application that give a permission, itself or as `*` or by what is inside of them, and who holds them; `permission` is a parameter.
 * Whether the application is open does not matter. By roles_application_name_key, role_assignments_group_key and
 * role_assignments_user_key.
 */
function holding(permission: string): Reach {
  return {
    name: 'roles.holders',
    tables: `
  door AS MATERIALIZED (
    SELECT true AS is_open FROM applications p WHERE p.tenant_id = $1 AND p.id = $2
  ), holding AS MATERIALIZED (
    SELECT r.id FROM roles r
     WHERE r.tenant_id = $1 AND r.application_id = $2 AND r.effective_permissions && ARRAY[${permission}::text, '*']
  ), given AS MATERIALIZED (
    SELECT a.id, a.group_id, ${micros('a.assigned_at')} AS moment, a.role_id
      FROM holding JOIN role_assignments a ON a.tenant_id = $1 AND a.role_id = holding.id AND a.group_id IS NOT NULL
  )`,
    directOwners: `SELECT holding.id AS owner_id FROM holding`,
    directOf: `SELECT ${micros('a.assigned_at')} AS moment, a.role_id
         FROM holding JOIN role_assignments a ON a.tenant_id = $1 AND a.role_id = holding.id AND a.user_id = u.id
        ORDER BY a.assigned_at, a.id LIMIT 1`,
  };
}

/** Values: tenant, application, group that it must come through or null, chunks or null, permission. */
export const HOLDER_SETS = setsStatement(holding('$5'));

/** With the role that a row shows. Values: tenant, application, ordinals, permission. */
export const EXPLAINED_HOLDERS = explainedStatement(
  holding('$4'),
  ', CASE WHEN direct.moment IS NULL THEN via.role_id ELSE direct.role_id END AS role_id',
);
