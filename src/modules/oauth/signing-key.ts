import { createHash, createPublicKey, generateKeyPair, type JsonWebKey, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { SigningKeyRow } from './signing-keys.queries.js';

/** RSA modulus, in bits: NIST SP 800-57 allows 2048 until 2030, and a signature of 3072 costs three times as much. */
const MODULUS_BITS = 2048;

const generate = promisify(generateKeyPair);

/** One of our own signing keys, ready for use. Times are in milliseconds of this process's clock. */
export interface SigningKey {
  readonly kid: string;
  readonly privateJwk: JsonWebKey & { readonly kid: string };
  readonly publicKey: KeyObject;
  readonly signsFrom: number;
  readonly retiresAt: number;
}

/** A new RS256 key as a private JWK; its `kid` is its thumbprint (RFC 7638). Takes 50 to 500 ms, off the main thread. */
export async function newPrivateJwk(): Promise<JsonWebKey & { kid: string }> {
  const { privateKey } = await generate('rsa', { modulusLength: MODULUS_BITS });
  const jwk = privateKey.export({ format: 'jwk' });
  // The members of RFC 7638 section 3.2, in its order.
  const kid = createHash('sha256')
    .update(JSON.stringify({ e: jwk.e, kty: jwk.kty, n: jwk.n }))
    .digest('base64url');
  return { ...jwk, kid, use: 'sig', alg: 'RS256' };
}

/** The key of a row that was read at `now`. */
export function signingKeyOf(row: SigningKeyRow, now: number): SigningKey {
  const { kty, n, e } = row.private_jwk;
  return {
    kid: row.kid,
    privateJwk: { ...row.private_jwk, kid: row.kid, use: 'sig', alg: 'RS256' },
    publicKey: createPublicKey({ format: 'jwk', key: { kty, n, e } as JsonWebKey }),
    signsFrom: now + row.signs_in,
    retiresAt: row.retires_in === null ? Number.POSITIVE_INFINITY : now + row.retires_in,
  };
}

/** The key that signs at `now`: the latest one whose time has come. Undefined where there is none. */
export function signerAt(keys: readonly SigningKey[], now: number): SigningKey | undefined {
  return keys
    .filter((key) => key.signsFrom <= now && key.retiresAt > now)
    .reduce<SigningKey | undefined>((best, key) => (best && best.signsFrom >= key.signsFrom ? best : key), undefined);
}
