import { TenantScope, type AnyScope } from '../kernel/scope.js';

/**
 * The two roles that statements run as. Neither owns a table nor bypasses row-level security, whoever the connection
 * logged in as: `doorlist_tenant` sees one tenant's rows, `doorlist_platform` only the tables that belong to no tenant.
 */
const DATABASE_ROLES = { tenant: 'doorlist_tenant', platform: 'doorlist_platform' } as const;

/** Role and tenant for the transaction that the statement runs in; both end with it, so a pooled connection keeps neither. */
export const ENTER_SCOPE = {
  name: 'doorlist.enter_scope',
  text: `SELECT set_config('role', $1, true), set_config('doorlist.tenant_id', $2, true)`,
} as const;

/** The same for a statement that is planned once: with the values that it has now no plan of its own is made. */
export const ENTER_SCOPE_PLANNED_ONCE = {
  name: 'doorlist.enter_scope_planned_once',
  text: `${ENTER_SCOPE.text}, set_config('plan_cache_mode', 'force_generic_plan', true)`,
} as const;

/** The same for a statement with a time limit of its own, in milliseconds as $3. */
export const ENTER_SCOPE_TIMED = {
  name: 'doorlist.enter_scope_timed',
  text: `${ENTER_SCOPE.text}, set_config('statement_timeout', $3, true)`,
} as const;

/** The values of ENTER_SCOPE for a scope. */
export function scopeValues(scope: AnyScope): [role: string, tenantId: string] {
  return scope instanceof TenantScope ? [DATABASE_ROLES.tenant, scope.tenantId] : [DATABASE_ROLES.platform, ''];
}
