import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Kept answers are sealed under the very key that asks for them again (AES-256-GCM; the database holds only a digest of
 * that key), because some, such as a new client's secret, must not be readable in a database or in its backups.
 */
export function seal(answer: unknown, idempotencyKey: string, requestDigest: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', sealingKey(idempotencyKey, requestDigest), nonce);
  const sealed = Buffer.concat([cipher.update(JSON.stringify(answer), 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

/** The answer that `seal` closed. Throws where key or request are others. */
export function unseal(sealed: Buffer, idempotencyKey: string, requestDigest: Buffer): unknown {
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', sealingKey(idempotencyKey, requestDigest), nonce);
  decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  const text = Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
  return JSON.parse(text.toString('utf8'));
}

function sealingKey(idempotencyKey: string, requestDigest: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', idempotencyKey, requestDigest, 'doorlist kept answer', 32));
}
