import { bearerTokenOf } from './bearer-token.js';
import { readUntrusted } from './untrusted-token.js';

const part = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const token = (header: unknown, payload: unknown = { iss: 'https://idp' }): string =>
  `${part(header)}.${part(payload)}.c2ln`;
const refusal = (code: string): Error => expect.objectContaining({ kind: 'unauthenticated', code }) as Error;

describe('readUntrusted', () => {
  it('reads algorithm, key id, type and issuer', () => {
    expect(readUntrusted(token({ alg: 'RS256', kid: 'k', typ: 'JWT', jku: 'https://evil' }))).toEqual({
      algorithm: 'RS256',
      keyId: 'k',
      type: 'JWT',
      issuer: 'https://idp',
    });
  });

  it.each([
    ['no signature', `${part({ alg: 'none' })}.${part({ iss: 'i' })}.`],
    ['two parts', `${part({ alg: 'RS256' })}.${part({ iss: 'i' })}`],
    ['five parts, as encrypted tokens have', `${token({ alg: 'RS256' })}.a.b`],
    ['base64 padding', `${part({ alg: 'RS256' })}=.${part({ iss: 'i' })}.c2ln`],
    ['a header that is a list', token([])],
    ['a header that is no JSON', token('{')],
    ['no algorithm', token({})],
    ['a key id that is no text', token({ alg: 'RS256', kid: 5 })],
    ['a key id without end', token({ alg: 'RS256', kid: 'k'.repeat(257) })],
    ['critical extensions', token({ alg: 'RS256', crit: ['b64'], b64: false })],
    ['an empty list of critical extensions', token({ alg: 'RS256', crit: [] })],
    ['a payload that is null', token({ alg: 'RS256' }, 'null')],
    ['no issuer', token({ alg: 'RS256' }, {})],
    ['two issuers', token({ alg: 'RS256' }, { iss: ['https://idp', 'https://own'] })],
  ])('refuses %s', (_what, bad) => {
    expect(() => readUntrusted(bad)).toThrow(refusal('invalid_token'));
  });
});

describe('bearerTokenOf', () => {
  it.each(['Bearer abc', 'bearer abc', 'BEARER   abc '])('reads %j', (header) => {
    expect(bearerTokenOf(header)).toBe('abc');
  });

  it.each([undefined, '', 'Bearer', 'Bearer ', 'Basic abc', 'abc', 'Bearerabc'])('finds no token in %j', (header) => {
    expect(() => bearerTokenOf(header)).toThrow(refusal('missing_token'));
  });

  it('refuses tokens of more than 8,192 characters', () => {
    expect(bearerTokenOf(`Bearer ${'a'.repeat(8192)}`)).toHaveLength(8192);
    expect(() => bearerTokenOf(`Bearer ${'a'.repeat(8193)}`)).toThrow(refusal('invalid_token'));
  });
});
