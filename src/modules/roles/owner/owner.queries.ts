import { statement } from '../../../persistence/statement.js';

/** No row where there is none. Values: tenant. */
export const READ_OWNER = statement(
  'roles.read_owner',
  `SELECT o.user_id, u.user_name, u.display_name
     FROM organization_owners o JOIN users u ON u.tenant_id = $1 AND u.id = o.user_id
    WHERE o.tenant_id = $1`,
);

/**
 * The role that the owner holds, and who is the owner now. Transfers of one tenant take turns at the role's row; giving
 * and taking the role are not in their way. By roles_built_in_key. Values: tenant.
 */
export const LOCK_OWNERSHIP = statement(
  'roles.lock_ownership',
  `SELECT r.id AS role_id FROM roles r WHERE r.tenant_id = $1 AND r.built_in = 'organization.admin' FOR NO KEY UPDATE`,
);

/** Whose it was. Values: tenant. */
export const OWNER_BEFORE = statement(
  'roles.owner_before',
  `SELECT user_id, assignment_id FROM organization_owners WHERE tenant_id = $1`,
);

/**
 * How the user stands who is to be the owner, held until the end of the transaction: whoever suspends the user at the same
 * moment waits, and then finds the owner. By users_pkey. Values: tenant, user.
 */
export const LOCK_NEW_OWNER = statement(
  'roles.lock_new_owner',
  `SELECT status FROM users WHERE tenant_id = $1 AND id = $2 FOR SHARE`,
);

/**
 * Makes the holder of this assignment the owner; no row where the assignment is gone since. It is held until the end of the
 * transaction, so that nobody takes it away meanwhile. Values: tenant, user, assignment.
 */
export const SET_OWNER = statement(
  'roles.set_owner',
  `WITH held AS MATERIALIZED (
     SELECT id, user_id FROM role_assignments WHERE tenant_id = $1 AND id = $3 AND user_id = $2 FOR KEY SHARE
   )
   INSERT INTO organization_owners (tenant_id, user_id, assignment_id) SELECT $1, user_id, id FROM held
   ON CONFLICT (tenant_id) DO UPDATE SET user_id = EXCLUDED.user_id, assignment_id = EXCLUDED.assignment_id
   RETURNING user_id, assignment_id`,
);
