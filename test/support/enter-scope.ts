import type pg from 'pg';
import { testState } from './test-state.js';

/** Enters a scope for the rest of the transaction, as the service does; null: the tenant is not said at all. */
export async function enterScope(
  client: pg.ClientBase,
  role: 'doorlist_tenant' | 'doorlist_platform',
  tenantId: string | null,
): Promise<void> {
  if (testState().isCluster) {
    // The other nodes are told by the procedure alone.
    await client.query('CALL doorlist_enter_scope($1, $2)', [role, tenantId ?? '']);
    return;
  }
  if (tenantId !== null) await client.query(`SELECT set_config('doorlist.tenant_id', $1, true)`, [tenantId]);
  await client.query(`SET LOCAL ROLE ${role}`);
}
