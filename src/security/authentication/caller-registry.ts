import type { TenantStatus } from '../../kernel/tenant-status.js';

/** How an API client of our own stands. A client that was removed is `revoked`, too. */
export type ClientStatus = 'active' | 'revoked';

/** How the tenant of a token stands, if there is one. */
export type TenantStanding = TenantStatus | 'unknown';

/** Who may still call, as the database has it now. An abstract class, so that it is its own injection token. */
export abstract class CallerRegistry {
  /** `clientId` is the `client_id` of a token of our own; one that no client has is `revoked`. */
  abstract clientStatus(clientId: string): Promise<ClientStatus>;

  /** `tenantId` may be any text: what is no tenant's id is `unknown`. */
  abstract tenantStatus(tenantId: string): Promise<TenantStanding>;
}
