import { statement } from '../../../persistence/statement.js';
import { SET_KINDS, micros, setsStatement } from '../../access/index.js';

/**
 * A role with where it is held, no row where there is none. By roles_pkey or roles_built_in_key, and the index of
 * assignments by role. Values: tenant, id or null, name of a built-in role or null.
 */
export const ROLE_STATE = statement(
  'roles.preview_state',
  `SELECT r.id, r.level, r.application_id, r.effective_permissions AS permissions,
          ARRAY(SELECT DISTINCT a.scope_id FROM role_assignments a
                 WHERE a.tenant_id = $1 AND a.role_id = r.id) AS scope_ids
     FROM roles r
    WHERE r.tenant_id = $1 AND (r.id = $2::uuid OR r.built_in = $3::text)`,
);

/**
 * By which roles, in the order of their ids, each permission is held; no row where by none. By roles_application_name_key
 * or roles_name_key. Values: tenant, level, application or null, permissions.
 */
export const GIVEN_BY = statement(
  'roles.preview_given_by',
  `SELECT p.permission, array_agg(r.id ORDER BY r.id) AS role_ids
     FROM unnest($4::text[]) p(permission)
     JOIN roles r ON r.tenant_id = $1 AND r.level = $2::text AND r.application_id IS NOT DISTINCT FROM $3::uuid
                 AND r.effective_permissions && ARRAY[p.permission, '*']
    GROUP BY p.permission`,
);

/**
 * Who holds any of some roles in a scope: those of applications have their direct holders in stored sets, the others in
 * their assignments alone. By role_assignments_group_key and role_assignments_user_key.
 * Values: tenant, scope id, null, null, roles.
 */
export const HOLDERS_OF_ROLES = setsStatement({
  name: 'roles.preview_holders',
  tables: `
  door AS MATERIALIZED (
    SELECT true AS is_open
  ), holding AS MATERIALIZED (
    SELECT asked.id FROM unnest($5::uuid[]) asked(id)
  ), given AS MATERIALIZED (
    SELECT a.id, a.group_id, ${micros('a.assigned_at')} AS moment
      FROM holding
      JOIN role_assignments a
        ON a.tenant_id = $1 AND a.role_id = holding.id AND a.group_id IS NOT NULL AND a.scope_id = $2::uuid
  )`,
  directOwners: `SELECT holding.id AS owner_id FROM holding`,
  directForATime: `SELECT ${SET_KINDS.direct}, NULL, NULL, NULL, NULL, string_agg(int4send(a.user_ordinal), '')
       FROM holding
       JOIN role_assignments a
         ON a.tenant_id = $1 AND a.role_id = holding.id AND a.user_id IS NOT NULL AND a.scope_id = $2::uuid
      WHERE a.application_id IS NULL
     HAVING count(*) > 0`,
  directOf: '',
});

/** The names that go with changed permissions, in the order given. Values: tenant, level, scope ids, permissions, ordinals. */
export const NAMED_PERMISSIONS = statement(
  'roles.preview_named',
  `SELECT u.id AS user_id, u.user_name, changed.permission, $2::text AS level, changed.scope_id,
          CASE $2::text
            WHEN 'application' THEN (SELECT p.name FROM applications p WHERE p.tenant_id = $1 AND p.id = changed.scope_id)
            WHEN 'workspace' THEN (SELECT w.name FROM workspaces w WHERE w.tenant_id = $1 AND w.id = changed.scope_id)
            WHEN 'project' THEN (SELECT j.name FROM projects j WHERE j.tenant_id = $1 AND j.id = changed.scope_id)
            ELSE (SELECT t.name FROM tenants t WHERE t.id = $1)
          END AS scope_name
     FROM ROWS FROM (unnest($3::uuid[]), unnest($4::text[]), unnest($5::int[]))
          WITH ORDINALITY changed(scope_id, permission, ordinal, place)
     JOIN users u ON u.tenant_id = $1 AND u.ordinal = changed.ordinal
    ORDER BY changed.place`,
);
