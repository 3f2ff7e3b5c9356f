import type { Config } from '../config/config.js';
import { TenantScope, type AnyScope } from '../kernel/scope.js';
import type { Statement } from './statement.js';
import type { Topology } from './topology/topology.js';

/**
 * The two roles that statements run as. Neither owns a table nor bypasses row-level security, whoever the connection
 * logged in as: `doorlist_tenant` sees one tenant's rows, `doorlist_platform` only the tables that belong to no tenant.
 */
export const DATABASE_ROLES = { tenant: 'doorlist_tenant', platform: 'doorlist_platform' } as const;

const ENTER_SCOPE = 'doorlist.enter_scope';

/** Role and tenant for the transaction that the statement runs in; both end with it, so a pooled connection keeps neither. */
const SET_SCOPE = `SELECT set_config('role', $1, true), set_config('doorlist.tenant_id', $2, true)`;

/** How the statements that follow are planned: `once` for all values, or `anew` where PostgreSQL finds that better. */
export type Planning = 'once' | 'anew';

/**
 * A plan that is kept must suit the tables as they will be: where one is empty as yet, reading all of it looks cheapest,
 * and would go on until PostgreSQL has counted its rows again.
 */
const PLANNED_ONCE = `set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true)`;
const PLANNED_ANEW = `set_config('plan_cache_mode', 'auto', true), set_config('enable_seqscan', 'on', true)`;

/** Sets it until the transaction ends. */
export const PLANNING = {
  once: { name: 'doorlist.plan_once', text: `SELECT ${PLANNED_ONCE}` },
  anew: { name: 'doorlist.plan_anew', text: `SELECT ${PLANNED_ANEW}` },
} as const satisfies Record<Planning, { name: string; text: string }>;

/**
 * What connections are else opened with: limits of time, in milliseconds (0: none). A pooler in transaction mode gives
 * each transaction some connection, so there they are set like the scope.
 */
interface SessionLimits {
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs: number;
}

/** What entering a scope takes on a database; `limits` are null where the connections have them. */
export interface Entrance {
  readonly topology: Topology;
  readonly limits: SessionLimits | null;
}

/** How scopes are entered by a service that is configured so, on a database of this topology. */
export function entranceOf(config: Config, topology: Topology): Entrance {
  const { databasePooler, statementTimeoutMs, lockTimeoutMs } = config;
  return { topology, limits: databasePooler ? { statementTimeoutMs, lockTimeoutMs } : null };
}

/** A statement with a name that stands for its text, and its values. */
export interface Entering {
  readonly name: string;
  readonly text: string;
  readonly values: string[];
}

/** Enters a scope for the statement, or the transaction, that follows, with what that one needs beside it. */
export function enteringFor(
  scope: AnyScope,
  { topology, limits }: Entrance,
  statement: Pick<Statement, 'plannedOnce' | 'timeoutMs'> = {},
): Entering {
  const values: string[] = scopeValues(scope);
  const timeoutMs = statement.timeoutMs ?? limits?.statementTimeoutMs;
  if (timeoutMs !== undefined) values.push(String(timeoutMs));
  if (limits) values.push(String(limits.lockTimeoutMs));
  if (topology === 'citus') return calling(values);
  let [name, text] = [ENTER_SCOPE, SET_SCOPE];
  if (timeoutMs !== undefined) {
    name += '_timed';
    text += `, set_config('statement_timeout', $3, true)`;
  }
  if (limits) {
    name += '_limited';
    text += `, set_config('lock_timeout', $4, true), set_config('jit', 'off', true)`;
  }
  if (statement.plannedOnce) {
    name += '_planned_once';
    text += `, ${PLANNED_ONCE}`;
  }
  return { name, text, values };
}

/**
 * The procedure tells the other nodes of the tenant too, which set_config() does not; see ENTER_PROCEDURE. A plan for all
 * values cannot know the shard, so nothing is planned once.
 */
function calling(values: string[]): Entering {
  const places = values.map((_value, at) => `$${at + 1}`).join(', ');
  return { name: `${ENTER_SCOPE}_${values.length}`, text: `CALL doorlist_enter_scope(${places})`, values };
}

/** Enters another scope in the transaction of `outer`; what the transaction was opened with holds on. */
export function enteringInside(outer: AnyScope, inner: AnyScope, { topology }: Entrance): Entering {
  const plain = enteringFor(inner, { topology, limits: null });
  // Citus has a connection to a node for each role, and what one wrote another does not see before the end.
  if (topology === 'citus') plain.values[0] = scopeValues(outer)[0];
  return plain;
}

function scopeValues(scope: AnyScope): [role: string, tenantId: string] {
  return scope instanceof TenantScope ? [DATABASE_ROLES.tenant, scope.tenantId] : [DATABASE_ROLES.platform, ''];
}
