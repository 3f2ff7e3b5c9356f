import { statement } from '../../../persistence/statement.js';
import { RIGHTS_OF_ROLE } from './rights.queries.js';

/**
 * An assignment of an entitlement to a user or a group, with its rights and the values it has of them. By
 * role_assignments_pkey. Values: tenant, assignment.
 */
export const FIND_RIGHTS = statement(
  'entitlements.find_assignment_rights',
  `SELECT a.id, a.role_id, a.application_id, a.user_id, a.group_id, ${RIGHTS_OF_ROLE} AS rights,
          (SELECT coalesce(json_agg(json_build_object('right_name', v.right_name, 'value', v.value)
                                    ORDER BY v.right_name, v.value), '[]')
             FROM assignment_right_values v WHERE v.tenant_id = $1 AND v.assignment_id = a.id) AS right_values
     FROM role_assignments a JOIN roles r ON r.tenant_id = $1 AND r.id = a.role_id
    WHERE a.tenant_id = $1 AND a.id = $2 AND a.level = 'application' AND num_nonnulls(a.user_id, a.group_id) = 1`,
);

/**
 * Holds an assignment and the rights of its entitlement until the transaction ends; what is read after this is as it
 * stays. Values: tenant, assignment.
 */
export const HOLD_ASSIGNMENT = statement(
  'entitlements.hold_assignment',
  `SELECT a.id FROM role_assignments a JOIN roles r ON r.tenant_id = $1 AND r.id = a.role_id
    WHERE a.tenant_id = $1 AND a.id = $2 FOR SHARE OF r FOR NO KEY UPDATE OF a`,
);

/** Values: tenant, assignment, value. */
export const REMOVE_VALUE = statement(
  'entitlements.remove_right_value',
  `DELETE FROM assignment_right_values WHERE tenant_id = $1 AND assignment_id = $2 AND value = $3`,
);

/** Values: tenant, assignment, who. */
export const MARK_MODIFIED = statement(
  'entitlements.mark_modified',
  `UPDATE role_assignments SET modified_by = $3, modified_at = now() WHERE tenant_id = $1 AND id = $2`,
);
