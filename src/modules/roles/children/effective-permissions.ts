import type { TenantScope } from '../../../kernel/scope.js';
import type { Transaction } from '../../../persistence/transaction.js';
import * as queries from './effective-permissions.queries.js';

/** A role or permission inside of a role. */
export interface RoleChild {
  readonly parent_id: string;
  readonly child_id: string;
  readonly application_id: string;
  readonly added_at: Date;
}

/** Waits until no other transaction changes what roles of the tenant give. Comes before the lock of any role. */
export async function lockChildren(transaction: Transaction, scope: TenantScope): Promise<void> {
  await transaction.query(queries.LOCK_CHILDREN, [scope.tenantId]);
}

/** Brings what these roles and all around them give after a change. Errors: 409 `too_many_permissions`. */
export async function deriveEffective(
  transaction: Transaction,
  scope: TenantScope,
  roleIds: readonly string[],
): Promise<void> {
  if (roleIds.length > 0) await transaction.query(queries.DERIVE_EFFECTIVE, [scope.tenantId, roleIds]);
}

/** Takes a role that is about to go out of all nestings, with their trail. */
export async function leaveNestings(transaction: Transaction, scope: TenantScope, roleId: string): Promise<void> {
  await lockChildren(transaction, scope);
  const removed = await transaction.query<RoleChild>(queries.REMOVE_CHILDREN_OF, [scope.tenantId, roleId]);
  for (const each of removed) recordChild(transaction, 'deleted', each);
  const parents = removed.map(({ parent_id: parentId }) => parentId).filter((id) => id !== roleId);
  await deriveEffective(transaction, scope, parents);
}

/** Writes down that a role was put into another, or taken out. */
export function recordChild(transaction: Transaction, done: 'created' | 'deleted', child: RoleChild): void {
  transaction.record({
    action: `role_child.${done}`,
    resourceType: 'role_child',
    resourceId: child.child_id,
    ...(done === 'created' ? { after: child } : { before: child }),
  });
}
