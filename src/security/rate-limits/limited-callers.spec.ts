import { addressOf, networkOf } from './limited-callers.js';

describe('an address', () => {
  it.each([
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:DB8:1:2::9', '2001:db8:1:2'],
    ['2001:0db8:0001:0002::', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
  ])('of IPv6 counts by its network: %s', (ip, network) => {
    expect(networkOf(ip)).toBe(network);
  });

  it('is not kept itself', () => {
    expect(addressOf('192.0.2.7')).toMatch(/^address [\w-]{22}$/);
    expect(addressOf('192.0.2.7')).toBe(addressOf('192.0.2.7'));
    expect(addressOf('192.0.2.7')).not.toBe(addressOf('192.0.2.8'));
    expect(addressOf('2001:db8:1:2::9')).toBe(addressOf('2001:db8:1:2:3:4:5:6'));
  });
});
