import type { Principal } from './principal.js';
import type { RequestTrace } from './request-trace.js';

/** Who a change is written down for in the audit trail. */
export interface Actor {
  readonly type: 'client' | 'user' | 'system';
  readonly id: string;
  /** Where an outside issuer says who it is; null for our own clients. Ids are unique within their issuer only. */
  readonly issuer: string | null;
  readonly clientId: string | null;
}

/** The service itself, for what it does at start (demo data, the bootstrap client) and from the command line. */
export const SYSTEM_ACTOR: Actor = { type: 'system', id: 'doorlist', issuer: null, clientId: null };

/** What every scope carries: who acts, in which request, and what the request has cost so far. */
abstract class Scope {
  /** Statements sent to the database for this request, for logs and for the test that looks for N+1. */
  statements = 0;
  /** The open transaction that further work of this request joins; set by the unit of work alone. */
  transaction: object | null = null;
  /** The trace that statements of this request belong to, where traces are on; set by the access guard alone. */
  trace: RequestTrace | null = null;

  constructor(
    readonly actor: Actor,
    readonly requestId: string,
  ) {}
}

/** The right to touch the rows of exactly one tenant; the first argument of whatever does. */
export class TenantScope extends Scope {
  private readonly isTenantScope = true;
  /**
   * The user of the tenant who acts, as far as their roles let them; null where the token is a client's, or of somebody
   * who is no user here. Set by the access guard alone.
   */
  userId: string | null = null;

  constructor(
    readonly tenantId: string,
    actor: Actor,
    requestId: string,
  ) {
    super(actor, requestId);
    if (!tenantId) throw new Error('A tenant scope needs a tenant id; it never means "all tenants".');
  }
}

/** The right to touch what belongs to no tenant: the list of tenants, platform clients, keys. It opens no tenant table. */
export class PlatformScope extends Scope {
  private readonly isPlatformScope = true;
}

export type AnyScope = TenantScope | PlatformScope;

/** The actor that a verified token stands for: a client where the token is its own, else a person. */
export function actorOf({ subject, clientId, issuer }: Principal, ownIssuer: string): Actor {
  const type = subject === clientId ? 'client' : 'user';
  return { type, id: subject, issuer: issuer === ownIssuer ? null : issuer, clientId };
}
