import type { Provider, TokenEndpointGrantContext } from 'oidc-provider';
import { InvalidScope, InvalidTarget } from 'oidc-provider/lib/helpers/errors.js';
import { scopesFor } from './requested-scopes.js';
import { signerAt, type SigningKey } from './signing-key.js';

/** Parameters that the grant reads (RFC 6749 section 4.4.2, RFC 8707 section 2). */
export const GRANT_PARAMETERS = ['scope', 'resource'];

/**
 * The client credentials grant (RFC 6749 section 4.4): an access token in the form of RFC 9068, for our own API, signed
 * with the key whose turn it is. It stands in for the library's own handler, which knows neither scopes that imply others
 * nor keys that are published before they sign.
 */
export function clientCredentialsGrant(
  provider: Provider,
  keysNow: () => readonly SigningKey[],
  audience: string,
): (ctx: TokenEndpointGrantContext) => Promise<void> {
  return async (ctx) => {
    const { client, params } = ctx.oidc;
    if (params.resource !== undefined && params.resource !== audience) throw new InvalidTarget();
    const scope = scopesFor(client.held_scopes as string[], params.scope).join(' ');
    if (scope === '') throw new InvalidScope('the client holds none of the requested scopes', params.scope ?? '');
    const signer = signerAt(keysNow(), Date.now());
    if (signer === undefined) throw new Error('No published key may sign now.');
    const token = new provider.ClientCredentials({ client, scope });
    token.resourceServer = new provider.ResourceServer(audience, {
      audience,
      scope,
      accessTokenFormat: 'jwt',
      jwt: { sign: { alg: 'RS256', kid: signer.kid } },
    });
    ctx.body = {
      access_token: await token.save(),
      expires_in: token.expiration,
      token_type: 'Bearer',
      scope,
    };
  };
}
