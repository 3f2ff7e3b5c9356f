import { CHUNK, LIST_LENGTH_BITS } from './user-sets.js';

const CHUNK_BYTES = CHUNK / 8;
/** PostgreSQL sends a bit string as its length in four bytes, then its bits from the highest of each byte on. */
const LENGTH_BYTES = 4;
const ORDINAL_BYTES = 4;
const LIST_HEAD_BYTES = 4;

/** The bits of 16,384 users, seen as bytes and as words of the same memory. */
interface Chunk {
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
}

/** Users as statements answer them, in any of three forms. */
export interface PackedUsers {
  /** Which 16,384 users `bits` are about. */
  readonly chunk: number | null;
  /** One row's bits, as `bit_send` writes them. */
  readonly bits: Buffer | null;
  /** Rows that list places, each as `listOf` writes it. */
  readonly lists: Buffer | null;
  /** Ordinals, as `int4send` writes each. */
  readonly ordinals: Buffer | null;
}

/**
 * A set of users by their ordinals, in memory: one bit a user, 2 KB for each 16,384 of them of which any is in it. Bits are
 * set and read byte by byte, as PostgreSQL has them; whole sets are put together four bytes at a time.
 */
export class UserSet {
  readonly #chunks = new Map<number, Chunk>();

  /** A set of these ordinals. */
  static of(ordinals: Iterable<number>): UserSet {
    const set = new UserSet();
    for (const ordinal of ordinals) set.add(ordinal);
    return set;
  }

  /** How many users are in it. */
  get size(): number {
    let size = 0;
    for (const chunk of this.#chunks.values()) size += onesIn(chunk);
    return size;
  }

  add(ordinal: number): void {
    mark(this.#chunk(Math.floor(ordinal / CHUNK)).bytes, ordinal % CHUNK);
  }

  has(ordinal: number): boolean {
    const chunk = this.#chunks.get(Math.floor(ordinal / CHUNK));
    const place = ordinal % CHUNK;
    return chunk !== undefined && ((chunk.bytes[place >> 3] ?? 0) & (0x80 >> (place & 7))) !== 0;
  }

  /** Adds users as statements answer them. */
  addPacked({ chunk, bits, lists, ordinals }: PackedUsers): void {
    if (chunk !== null && bits) this.#addBits(chunk, bits);
    if (lists) this.#addLists(lists);
    if (ordinals) this.addOrdinals(ordinals);
  }

  /** Adds ordinals as `int4send` writes them, one after the other. */
  addOrdinals(packed: Buffer): void {
    for (const ordinal of ordinalsIn(packed)) this.add(ordinal);
  }

  /** Adds all users of the other set. */
  union(other: UserSet): this {
    for (const [number, { words: theirs }] of other.#chunks) {
      const { words } = this.#chunk(number);
      for (let at = 0; at < words.length; at += 1) words[at] = (words[at] ?? 0) | (theirs[at] ?? 0);
    }
    return this;
  }

  /** The users of this set that are not in the other. */
  minus(other: UserSet): UserSet {
    const result = new UserSet();
    for (const [number, { words: mine }] of this.#chunks) {
      const theirs = other.#chunks.get(number)?.words;
      const { words } = result.#chunk(number);
      for (let at = 0; at < words.length; at += 1) words[at] = (mine[at] ?? 0) & ~(theirs?.[at] ?? 0);
    }
    return result.#withoutEmpty();
  }

  /** The users that are in both sets. */
  and(other: UserSet): UserSet {
    const result = new UserSet();
    for (const [number, { words: mine }] of this.#chunks) {
      const theirs = other.#chunks.get(number)?.words;
      if (theirs === undefined) continue;
      const { words } = result.#chunk(number);
      for (let at = 0; at < words.length; at += 1) words[at] = (mine[at] ?? 0) & (theirs[at] ?? 0);
    }
    return result.#withoutEmpty();
  }

  /** Memory that it takes, in bytes. */
  get bytes(): number {
    return this.#chunks.size * CHUNK_BYTES;
  }

  /** The rows that hold any of its users. */
  get chunks(): number[] {
    return [...this.#chunks.keys()];
  }

  /** Ordinals from the lowest on (or from the highest), `limit` of them after skipping `offset`. */
  slice(offset: number, limit: number, descending = false): number[] {
    const found: number[] = [];
    let toSkip = offset;
    for (const [number, chunk] of this.#inOrder(descending)) {
      if (found.length >= limit) break;
      const here = onesIn(chunk);
      if (here <= toSkip) toSkip -= here;
      else {
        const places = placesIn(chunk, descending);
        for (const place of places.slice(toSkip, toSkip + limit - found.length)) found.push(number * CHUNK + place);
        toSkip = 0;
      }
    }
    return found;
  }

  /** How many come up to and with this ordinal in the order: what `slice` skips to go on after it. */
  rank(ordinal: number, descending = false): number {
    const last = Math.floor(ordinal / CHUNK);
    let rank = 0;
    for (const [number, chunk] of this.#inOrder(descending)) {
      if (number === last) return rank + rankIn(chunk, ordinal % CHUNK, descending);
      if (descending ? number < last : number > last) return rank;
      rank += onesIn(chunk);
    }
    return rank;
  }

  #addBits(chunk: number, bits: Buffer): void {
    const { bytes } = this.#chunk(chunk);
    for (let at = 0; at < CHUNK_BYTES; at += 1) bytes[at] = (bytes[at] ?? 0) | (bits[at + LENGTH_BYTES] ?? 0);
  }

  #addLists(lists: Buffer): void {
    for (let at = 0; at < lists.length;) {
      const head = lists.readUInt32BE(at);
      const { bytes } = this.#chunk(head >>> LIST_LENGTH_BITS);
      const end = at + LIST_HEAD_BYTES + (head & ((1 << LIST_LENGTH_BITS) - 1));
      for (at += LIST_HEAD_BYTES; at < end; at += 2) mark(bytes, ((lists[at] ?? 0) << 8) | (lists[at + 1] ?? 0));
    }
  }

  #inOrder(descending: boolean): [number, Chunk][] {
    return [...this.#chunks].sort(([a], [b]) => (descending ? b - a : a - b));
  }

  #chunk(number: number): Chunk {
    let chunk = this.#chunks.get(number);
    if (chunk === undefined) {
      const buffer = new ArrayBuffer(CHUNK_BYTES);
      chunk = { bytes: new Uint8Array(buffer), words: new Uint32Array(buffer) };
      this.#chunks.set(number, chunk);
    }
    return chunk;
  }

  #withoutEmpty(): this {
    for (const [number, { words }] of this.#chunks) if (words.every((word) => word === 0)) this.#chunks.delete(number);
    return this;
  }
}

/** Ordinals that `int4send` wrote one after the other, in that order. */
export function ordinalsIn(packed: Buffer): number[] {
  return Array.from({ length: packed.length / ORDINAL_BYTES }, (_, at) => packed.readInt32BE(at * ORDINAL_BYTES));
}

function mark(bytes: Uint8Array, place: number): void {
  const at = place >> 3;
  bytes[at] = (bytes[at] ?? 0) | (0x80 >> (place & 7));
}

/** The ones of each word, counted in parallel (Warren, Hacker's Delight, 5-1). */
function onesIn({ words }: Chunk): number {
  let ones = 0;
  for (const value of words) {
    if (value === 0) continue;
    let word = value - ((value >>> 1) & 0x55555555);
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
    ones += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return ones;
}

/** The places that are set, in order. */
function placesIn({ bytes }: Chunk, descending: boolean): number[] {
  const places: number[] = [];
  bytes.forEach((byte, at) => {
    if (byte === 0) return;
    for (let bit = 0; bit < 8; bit += 1) if (byte & (0x80 >> bit)) places.push(at * 8 + bit);
  });
  return descending ? places.reverse() : places;
}

function rankIn(chunk: Chunk, place: number, descending: boolean): number {
  return placesIn(chunk, descending).filter((each) => (descending ? each >= place : each <= place)).length;
}
