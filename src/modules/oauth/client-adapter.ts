import { randomBytes } from 'node:crypto';
import type { Adapter, AdapterPayload, Client } from 'oidc-provider';
import { OIDCProviderError } from 'oidc-provider/lib/helpers/errors.js';
import { Provider } from 'oidc-provider/lib/provider.js';
import { DomainError } from '../../kernel/domain-error.js';
import type { CallerRegistry } from '../../security/authentication/index.js';
import { isSecret, tenantOfClientId, type ClientDirectory, type KnownClient } from '../api-clients/index.js';
import { CLIENT_AUTH_METHODS } from './discovery-document.js';

/** Our own members of a client's metadata, which the library hands back unchanged. */
export const CLIENT_MEMBERS = ['secret_salt', 'tenant_id', 'held_scopes'];

/** What a client is to the token endpoint. The digest stands where the library has the secret; it never sees one. */
function metadataOf(client: KnownClient): AdapterPayload {
  return {
    client_id: client.clientId,
    client_secret: client.secretHash.toString('base64url'),
    secret_salt: client.secretSalt.toString('base64url'),
    tenant_id: client.tenantId,
    held_scopes: client.scopes,
    token_endpoint_auth_method: CLIENT_AUTH_METHODS[0],
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
  };
}

/**
 * Stands in for clients that are unknown, revoked, or of a tenant that is not active: no secret has its digest, so a wrong
 * client takes the same steps as a wrong secret and gets the same answer.
 */
const NOBODY = metadataOf({
  clientId: 'nobody',
  tenantId: null,
  scopes: [],
  status: 'active',
  secretSalt: randomBytes(16),
  secretHash: randomBytes(32),
});

/** RFC 6749 section 5.2 has no code for it; section 4.1.2.1 has. */
class TemporarilyUnavailable extends OIDCProviderError {
  override expose = true;
  override error_description = 'the service cannot answer at the moment; try again';

  constructor(cause: Error) {
    super(503, 'temporarily_unavailable', { cause });
  }
}

/** The library's door to the clients. Everything else that it could store belongs to grants that are switched off. */
export function clientAdapter(directory: ClientDirectory, registry: CallerRegistry): (model: string) => Adapter {
  const find = async (clientId: string): Promise<AdapterPayload> => {
    try {
      const tenantId = tenantOfClientId(clientId);
      // Both are asked for whatever the first answers: an unknown client must not be told from a known one by its time.
      const [client, tenant] = await Promise.all([
        directory.find(clientId),
        tenantId === null ? 'active' : registry.tenantStatus(tenantId),
      ]);
      return client?.status === 'active' && tenant === 'active' ? metadataOf(client) : NOBODY;
    } catch (error) {
      throw error instanceof DomainError && error.kind === 'unavailable' ? new TemporarilyUnavailable(error) : error;
    }
  };
  const never = (): Promise<never> => Promise.reject(new Error('Only API clients are stored.'));
  return (model) => ({
    find: model === 'Client' ? find : never,
    upsert: never,
    findByUserCode: never,
    findByUid: never,
    consume: never,
    destroy: never,
    revokeByGrantId: never,
  });
}

/**
 * Compares with the stored digest. RFC 6749 section 2.3.1 has the two halves of Basic form-encoded, which the library
 * decodes; many clients send them as they are, so a secret with a "+" (as base64 has) is accepted in both spellings.
 */
export function compareClientSecret(this: Client, actual: string): boolean {
  const digest = {
    salt: Buffer.from(String(this.secret_salt), 'base64url'),
    hash: Buffer.from(String(this.clientSecret), 'base64url'),
  };
  const plain = plainSecretOf(Provider.ctx?.get('authorization') ?? '');
  return isSecret(actual, digest) || (plain !== null && isSecret(plain, digest));
}

/** The second half of Basic credentials, not decoded further; null for all else. */
function plainSecretOf(header: string): string | null {
  const encoded = /^basic (\S+)$/i.exec(header)?.[1];
  if (encoded === undefined) return null;
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  return pair.includes(':') ? pair.slice(pair.indexOf(':') + 1) : null;
}
