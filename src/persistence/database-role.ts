import type { Config } from '../config/config.js';
import { TenantScope, type AnyScope } from '../kernel/scope.js';
import type { Statement } from './statement.js';

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

/** How the statements that follow are planned: `once` for all values, or `anew` where PostgreSQL finds that better. */
export type Planning = 'once' | 'anew';

/** Sets it until the transaction ends. */
export const PLANNING = {
  once: { name: 'doorlist.plan_once', text: `SELECT set_config('plan_cache_mode', 'force_generic_plan', true)` },
  anew: { name: 'doorlist.plan_anew', text: `SELECT set_config('plan_cache_mode', 'auto', true)` },
} as const satisfies Record<Planning, { name: string; text: string }>;

const PLANNED_ONCE = PLANNING.once.text.replace('SELECT ', '');

/**
 * What connections are else opened with: limits of time, in milliseconds (0: none). A pooler in transaction mode gives
 * each transaction some connection, so there they are set like the scope.
 */
export interface SessionLimits {
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs: number;
}

/** The limits that have to be set with every transaction; null where the connections have them. */
export function limitsOf(config: Config): SessionLimits | null {
  const { databasePooler, statementTimeoutMs, lockTimeoutMs } = config;
  return databasePooler ? { statementTimeoutMs, lockTimeoutMs } : null;
}

/** A statement with a name that stands for its text, and its values. */
interface Entering {
  readonly name: string;
  readonly text: string;
  readonly values: string[];
}

/** Enters a scope for the statement, or the transaction, that follows, with what that one needs beside it. */
export function enteringFor(
  scope: AnyScope,
  limits: SessionLimits | null,
  statement: Pick<Statement, 'plannedOnce' | 'timeoutMs'> = {},
): Entering {
  const values: string[] = scopeValues(scope);
  let { name, text }: { name: string; text: string } = ENTER_SCOPE;
  const timeoutMs = statement.timeoutMs ?? limits?.statementTimeoutMs;
  if (timeoutMs !== undefined) {
    values.push(String(timeoutMs));
    name += '_timed';
    text += `, set_config('statement_timeout', $3, true)`;
  }
  if (limits) {
    values.push(String(limits.lockTimeoutMs));
    name += '_limited';
    text += `, set_config('lock_timeout', $4, true), set_config('jit', 'off', true)`;
  }
  if (statement.plannedOnce) {
    name += '_planned_once';
    text += `, ${PLANNED_ONCE}`;
  }
  return { name, text, values };
}

/** The values of ENTER_SCOPE for a scope. */
export function scopeValues(scope: AnyScope): [role: string, tenantId: string] {
  return scope instanceof TenantScope ? [DATABASE_ROLES.tenant, scope.tenantId] : [DATABASE_ROLES.platform, ''];
}
