import { invalidToken, missingToken } from './token-refusals.js';

/** Longest token that is looked at, in characters. Real ones have 700 to 3,000. */
const LONGEST_TOKEN = 8192;
const SCHEME = 'bearer ';

/**
 * The token of an Authorization header (RFC 6750 section 2.1). The two other places that the RFC knows, form body and
 * query, are never read: URLs end up in logs. Errors: 401 `missing_token` without such a header, `invalid_token` where it
 * is too long.
 */
export function bearerTokenOf(header: string | undefined): string {
  if (header?.slice(0, SCHEME.length).toLowerCase() !== SCHEME) throw missingToken();
  const token = header.slice(SCHEME.length).trim();
  if (token === '') throw missingToken();
  if (token.length > LONGEST_TOKEN) throw invalidToken(`The access token is longer than ${LONGEST_TOKEN} characters.`);
  return token;
}

/**
 * Refuses a second Authorization header (RFC 9110 section 5.3: it must not be sent twice): Node would read the first, and
 * an ingress may have judged the other. `rawHeaders` alternates names and values.
 */
export function requireOneAuthorization(rawHeaders: readonly string[]): void {
  let found = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === 13 && name.toLowerCase() === 'authorization') found += 1;
  }
  if (found > 1) throw invalidToken('Send one Authorization header.');
}
