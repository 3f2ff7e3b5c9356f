import { isAlive, isZombie } from './process-identity.js';

describe('process identity', () => {
  it('knows a zombie by the state that follows the name', () => {
    expect(isZombie('123 (postgres) Z 1 123 123 0 -1')).toBe(true);
    expect(isZombie('123 (postgres) S 1 123 123 0 -1')).toBe(false);
  });

  it('is not taken in by a name that looks like a state', () => {
    expect(isZombie('123 (a) Z 1) S 1 123')).toBe(false);
    expect(isZombie('123 (a) S 1) Z 1 123')).toBe(true);
  });

  it('knows whether a process exists', () => {
    expect(isAlive(process.pid)).toBe(true);
    expect(isAlive(99_999_999)).toBe(false);
  });
});
