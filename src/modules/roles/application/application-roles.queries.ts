import { statement } from '../../../persistence/statement.js';

/**
 * Every role of an application in the order in which they were made; one row without a role where it has none, no row
 * where there is no such application. By applications_pkey and roles_application_name_key. Values: tenant, application.
 */
export const ROLES_OF_APPLICATION = statement(
  'roles.of_application',
  `SELECT r.id, r.name, r.permissions, r.description, r.display_name AS "displayName"
     FROM applications p LEFT JOIN roles r
            ON r.tenant_id = $1 AND r.application_id = p.id AND r.entitlement_type = 'role'
    WHERE p.tenant_id = $1 AND p.id = $2
    ORDER BY r.id`,
);
