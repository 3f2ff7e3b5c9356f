import type { AccessScope } from './access-scopes.js';

/** Who is calling, as proved by a verified token. */
export interface Principal {
  /** The token's `sub`: an API client's id, or a user of an outside issuer. */
  readonly subject: string;
  /** The OAuth client that obtained the token, where the token names one. */
  readonly clientId: string | null;
  readonly issuer: string;
  /** The tenant the token is bound to; null only for platform tokens. */
  readonly tenantId: string | null;
  /** The scopes as granted. */
  readonly scopes: readonly string[];
  /** The scopes with all that they imply. */
  readonly allowed: ReadonlySet<AccessScope>;
  /** When the token ends, in seconds since 1970. */
  readonly expiresAt: number;
}
