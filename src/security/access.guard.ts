import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ServiceUrl } from '../config/service-url.js';
import type { AccessScope } from '../kernel/access-scopes.js';
import { Delegation } from '../kernel/delegation.js';
import { DomainError, forbidden } from '../kernel/domain-error.js';
import type { Principal } from '../kernel/principal.js';
import { PlatformScope, TenantScope, actorOf, type AnyScope } from '../kernel/scope.js';
import { readPathId } from '../http/path-id.js';
import type { ScopedRequest } from './scoped-request.js';
import { CallerCache } from './authentication/index.js';
import { ALTERNATIVE_SCOPES, PUBLIC_ROUTE, REQUIRED_SCOPES } from './decorators.js';
import { ABOUT_APPLICATIONS, namedApplications, type ApplicationsOf } from './named-applications.js';
import { limitedTo, userIdOf } from './user-limits.js';

const TENANT_IN_PATH = 'tenant_id';

/**
 * Decides what an authenticated call may touch, and hands it the scope for that. It fails closed: a route that says
 * neither `@Public()` nor `@Requires(...)` nor `@RequiresOneOf(...)` answers 403 to everybody.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly callers: CallerCache,
    private readonly serviceUrl: ServiceUrl,
    private readonly delegation: Delegation,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<true | undefined>(PUBLIC_ROUTE, targets)) return true;
    const read = (key: string): readonly AccessScope[] =>
      this.reflector.getAllAndOverride<readonly AccessScope[] | undefined>(key, targets) ?? [];
    const [required, alternatives] = [read(REQUIRED_SCOPES), read(ALTERNATIVE_SCOPES)];
    if (required.length + alternatives.length === 0) throw forbidden('route_closed', 'This route is open to nobody.');
    const request = context.switchToHttp().getRequest<ScopedRequest>();
    const { principal } = request;
    if (!principal)
      throw new DomainError('unauthenticated', 'missing_token', 'Send a Bearer token in the Authorization header.');
    requireScopes(principal, required);
    requireOneOf(principal, alternatives);
    request.scope = await this.#scopeOf(principal, request, required);
    request.scope.trace = request.trace ?? null;
    const userId = userIdOf(principal, this.serviceUrl.issuer);
    if (userId !== null && request.scope instanceof TenantScope) {
      request.scope.userId = userId;
      const of = this.reflector.get<ApplicationsOf | undefined>(ABOUT_APPLICATIONS, context.getHandler());
      await this.#limit(request, request.scope, namedApplications(request, of), { required, alternatives });
    }
    return true;
  }

  /** A user may do what the token and the user's roles both allow, as they are now: this is never remembered. */
  async #limit(
    request: ScopedRequest,
    scope: TenantScope,
    applicationIds: readonly string[],
    needs: { required: readonly AccessScope[]; alternatives: readonly AccessScope[] },
  ): Promise<void> {
    const { principal } = request;
    if (!principal) return;
    const authority = await this.delegation.authorityOf(scope, applicationIds);
    // A client of an outside issuer is named by its own id; it is a user only where there is such a user.
    if (authority === null && principal.subject === principal.clientId) scope.userId = null;
    else request.principal = limitedTo(principal, authority, applicationIds, needs);
  }

  async #scopeOf(principal: Principal, request: ScopedRequest, required: readonly AccessScope[]): Promise<AnyScope> {
    const actor = actorOf(principal, this.serviceUrl.issuer);
    if (hasTenantInPath(request)) {
      const tenantId = readPathId(request, TENANT_IN_PATH);
      await this.#requireTenant(principal, tenantId);
      // A platform route about one tenant manages the tenant itself and not what is inside of it.
      return required.includes('platform')
        ? new PlatformScope(actor, request.id)
        : new TenantScope(tenantId, actor, request.id);
    }
    if (required.includes('platform')) return new PlatformScope(actor, request.id);
    if (principal.tenantId === null) {
      throw forbidden('tenant_token_required', 'This route needs a token of one tenant; a platform token names none.');
    }
    return new TenantScope(principal.tenantId, actor, request.id);
  }

  async #requireTenant(principal: Principal, tenantId: string): Promise<void> {
    if (principal.tenantId === tenantId) return;
    if (principal.tenantId === null && !principal.allowed.has('platform')) {
      throw forbidden('insufficient_scope', 'The token belongs to no tenant, so it needs the scope platform.');
    }
    if (principal.tenantId !== null) {
      throw forbidden('wrong_tenant', `The token does not belong to tenant ${tenantId}.`);
    }
    if ((await this.callers.tenantStatus(tenantId)) === 'unknown') {
      throw new DomainError('not_found', 'tenant_not_found', `No tenant ${tenantId}.`);
    }
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

function hasTenantInPath(request: ScopedRequest): boolean {
  return Object.hasOwn(request.params as object, TENANT_IN_PATH);
}
