import fc from 'fast-check';
import { UserSet, ordinalsIn, type PackedUsers } from './user-set.js';
import { CHUNK, LIST_LENGTH_BITS } from './user-sets.js';

const ordinals = fc.uniqueArray(fc.oneof(fc.nat(60), fc.nat(5 * CHUNK)), { maxLength: 80 });
const ascending = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);

/** A row as the database has it. */
function rowOf(chunk: number, places: readonly number[], form: 'bits' | 'lists'): PackedUsers {
  if (form === 'lists') {
    const list = Buffer.alloc(4 + places.length * 2);
    list.writeUInt32BE(chunk * 2 ** LIST_LENGTH_BITS + places.length * 2);
    places.forEach((place, at) => list.writeUInt16BE(place, 4 + at * 2));
    return { chunk: null, bits: null, lists: list, ordinals: null };
  }
  const bits = Buffer.alloc(4 + CHUNK / 8);
  bits.writeInt32BE(CHUNK);
  for (const place of places) bits[4 + (place >> 3)]! |= 0x80 >> (place & 7);
  return { chunk, bits, lists: null, ordinals: null };
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

  it.each(['bits', 'lists'] as const)('reads rows that are stored as %s', (form) => {
    const set = new UserSet();
    set.addPacked(rowOf(0, [0, 1, 8191], form));
    set.addPacked(rowOf(3, [CHUNK - 1, 7, 8], form));
    expect(set.slice(0, 10)).toEqual([0, 1, 8191, 3 * CHUNK + 7, 3 * CHUNK + 8, 4 * CHUNK - 1]);
    expect([set.chunks, set.bytes]).toEqual([[0, 3], (2 * CHUNK) / 8]);
  });

  it('reads several lists one after the other', () => {
    const lists = [rowOf(2, [5], 'lists'), rowOf(0, [9, 4], 'lists')].map((row) => row.lists ?? Buffer.alloc(0));
    const set = new UserSet();
    set.addPacked({ chunk: null, bits: null, lists: Buffer.concat(lists), ordinals: null });
    expect(set.slice(0, 9)).toEqual([4, 9, 2 * CHUNK + 5]);
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
