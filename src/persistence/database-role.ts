import { TenantScope, type AnyScope } from '../kernel/scope.js';
import type { Topology } from './topology/topology.js';

/**
 * The two roles that statements run as. Neither owns a table nor bypasses row-level security, whoever the connection
 * logged in as: `doorlist_tenant` sees one tenant's rows, `doorlist_platform` only the tables that belong to no tenant.
 */
export const DATABASE_ROLES = { tenant: 'doorlist_tenant', platform: 'doorlist_platform' } as const;

/** A statement that a transaction enters its scope with; it is prepared once a connection. */
export interface EnterScope {
  readonly name: string;
  readonly text: string;
}

/** The ways into a scope: role and tenant for the transaction, with which both end, so that a pooled connection keeps neither. */
export interface Entrance {
  /** Values: role, tenant. */
  readonly plain: EnterScope;
  /** For a statement that is planned once: with the values that it has now no plan of its own is made. */
  readonly plannedOnce: EnterScope;
  /** For a statement with a time limit of its own, in milliseconds as a third value. */
  readonly timed: EnterScope;
  /** The values of `plain` for a scope that is entered in the transaction of another one. */
  readonly inside: (outer: AnyScope, inner: AnyScope) => [role: string, tenantId: string];
}

const SET_SCOPE = `SELECT set_config('role', $1, true), set_config('doorlist.tenant_id', $2, true)`;

const ON_ONE_SERVER: Entrance = {
  plain: { name: 'doorlist.enter_scope', text: SET_SCOPE },
  plannedOnce: {
    name: 'doorlist.enter_scope_planned_once',
    text: `${SET_SCOPE}, set_config('plan_cache_mode', 'force_generic_plan', true)`,
  },
  timed: { name: 'doorlist.enter_scope_timed', text: `${SET_SCOPE}, set_config('statement_timeout', $3, true)` },
  inside: (_outer, inner) => scopeValues(inner),
};

const CALLED: EnterScope = { name: 'doorlist.enter_scope', text: 'CALL doorlist_enter_scope($1, $2)' };

/**
 * The procedure tells the other nodes of the tenant too, which set_config() does not; see ENTER_PROCEDURE. A plan for all
 * values cannot know the shard, so nothing is planned once. Citus has a connection to a node for each role, and what one
 * wrote another does not see before the end: a transaction keeps the role that it began with (docs/decisions/0029-citus.md).
 */
const ON_CITUS: Entrance = {
  plain: CALLED,
  plannedOnce: CALLED,
  timed: { name: 'doorlist.enter_scope_timed', text: 'CALL doorlist_enter_scope($1, $2, $3)' },
  inside: (outer, inner) => [scopeValues(outer)[0], scopeValues(inner)[1]],
};

export const ENTRANCES: Readonly<Record<Topology, Entrance>> = { single: ON_ONE_SERVER, citus: ON_CITUS };

/** The values of an entrance for a scope. */
export function scopeValues(scope: AnyScope): [role: string, tenantId: string] {
  return scope instanceof TenantScope ? [DATABASE_ROLES.tenant, scope.tenantId] : [DATABASE_ROLES.platform, ''];
}
