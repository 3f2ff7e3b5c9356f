import { expandScopes } from '../../kernel/access-scopes.js';

/**
 * The scopes of a token: all that the client holds where the request names none, else those of the request that the client
 * holds or that its scopes imply (RFC 6749 section 3.3 lets us grant fewer than asked). Empty where nothing is left.
 */
export function scopesFor(held: readonly string[], requested: string | undefined): readonly string[] {
  const allowed = expandScopes(held);
  const asked = requested === undefined ? held : requested.split(' ');
  return [...new Set(asked)].filter((scope) => (allowed as ReadonlySet<string>).has(scope));
}
