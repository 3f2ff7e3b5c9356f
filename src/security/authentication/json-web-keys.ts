import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';

/** Algorithms that outside issuers may sign with. Nothing symmetric: a public key must never serve as a secret. */
export const OUTSIDE_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384'] as const;

const CURVES: Readonly<Record<string, string>> = { ES256: 'prime256v1', ES384: 'secp384r1' };
/** Most keys of one set that are looked at; issuers publish two or three. */
const MOST_KEYS = 100;
/** RFC 7518 section 3.3. */
const SHORTEST_RSA_BITS = 2048;

/** One verification key of an issuer. */
export interface VerificationKey {
  readonly keyId: string | undefined;
  /** The only algorithm that the issuer lets it be used with, where it says one. */
  readonly algorithm: string | undefined;
  readonly key: KeyObject;
}

/** The usable keys of a JWK Set (RFC 7517 section 5): members that are not understood are left out. Null: not a set at all. */
export function verificationKeys(set: unknown): readonly VerificationKey[] | null {
  const keys = typeof set === 'object' && set !== null && 'keys' in set ? set.keys : null;
  if (!Array.isArray(keys)) return null;
  return keys.slice(0, MOST_KEYS).flatMap((jwk: unknown) => verificationKey(jwk) ?? []);
}

function verificationKey(jwk: unknown): VerificationKey | null {
  if (typeof jwk !== 'object' || jwk === null) return null;
  const { kty, n, e, crv, x, y, kid, alg, use } = jwk as Readonly<Record<string, unknown>>;
  if ((kty !== 'RSA' && kty !== 'EC') || (use !== undefined && use !== 'sig')) return null;
  const material = kty === 'RSA' ? { kty, n, e } : { kty, crv, x, y };
  try {
    const key = createPublicKey({ format: 'jwk', key: material as JsonWebKey });
    const tooShort = (key.asymmetricKeyDetails?.modulusLength ?? SHORTEST_RSA_BITS) < SHORTEST_RSA_BITS;
    if (tooShort) return null;
    return {
      keyId: typeof kid === 'string' ? kid : undefined,
      algorithm: typeof alg === 'string' ? alg : undefined,
      key,
    };
  } catch {
    return null; // What node:crypto cannot read is a key that we do not understand.
  }
}

/**
 * The key for a token: the one with its `kid` that can be used with its algorithm. A token without `kid` is only
 * understood where a single key of the issuer fits.
 */
export function keyFor(
  keys: readonly VerificationKey[],
  keyId: string | undefined,
  algorithm: string,
): KeyObject | null {
  const fitting = keys.filter((each) => (keyId === undefined || each.keyId === keyId) && fits(each, algorithm));
  if (keyId === undefined && fitting.length > 1) return null;
  return fitting[0]?.key ?? null;
}

function fits({ algorithm: only, key }: VerificationKey, algorithm: string): boolean {
  if (only !== undefined && only !== algorithm) return false;
  if (algorithm.startsWith('ES')) return key.asymmetricKeyDetails?.namedCurve === CURVES[algorithm];
  return key.asymmetricKeyType === 'rsa';
}
