import { statement } from '../../../persistence/statement.js';

/** Roles that one statement reads: with the most and longest permissions that roles can have it is about 10 MB. */
export const BATCH = 50;

/**
 * The next batch of the roles of an application in the order of their ids, which is that in which they were made; one row
 * without a role where there are no more, no row where there is no such application. By applications_pkey and
 * roles_application_key. Values: tenant, application, the last id of the batch before.
 */
export const ROLES_OF_APPLICATION = statement(
  'roles.of_application',
  `SELECT r.id, r.name, r.permissions, r.description, r.display_name AS "displayName"
     FROM applications p LEFT JOIN LATERAL (
            SELECT * FROM roles
             WHERE tenant_id = $1 AND application_id = $2 AND entitlement_type = 'role' AND id > $3
             ORDER BY id LIMIT ${BATCH}) r ON true
    WHERE p.tenant_id = $1 AND p.id = $2
    ORDER BY r.id`,
);
