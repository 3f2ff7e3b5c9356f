import { CHUNK } from './user-sets.js';

const CHUNK_BYTES = CHUNK / 8;
/** PostgreSQL sends a bit string as its length in four bytes, then its bits from the highest of each byte on. */
const LENGTH_BYTES = 4;
const ORDINAL_BYTES = 4;

const ONES = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length);

/** A row of `user_sets` as statements answer it: bits as `bit_send` writes them, places as two bytes each. */
export interface SetRow {
  readonly chunk: number;
  readonly bits: Buffer | null;
  readonly members: Buffer | null;
}

/** A set of users by their ordinals, in memory: one bit a user, 2 KB for each 16,384 of them of which any is in it. */
export class UserSet {
  readonly #chunks = new Map<number, Uint8Array>();

  /** A set of these ordinals. */
  static of(ordinals: Iterable<number>): UserSet {
    const set = new UserSet();
    for (const ordinal of ordinals) set.add(ordinal);
    return set;
  }

  /** How many users are in it. */
  get size(): number {
    let size = 0;
    for (const bytes of this.#chunks.values()) size += onesIn(bytes);
    return size;
  }

  add(ordinal: number): void {
    const place = ordinal % CHUNK;
    const bytes = this.#chunk(Math.floor(ordinal / CHUNK));
    bytes[place >> 3] = byteAt(bytes, place >> 3) | (0x80 >> (place & 7));
  }

  has(ordinal: number): boolean {
    const bytes = this.#chunks.get(Math.floor(ordinal / CHUNK));
    const place = ordinal % CHUNK;
    return bytes !== undefined && (byteAt(bytes, place >> 3) & (0x80 >> (place & 7))) !== 0;
  }

  /** Adds the users of a stored row. */
  addRow({ chunk, bits, members }: SetRow): void {
    const bytes = this.#chunk(chunk);
    if (bits) bits.subarray(LENGTH_BYTES).forEach((byte, at) => (bytes[at] = byteAt(bytes, at) | byte));
    for (let at = 0; at + 1 < (members?.length ?? 0); at += 2) {
      const place = members?.readUInt16BE(at) ?? 0;
      bytes[place >> 3] = byteAt(bytes, place >> 3) | (0x80 >> (place & 7));
    }
  }

  /** Adds ordinals as `int4send` writes them, one after the other. */
  addOrdinals(packed: Buffer): void {
    for (const ordinal of ordinalsIn(packed)) this.add(ordinal);
  }

  /** Adds all users of the other set. */
  union(other: UserSet): this {
    for (const [chunk, theirs] of other.#chunks) {
      const bytes = this.#chunk(chunk);
      for (let at = 0; at < CHUNK_BYTES; at += 1) bytes[at] = byteAt(bytes, at) | byteAt(theirs, at);
    }
    return this;
  }

  /** The users of this set that are not in the other. */
  minus(other: UserSet): UserSet {
    return this.#combined(
      (chunk) => other.#chunks.get(chunk),
      (mine, theirs) => mine & ~theirs,
    );
  }

  /** The users that are in both sets. */
  and(other: UserSet): UserSet {
    return this.#combined(
      (chunk) => other.#chunks.get(chunk),
      (mine, theirs) => mine & theirs,
    );
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
    for (const [chunk, bytes] of this.#inOrder(descending)) {
      if (found.length >= limit) break;
      const here = onesIn(bytes);
      if (here <= toSkip) toSkip -= here;
      else {
        const places = placesIn(bytes, descending);
        for (const place of places.slice(toSkip, toSkip + limit - found.length)) found.push(chunk * CHUNK + place);
        toSkip = 0;
      }
    }
    return found;
  }

  /** How many come up to and with this ordinal in the order: what `slice` skips to go on after it. */
  rank(ordinal: number, descending = false): number {
    const last = Math.floor(ordinal / CHUNK);
    let rank = 0;
    for (const [chunk, bytes] of this.#inOrder(descending)) {
      if (chunk === last) return rank + rankIn(bytes, ordinal % CHUNK, descending);
      if (descending ? chunk < last : chunk > last) return rank;
      rank += onesIn(bytes);
    }
    return rank;
  }

  #inOrder(descending: boolean): [number, Uint8Array][] {
    return [...this.#chunks].sort(([a], [b]) => (descending ? b - a : a - b));
  }

  #combined(
    theirsOf: (chunk: number) => Uint8Array | undefined,
    combine: (mine: number, theirs: number) => number,
  ): UserSet {
    const result = new UserSet();
    for (const [chunk, mine] of this.#chunks) {
      const theirs = theirsOf(chunk);
      const bytes = mine.map((byte, at) => combine(byte, theirs === undefined ? 0 : byteAt(theirs, at)));
      if (bytes.some((byte) => byte !== 0)) result.#chunks.set(chunk, bytes);
    }
    return result;
  }

  #chunk(chunk: number): Uint8Array {
    let bytes = this.#chunks.get(chunk);
    if (bytes === undefined) {
      bytes = new Uint8Array(CHUNK_BYTES);
      this.#chunks.set(chunk, bytes);
    }
    return bytes;
  }
}

/** Ordinals that `int4send` wrote one after the other, in that order. */
export function ordinalsIn(packed: Buffer): number[] {
  return Array.from({ length: packed.length / ORDINAL_BYTES }, (_, at) => packed.readInt32BE(at * ORDINAL_BYTES));
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

function onesIn(bytes: Uint8Array): number {
  let ones = 0;
  for (const byte of bytes) ones += ONES[byte] ?? 0;
  return ones;
}

/** The places that are set, in order. */
function placesIn(bytes: Uint8Array, descending: boolean): number[] {
  const places: number[] = [];
  bytes.forEach((byte, at) => {
    if (byte === 0) return;
    for (let bit = 0; bit < 8; bit += 1) if (byte & (0x80 >> bit)) places.push(at * 8 + bit);
  });
  return descending ? places.reverse() : places;
}

function rankIn(bytes: Uint8Array, place: number, descending: boolean): number {
  return placesIn(bytes, descending).filter((each) => (descending ? each >= place : each <= place)).length;
}
