import { generateKeyPairSync } from 'node:crypto';
import { keySetUrlOf } from './issuer-documents.js';
import { keyFor, verificationKeys } from './json-web-keys.js';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' });
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' });
const keysOf = (...keys: unknown[]) => verificationKeys({ keys }) ?? [];

describe('verificationKeys', () => {
  it('leaves out what it does not understand or must not use', () => {
    const kept = keysOf(
      { ...rsa, kid: 'good' },
      { ...rsa, kid: 'for encryption', use: 'enc' },
      { ...weak, kid: '1024 bits' },
      { kty: 'oct', kid: 'symmetric', k: 'c2VjcmV0' },
      { kty: 'RSA', kid: 'broken', n: 5 },
      null,
      'text',
    );
    expect(kept.map((key) => key.keyId)).toEqual(['good']);
  });

  it.each([null, [], 'text', {}, { keys: 'none' }])('takes %j for no set at all', (document) => {
    expect(verificationKeys(document)).toBeNull();
  });

  it('bounds the number of keys', () => {
    expect(keysOf(...Array.from({ length: 150 }, (_, index) => ({ ...p256, kid: `${index}` })))).toHaveLength(100);
  });
});

describe('keyFor', () => {
  const keys = keysOf(
    { ...rsa, kid: 'r', alg: 'RS256' },
    { ...rsa, kid: 'any' },
    { ...p256, kid: 'e' },
    { ...p384, kid: 'e384' },
  );

  it.each([
    ['r', 'RS256', true],
    ['r', 'PS256', false], // the issuer allows RS256 alone
    ['any', 'PS256', true],
    ['any', 'ES256', false],
    ['e', 'ES256', true],
    ['e', 'ES384', false],
    ['e384', 'ES384', true],
    ['e', 'RS256', false],
    ['none', 'RS256', false],
    ['__proto__', 'RS256', false],
    [undefined, 'ES384', true],
    [undefined, 'RS256', false], // two would fit
  ])('with kid %j and %s finds a key: %j', (keyId, algorithm, found) => {
    expect(keyFor(keys, keyId, algorithm) !== null).toBe(found);
  });
});

describe('keySetUrlOf', () => {
  it('reads jwks_uri of a document that names its own issuer', () => {
    expect(keySetUrlOf({ issuer: 'https://idp', jwks_uri: 'https://keys/jwks' }, 'https://idp')).toBe(
      'https://keys/jwks',
    );
  });

  it.each([
    null,
    {},
    { issuer: 'https://other', jwks_uri: 'https://idp/jwks' },
    { issuer: 'https://idp/', jwks_uri: 'https://idp/jwks' },
    { issuer: 'https://idp' },
    { issuer: 'https://idp', jwks_uri: '/jwks' },
    { issuer: 'https://idp', jwks_uri: 'file:///etc/passwd' },
    { issuer: 'https://idp', jwks_uri: 'http://idp/jwks' },
  ])('refuses %j', (document) => {
    expect(() => keySetUrlOf(document, 'https://idp')).toThrow('https://idp');
  });
});
