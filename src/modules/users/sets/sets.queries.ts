import { plannedOnce, statement } from '../../../persistence/statement.js';
import { RULES_SHARED } from '../../tenants/index.js';
import { enterSets, leaveSets } from './user-sets.js';

/**
 * Takes the next numbers of the tenant and answers the first of them. Other calls for the same tenant wait for the end
 * of the transaction, and the rules of the tenant stay as they are as long: among VALUES the lock is taken where the others
 * take it, on a cluster too. Values: tenant, how many.
 */
export const TAKE_ORDINALS = plannedOnce(
  statement(
    'users.take_ordinals',
    `INSERT INTO user_ordinals AS counter (tenant_id, next_ordinal) VALUES ($1::uuid, CASE WHEN ${RULES_SHARED} THEN $2::int END)
   ON CONFLICT (tenant_id) DO UPDATE SET next_ordinal = counter.next_ordinal + $2::int
   RETURNING next_ordinal - $2::int AS first`,
  ),
);

const SUSPENDED = { from: '(VALUES ($2::int)) suspended(ordinal)', owner: '$1::uuid', ordinal: 'ordinal' };

/** Values: tenant, ordinal. */
export const ENTER_SUSPENDED = plannedOnce(statement('users.enter_suspended', enterSets(SUSPENDED)));

/** Values: tenant, ordinal. */
export const LEAVE_SUSPENDED = plannedOnce(statement('users.leave_suspended', leaveSets(SUSPENDED)));

/** Values: tenant, owner. */
export const DROP_SET = statement('users.drop_set', `DELETE FROM user_sets WHERE tenant_id = $1 AND owner_id = $2`);
