import { expandScopes, isAccessScope, type AccessScope } from '../../kernel/access-scopes.js';
import { isUuid } from '../../kernel/ids.js';
import type { Principal } from '../../kernel/principal.js';
import { expiredToken, invalidToken, refusedToken } from './token-refusals.js';

/** How far the clocks of an issuer may be ahead of ours, in seconds. */
const CLOCK_TOLERANCE = 5;
/** Subjects and client ids are written to the audit trail, so they must be storable text of a bounded length. */
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const STORABLE = /^[^\u0000-\u001f\u007f]{1,255}$/;

/** What an issuer may say in its tokens. */
export interface IssuerTerms {
  readonly issuer: string;
  readonly audience: string;
  /** Whether it is ourselves. */
  readonly own: boolean;
  /** The tenant that all of its tokens act in; null: each token says it. */
  readonly tenantId: string | null;
  /** The most that its tokens may do; null: what they say. */
  readonly scopes: readonly string[] | null;
}

type Claims = Readonly<Record<string, unknown>>;

/**
 * The caller that a token stands for. Its signature must have been verified with a key of `terms.issuer`; everything else
 * is checked here (RFC 9068 section 4). `now` is in seconds. Errors: 401 `expired_token`, `token_not_yet_valid`,
 * `wrong_audience`, `invalid_token`.
 */
export function principalOf(claims: Claims, terms: IssuerTerms, now: number): Principal {
  if (claims.iss !== terms.issuer) throw invalidToken();
  const expiresAt = checkTimes(claims, terms, now);
  checkAudience(claims.aud, terms.audience);
  const subject = claims.sub;
  if (!isStorable(subject)) throw invalidToken('The access token has no usable subject (sub).');
  const clientId = clientIdOf(claims);
  if (terms.own && clientId !== subject) throw invalidToken();
  const scopes = grantedScopes(claims, terms);
  return Object.freeze({
    subject,
    clientId,
    issuer: terms.issuer,
    tenantId: tenantOf(claims, terms),
    scopes,
    allowed: expandScopes(scopes),
    expiresAt,
  });
}

function checkTimes({ exp, nbf, iat }: Claims, terms: IssuerTerms, now: number): number {
  if (typeof exp !== 'number' || !Number.isFinite(exp)) throw invalidToken('The access token has no end (exp).');
  if (exp <= now) throw expiredToken();
  const latest = now + CLOCK_TOLERANCE;
  if (nbf !== undefined && !(typeof nbf === 'number' && nbf <= latest)) throw notYetValid('nbf');
  if (iat === undefined ? terms.own : !(typeof iat === 'number' && iat <= latest)) throw notYetValid('iat');
  return exp;
}

function notYetValid(claim: string): Error {
  return refusedToken('token_not_yet_valid', `The access token is from the future (${claim}).`);
}

function checkAudience(aud: unknown, audience: string): void {
  if (aud === audience || (Array.isArray(aud) && aud.includes(audience))) return;
  throw refusedToken(
    'wrong_audience',
    `The access token is not for this service; its audience (aud) must be ${audience}.`,
  );
}

/** RFC 9068 section 2.2 `client_id`, or `azp` as many identity providers call it. */
function clientIdOf(claims: Claims): string | null {
  const named = claims.client_id ?? claims.azp;
  return isStorable(named) ? named : null;
}

/** Only our own platform tokens have no tenant. */
function tenantOf(claims: Claims, terms: IssuerTerms): string | null {
  const named = terms.tenantId ?? claims.tenant_id;
  if (terms.own && named === undefined) return null;
  if (!isUuid(named)) throw invalidToken('The access token names no tenant; its claim tenant_id must be a UUID.');
  return named.toLowerCase();
}

/** The scopes that count. `platform` comes from ourselves alone; what an issuer's limit implies is within the limit. */
function grantedScopes(claims: Claims, terms: IssuerTerms): readonly AccessScope[] {
  const named = scopeNames(claims);
  if (terms.own) return known(named);
  const inTenant = named.filter((scope) => scope !== 'platform');
  if (terms.scopes === null) return known(inTenant);
  const limit = expandScopes(terms.scopes.filter((scope) => scope !== 'platform'));
  return [...expandScopes(inTenant)].filter((scope) => limit.has(scope));
}

/** `scope` (RFC 9068 section 2.2.3), or `scp` as text or list, as other identity providers have it. */
function scopeNames(claims: Claims): readonly string[] {
  const value = claims.scope ?? claims.scp;
  if (typeof value === 'string') return value.split(' ');
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function known(names: readonly string[]): readonly AccessScope[] {
  return [...new Set(names)].filter(isAccessScope);
}

function isStorable(value: unknown): value is string {
  return typeof value === 'string' && STORABLE.test(value);
}
