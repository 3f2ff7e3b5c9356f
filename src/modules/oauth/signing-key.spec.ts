import { generateKeyPairSync } from 'node:crypto';
import { newPrivateJwk, signerAt, signingKeyOf } from './signing-key.js';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const privateJwk = privateKey.export({ format: 'jwk' }) as Record<string, string>;
const NOW = 1_000_000;
const key = (kid: string, signsIn: number, retiresIn: number | null) =>
  signingKeyOf({ kid, private_jwk: privateJwk, signs_in: signsIn, retires_in: retiresIn }, NOW);

describe('signing keys', () => {
  it('sign from their time on, the latest first', () => {
    const keys = [key('old', -5000, 60_000), key('new', 1000, null), key('older', -9000, 100)];
    expect(signerAt(keys, NOW)?.kid).toBe('old');
    expect(signerAt(keys, NOW + 1000)?.kid).toBe('new');
  });

  it('never sign once they are retired, or before their time', () => {
    expect(signerAt([key('gone', -5000, -1), key('next', 1, null)], NOW)).toBeUndefined();
    expect(signerAt([], NOW)).toBeUndefined();
  });

  it('keep their private half out of the public key', () => {
    const made = key('k', 0, null);
    expect(made.publicKey.type).toBe('public');
    expect(Object.keys(made.publicKey.export({ format: 'jwk' })).sort()).toEqual(['e', 'kty', 'n']);
  });

  it('are 2048-bit RS256 keys called by their thumbprint', async () => {
    const made = await newPrivateJwk();
    expect(made).toMatchObject({ kty: 'RSA', alg: 'RS256', use: 'sig', kid: expect.stringMatching(/^[\w-]{43}$/) });
    expect(Buffer.from(made.n!, 'base64url')).toHaveLength(256);
  });
});
