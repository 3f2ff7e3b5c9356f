import { positionIn, positionOf, tokenOf } from './log-position.js';

describe('a position of the log', () => {
  it.each([
    ['0/0', 0n],
    ['0/1A2B3C4D', 0x1a2b3c4dn],
    ['1/0', 0x1_0000_0000n],
    ['FFFFFFFF/FFFFFFFF', 0xffff_ffff_ffff_ffffn],
  ])('goes to a token and back: %s', (lsn, position) => {
    expect(positionOf(lsn)).toBe(position);
    expect(tokenOf(position)).toMatch(/^[\w-]{12}$/);
    expect(positionIn(tokenOf(position))).toBe(position);
  });

  it.each(['', 'AQ', 'AQAAAAAAAAAA=', ' AQAAAAAAAAAA', 'AgAAAAAAAAAA', 'AQAAAAAAAAAAAA', 'AQAAAAAAAAA!', '0/1A2B3C4D'])(
    'is found in no other text: %j',
    (text) => {
      expect(() => positionIn(text)).toThrow('is no token of this service');
    },
  );
});
