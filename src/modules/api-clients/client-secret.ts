import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const SECRET_BYTES = 32;
const SALT_BYTES = 16;

/** What is stored of a client's secret. */
interface SecretDigest {
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** A new secret: 256 random bits in base64url (43 characters). It is shown once and never stored. */
export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/**
 * SHA-256 over a random salt and the secret. A slow password hash would buy nothing here: secrets are 256 random bits, and
 * those that operators choose have at least 32 characters, so guessing is hopeless at any speed.
 */
export function digestOf(secret: string, salt: Buffer = randomBytes(SALT_BYTES)): SecretDigest {
  return { salt, hash: createHash('sha256').update(salt).update(secret, 'utf8').digest() };
}

/** Whether `secret` is the one that was digested; takes the same time whichever bytes differ. */
export function isSecret(secret: string, digest: SecretDigest): boolean {
  const { hash } = digestOf(secret, digest.salt);
  return hash.length === digest.hash.length && timingSafeEqual(hash, digest.hash);
}
