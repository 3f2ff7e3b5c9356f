import { Injectable, type ExecutionContext } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { ServiceUrl } from '../../config/service-url.js';
import { DomainError, forbidden } from '../../kernel/domain-error.js';
import type { Principal } from '../../kernel/principal.js';
import { needsOf } from '../route-needs.js';
import type { AuthenticatedRequest } from './authenticated-request.js';
import { bearerTokenOf, requireOneAuthorization } from './bearer-token.js';
import { CallerCache } from './caller-cache.js';
import type { ClientStatus, TenantStanding } from './caller-registry.js';
import { invalidToken, refusedToken } from './token-refusals.js';
import { VerifiedTokens } from './verified-tokens.js';

/**
 * Lets nobody in without a good token of a caller who is still welcome, and writes `request.principal`. Whether the caller
 * may use this route and this tenant is for the guards after it.
 */
@Injectable()
export class JwtAuthGuard extends AuthGuard('jwt') {
  constructor(
    private readonly tokens: VerifiedTokens,
    private readonly callers: CallerCache,
    private readonly serviceUrl: ServiceUrl,
  ) {
    super();
  }

  /** Answers without a promise where token and caller are remembered. */
  override canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    if (needsOf(context).isPublic) return true;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    requireOneAuthorization(request.raw.rawHeaders);
    const token = bearerTokenOf(request.headers.authorization);
    const principal = this.tokens.find(token);
    if (principal === undefined) return this.#verify(context, request, token);
    return this.#admit(request, principal);
  }

  override getAuthenticateOptions(): { property: string; session: boolean } {
    return { property: 'principal', session: false };
  }

  /** What passport ends with: the strategy's own refusals as they are, those of jsonwebtoken as one. */
  override handleRequest<TUser>(error: unknown, user: TUser | false | null, info: unknown): TUser {
    if (error) throw error instanceof Error ? error : invalidToken();
    if (user) return user;
    throw info instanceof DomainError ? info : invalidToken();
  }

  async #verify(context: ExecutionContext, request: AuthenticatedRequest, token: string): Promise<boolean> {
    await super.canActivate(context);
    const { principal } = request;
    if (principal === undefined) throw invalidToken();
    delete request.principal;
    this.tokens.keep(token, principal);
    return this.#admit(request, principal);
  }

  #admit(request: AuthenticatedRequest, principal: Principal): boolean | Promise<boolean> {
    const ours = principal.issuer === this.serviceUrl.issuer;
    const client = ours && principal.clientId !== null ? this.callers.clientStatus(principal.clientId) : 'active';
    const tenant = principal.tenantId === null ? 'active' : this.callers.tenantStatus(principal.tenantId);
    if (typeof client === 'string' && typeof tenant === 'string') return welcome(request, principal, client, tenant);
    return Promise.all([client, tenant]).then((found) => welcome(request, principal, ...found));
  }
}

function welcome(
  request: AuthenticatedRequest,
  principal: Principal,
  client: ClientStatus,
  tenant: TenantStanding,
): true {
  if (client !== 'active')
    throw refusedToken('client_revoked', 'The API client of this access token was revoked or removed.');
  if (tenant === 'suspended') throw forbidden('tenant_suspended', 'The tenant of this access token is suspended.');
  if (tenant === 'unknown') throw forbidden('tenant_unknown', 'The tenant of this access token does not exist.');
  request.principal = principal;
  return true;
}
