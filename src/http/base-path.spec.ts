import { withoutBasePath } from './base-path.js';

describe('the base path', () => {
  it.each([
    ['/doorlist/health/live', '/health/live'],
    ['/doorlist', '/'],
    ['/doorlist/', '/'],
    ['/doorlist?a=/b', '/?a=/b'],
    ['/health/live', '/health/live'],
    ['/doorlists/x', '/doorlists/x'],
    ['/x/doorlist/y', '/x/doorlist/y'],
    ['/doorlist/doorlist/y', '/doorlist/y'],
  ])('is taken off where it stands in front: %s', (url, rest) => {
    expect(withoutBasePath('/doorlist')({ url })).toBe(rest);
  });

  it('leaves all as it is where there is none', () => {
    expect(withoutBasePath('')({ url: '/doorlist//a?b' })).toBe('/doorlist//a?b');
  });
});
