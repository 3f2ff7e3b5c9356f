import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ServiceUrl } from '../config/service-url.js';
import type { AccessScope } from '../kernel/access-scopes.js';
import { Delegation } from '../kernel/delegation.js';
import { DomainError, forbidden } from '../kernel/domain-error.js';
import type { Principal } from '../kernel/principal.js';
import { PlatformScope, TenantScope, actorOf, type AnyScope } from '../kernel/scope.js';
import { readPathId } from '../http/path-id.js';
import type { ScopedRequest } from './scoped-request.js';
import { CallerCache } from './authentication/index.js';
import { namedApplications } from './named-applications.js';
import { needsOf, type RouteNeeds } from './route-needs.js';
import { limitedTo, userIdOf } from './user-limits.js';

const TENANT_IN_PATH = 'tenant_id';

/**
 * Decides what an authenticated call may touch, and hands it the scope for that. It fails closed: a route that says
 * neither `@Public()` nor `@Requires(...)` nor `@RequiresOneOf(...)` answers 403 to everybody.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly callers: CallerCache,
    private readonly serviceUrl: ServiceUrl,
    private readonly delegation: Delegation,
  ) {}

  /** Answers without a promise where the token itself says all: that of a client, for its own tenant. */
  canActivate(context: ExecutionContext): true | Promise<true> {
    const needs = needsOf(context);
    const { isPublic, required, alternatives } = needs;
    if (isPublic) return true;
    if (required.length + alternatives.length === 0) throw forbidden('route_closed', 'This route is open to nobody.');
    const request = context.switchToHttp().getRequest<ScopedRequest>();
    const { principal } = request;
    if (!principal)
      throw new DomainError('unauthenticated', 'missing_token', 'Send a Bearer token in the Authorization header.');
    requireScopes(principal, required);
    requireOneOf(principal, alternatives);
    const tenantId = tenantInPath(request);
    if (tenantId !== null && principal.tenantId !== tenantId)
      return this.#enterAny(request, principal, tenantId, needs);
    return this.#enter(request, principal, tenantId, needs);
  }

  /** Into a tenant that is not the token's, which is for the platform alone. */
  async #enterAny(request: ScopedRequest, principal: Principal, tenantId: string, needs: RouteNeeds): Promise<true> {
    if (principal.tenantId !== null) {
      throw forbidden('wrong_tenant', `The token does not belong to tenant ${tenantId}.`);
    }
    if (!principal.allowed.has('platform')) {
      throw forbidden('insufficient_scope', 'The token belongs to no tenant, so it needs the scope platform.');
    }
    if ((await this.callers.tenantStatus(tenantId)) === 'unknown') {
      throw new DomainError('not_found', 'tenant_not_found', `No tenant ${tenantId}.`);
    }
    return this.#enter(request, principal, tenantId, needs);
  }

  #enter(
    request: ScopedRequest,
    principal: Principal,
    tenantId: string | null,
    needs: RouteNeeds,
  ): true | Promise<true> {
    const scope = this.#scopeOf(request, principal, tenantId, needs);
    scope.trace = request.trace ?? null;
    request.scope = scope;
    const userId = userIdOf(principal, this.serviceUrl.issuer);
    if (userId === null || !(scope instanceof TenantScope)) return true;
    scope.userId = userId;
    return this.#limit(request, principal, scope, needs);
  }

  /** A user may do what the token and the user's roles both allow, as they are now: this is never remembered. */
  async #limit(request: ScopedRequest, principal: Principal, scope: TenantScope, needs: RouteNeeds): Promise<true> {
    const applicationIds = namedApplications(request, needs.applicationsOf);
    const authority = await this.delegation.authorityOf(scope, applicationIds);
    // A client of an outside issuer is named by its own id; it is a user only where there is such a user.
    if (authority === null && principal.subject === principal.clientId) scope.userId = null;
    else request.principal = limitedTo(principal, authority, applicationIds, needs);
    return true;
  }

  #scopeOf(
    { id: requestId }: ScopedRequest,
    principal: Principal,
    tenantInPath: string | null,
    { required }: RouteNeeds,
  ): AnyScope {
    const actor = actorOf(principal, this.serviceUrl.issuer);
    // A platform route about one tenant manages the tenant itself and not what is inside of it.
    if (required.includes('platform')) return new PlatformScope(actor, requestId);
    const tenantId = tenantInPath ?? principal.tenantId;
    if (tenantId === null) {
      throw forbidden('tenant_token_required', 'This route needs a token of one tenant; a platform token names none.');
    }
    return new TenantScope(tenantId, actor, requestId);
  }
}

function requireScopes(principal: Principal, required: readonly AccessScope[]): void {
  const missing = required.filter((scope) => !principal.allowed.has(scope));
  if (missing.length > 0) throw forbidden('insufficient_scope', `The token needs the scope ${missing.join(' ')}.`);
}

function requireOneOf(principal: Principal, alternatives: readonly AccessScope[]): void {
  if (alternatives.length === 0 || alternatives.some((scope) => principal.allowed.has(scope))) return;
  throw forbidden('insufficient_scope', `The token needs one of the scopes ${alternatives.join(', ')}.`);
}

function tenantInPath(request: ScopedRequest): string | null {
  return Object.hasOwn(request.params as object, TENANT_IN_PATH) ? readPathId(request, TENANT_IN_PATH) : null;
}
