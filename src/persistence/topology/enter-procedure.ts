/**
 * What enters a scope on a cluster. A node that a statement is sent to is told of the tenant with it, for the policies of
 * row-level security are those of the shards there: Citus passes on what SET LOCAL sets, and nothing that set_config()
 * does. The role needs no passing on: Citus reaches the nodes as the current one. The wait for a lock is bounded where
 * the lock is, too.
 */
export const ENTER_PROCEDURE = {
  name: 'doorlist_enter_scope',
  head: `doorlist_enter_scope(entered_role text, tenant text, timeout_ms text DEFAULT NULL) LANGUAGE plpgsql`,
  body: `
BEGIN
  PERFORM set_config('role', entered_role, true), set_config('citus.propagate_set_commands', 'local', true);
  IF timeout_ms IS NOT NULL THEN
    PERFORM set_config('statement_timeout', timeout_ms, true);
  END IF;
  EXECUTE format('SET LOCAL lock_timeout = %L', current_setting('lock_timeout'));
  EXECUTE format('SET LOCAL doorlist.tenant_id = %L', tenant);
  PERFORM create_intermediate_result('doorlist_scope', 'SELECT 1');
END `,
} as const;
