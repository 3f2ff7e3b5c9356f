import fc from 'fast-check';
import { UserSet, ordinalsIn } from './user-set.js';
import { CHUNK } from './user-sets.js';

const ordinals = fc.uniqueArray(fc.oneof(fc.nat(60), fc.nat(5 * CHUNK)), { maxLength: 80 });
const ascending = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);

/** A row as the database has it. */
function rowOf(chunk: number, places: readonly number[], form: 'bits' | 'members'): Parameters<UserSet['addRow']>[0] {
  if (form === 'members') {
    const members = Buffer.alloc(places.length * 2);
    places.forEach((place, at) => members.writeUInt16BE(place, at * 2));
    return { chunk, bits: null, members };
  }
  const bits = Buffer.alloc(4 + CHUNK / 8);
  bits.writeInt32BE(CHUNK);
  for (const place of places) bits[4 + (place >> 3)]! |= 0x80 >> (place & 7);
  return { chunk, bits, members: null };
}

describe('a set of users', () => {
  it('holds what a list of numbers would', () => {
    fc.assert(
      fc.property(ordinals, ordinals, (ones, others) => {
        const [a, b] = [UserSet.of(ones), UserSet.of(others)];
        const all = (set: UserSet): number[] => set.slice(0, set.size);
        expect(all(a)).toEqual(ascending(ones));
        expect(a.size).toBe(ones.length);
        expect(all(a.minus(b))).toEqual(ascending(ones.filter((one) => !others.includes(one))));
        expect(all(a.and(b))).toEqual(ascending(ones.filter((one) => others.includes(one))));
        expect(ones.every((one) => a.has(one)) && !others.some((other) => a.has(other) !== ones.includes(other))).toBe(
          true,
        );
        expect(all(UserSet.of(ones).union(b))).toEqual(ascending([...new Set([...ones, ...others])]));
      }),
    );
  });

  it('gives any part of itself, from either end, and goes on after any number', () => {
    fc.assert(
      fc.property(
        ordinals,
        fc.nat(90),
        fc.nat(20),
        fc.nat(5 * CHUNK),
        fc.boolean(),
        (ones, offset, limit, last, back) => {
          const set = UserSet.of(ones);
          const order = back ? ascending(ones).reverse() : ascending(ones);
          expect(set.slice(offset, limit, back)).toEqual(order.slice(offset, offset + limit));
          expect(set.rank(last, back)).toBe(order.filter((one) => (back ? one >= last : one <= last)).length);
        },
      ),
    );
  });

  it.each(['bits', 'members'] as const)('reads rows that are stored as %s', (form) => {
    const set = new UserSet();
    set.addRow(rowOf(0, [0, 1, 8191], form));
    set.addRow(rowOf(3, [CHUNK - 1, 7, 8], form));
    expect(set.slice(0, 10)).toEqual([0, 1, 8191, 3 * CHUNK + 7, 3 * CHUNK + 8, 4 * CHUNK - 1]);
    expect([set.chunks, set.bytes]).toEqual([[0, 3], (2 * CHUNK) / 8]);
  });

  it('reads ordinals one after the other', () => {
    const packed = Buffer.alloc(8);
    packed.writeInt32BE(70_000);
    packed.writeInt32BE(3, 4);
    expect(ordinalsIn(packed)).toEqual([70_000, 3]);
    const set = new UserSet();
    set.addOrdinals(packed);
    expect(set.slice(0, 9)).toEqual([3, 70_000]);
  });
});
