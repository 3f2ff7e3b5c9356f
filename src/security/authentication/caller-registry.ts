/** How an API client of our own stands. A client that was removed is `revoked`, too. */
export type ClientStatus = 'active' | 'revoked';

/** How a tenant stands. */
export type TenantStatus = 'active' | 'suspended' | 'unknown';

/** Who may still call, as the database has it now. An abstract class, so that it is its own injection token. */
export abstract class CallerRegistry {
  /** `clientId` is the `client_id` of a token of our own; one that no client has is `revoked`. */
  abstract clientStatus(clientId: string): Promise<ClientStatus>;

  /** `tenantId` may be any text: what is no tenant's id is `unknown`. */
  abstract tenantStatus(tenantId: string): Promise<TenantStatus>;
}
