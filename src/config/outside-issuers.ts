import { isAccessScope } from '../kernel/access-scopes.js';
import { isUuid } from '../kernel/ids.js';
import { SettingError, httpUrl } from './setting-types.js';

/** An identity provider whose access tokens are accepted, and how far it is trusted. */
export interface OutsideIssuer {
  /** The exact `iss` of its tokens. */
  readonly issuer: string;
  /** The `aud` that a token must carry. */
  readonly audience: string;
  /** Where its keys are; null: found by OpenID Connect discovery. */
  readonly jwksUrl: string | null;
  /** The tenant its tokens act in; null: the token's own `tenant_id` claim says it. */
  readonly tenantId: string | null;
  /** The most its tokens may do; null: all that their `scope` claim says, short of `platform`. */
  readonly scopes: readonly string[] | null;
}

const FORM =
  'an array of {"issuer", "audience"} with, optionally, "jwks_url", "tenant_id" and "scopes" (an array), and nothing else';
const KNOWN = new Set(['issuer', 'audience', 'jwks_url', 'tenant_id', 'scopes']);

/** Reads the value of AUTH_ISSUERS. */
export function outsideIssuers(value: unknown): readonly OutsideIssuer[] {
  if (!Array.isArray(value)) throw new SettingError(FORM);
  const issuers = value.map(readIssuer);
  if (new Set(issuers.map((each) => each.issuer)).size < issuers.length) {
    throw new SettingError('an array that names each issuer once');
  }
  return issuers;
}

function readIssuer(value: unknown): OutsideIssuer {
  if (typeof value !== 'object' || value === null) throw new SettingError(FORM);
  const entry = value as Record<string, unknown>;
  const unknown = Object.keys(entry).find((key) => !KNOWN.has(key));
  if (unknown !== undefined) throw new SettingError(`${FORM} (not "${unknown}")`);
  const { issuer, audience, jwks_url: jwksUrl = null, tenant_id: tenantId = null, scopes = null } = entry;
  if (typeof issuer !== 'string' || typeof audience !== 'string' || !issuer || !audience) throw new SettingError(FORM);
  if (jwksUrl !== null && typeof jwksUrl !== 'string') throw new SettingError(FORM);
  if (tenantId !== null && !isUuid(tenantId)) throw new SettingError(`${FORM}; "tenant_id" is a UUID`);
  if (scopes !== null && !isScopes(scopes)) {
    throw new SettingError(`${FORM}; "scopes" are names of scopes, and never "platform"`);
  }
  httpUrl(issuer);
  return { issuer, audience, jwksUrl: jwksUrl === null ? null : httpUrl(jwksUrl), tenantId, scopes };
}

function isScopes(value: unknown): value is readonly string[] {
  const isOne = (name: unknown): boolean => typeof name === 'string' && isAccessScope(name) && name !== 'platform';
  return Array.isArray(value) && value.every(isOne);
}
