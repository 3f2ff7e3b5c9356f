import { digestOf, isSecret, newSecret } from './client-secret.js';

describe('client secrets', () => {
  it('are known again by their digest, and nothing else is', () => {
    const secret = newSecret();
    const digest = digestOf(secret);
    expect(secret).toHaveLength(43);
    expect(isSecret(secret, digest)).toBe(true);
    expect(isSecret(newSecret(), digest)).toBe(false);
    expect(isSecret(`${secret} `, digest)).toBe(false);
    expect(isSecret('', digest)).toBe(false);
  });

  it('have another digest with every salt', () => {
    const [one, two] = [digestOf('same'), digestOf('same')];
    expect(one.hash.equals(two.hash)).toBe(false);
    expect(isSecret('same', { salt: one.salt, hash: two.hash })).toBe(false);
  });

  it('are refused where the stored digest is cut', () => {
    const { salt, hash } = digestOf('secret');
    expect(isSecret('secret', { salt, hash: hash.subarray(0, 16) })).toBe(false);
  });
});
