import type { TenantScope } from '../../../kernel/scope.js';
import { actorJson } from '../../../persistence/audit-statement.js';
import { inBatches } from '../../../persistence/in-batches.js';
import type { Transaction } from '../../../persistence/transaction.js';
import * as queries from './members.queries.js';

/** What goes with a removal is taken away first, so that the trail tells of it. */
export async function removeMembersOf(
  transaction: Transaction,
  scope: TenantScope,
  kind: keyof typeof queries.REMOVE_MEMBERS_OF,
  id: string,
): Promise<void> {
  const values = [scope.tenantId, id, actorJson(scope)];
  await inBatches(
    async () => (await transaction.query<{ removed: number }>(queries.REMOVE_MEMBERS_OF[kind], values))[0],
  );
}
