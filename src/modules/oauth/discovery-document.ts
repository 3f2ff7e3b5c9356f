import { ACCESS_SCOPES } from '../../kernel/access-scopes.js';

/** The paths of the token side; `mountOAuth` answers exactly these. */
export const OAUTH_PATHS = {
  token: '/oauth/token',
  jwks: '/oauth/jwks',
  openidConfiguration: '/.well-known/openid-configuration',
  authorizationServer: '/.well-known/oauth-authorization-server',
} as const;

/** How clients prove who they are; every client may use either (RFC 6749 section 2.3.1). */
export const CLIENT_AUTH_METHODS = ['client_secret_basic', 'client_secret_post'] as const;

/**
 * What this service really offers, in the words of RFC 8414 section 2 and OpenID Connect Discovery 1.0 section 3. Nobody
 * signs in here: there is no authorization endpoint, and the list of response types, which both require, is empty.
 * Every URL starts with the configured issuer and never with what a caller sent as Host.
 */
export function discoveryDocument(issuer: string): Readonly<Record<string, unknown>> {
  return {
    issuer,
    token_endpoint: issuer + OAUTH_PATHS.token,
    jwks_uri: issuer + OAUTH_PATHS.jwks,
    scopes_supported: Object.keys(ACCESS_SCOPES),
    grant_types_supported: ['client_credentials'],
    response_types_supported: [],
    token_endpoint_auth_methods_supported: CLIENT_AUTH_METHODS,
    // Required by OpenID Connect Discovery even of an issuer that makes no ID tokens; the algorithm is the one we sign with.
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    claims_supported: ['iss', 'aud', 'sub', 'exp', 'iat', 'jti', 'client_id', 'tenant_id', 'scope'],
    claims_parameter_supported: false,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
  };
}
