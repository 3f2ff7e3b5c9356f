import { invalidToken } from './token-refusals.js';

/** What a token says of itself before anything of it was verified: good for choosing the key, and for nothing else. */
export interface UntrustedToken {
  readonly algorithm: string;
  readonly keyId: string | undefined;
  readonly type: string | undefined;
  readonly issuer: string;
}

/** JWS compact serialization (RFC 7515 section 7.1) with a signature; anything unsigned has no third part. */
const COMPACT = /^([\w-]+)\.([\w-]+)\.[\w-]+$/;
const LONGEST_KEY_ID = 256;

/**
 * Reads header and issuer. Of the header only `alg`, `kid` and `typ` are used: keys or addresses of keys in it (`jwk`,
 * `jku`, `x5c`, `x5u`) are ignored, and `crit` is refused, because none of its extensions is understood (RFC 7515 section
 * 4.1.11). Errors: 401 `invalid_token`.
 */
export function readUntrusted(token: string): UntrustedToken {
  const parts = COMPACT.exec(token);
  if (parts === null) throw invalidToken();
  const { alg, kid, typ, crit } = decode(parts[1]);
  const { iss } = decode(parts[2]);
  const readable =
    typeof alg === 'string' &&
    (kid === undefined || (typeof kid === 'string' && kid.length <= LONGEST_KEY_ID)) &&
    (typ === undefined || typeof typ === 'string') &&
    crit === undefined &&
    typeof iss === 'string';
  if (!readable) throw invalidToken();
  return { algorithm: alg, keyId: kid, type: typ, issuer: iss };
}

/** One part as a JSON object. */
function decode(part = ''): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    throw invalidToken();
  }
  throw invalidToken();
}
