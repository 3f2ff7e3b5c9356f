import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { DomainError } from './domain-error.js';

/** What a cursor is good for: this list, of this owner (a tenant), with these filters. */
export interface CursorContext {
  readonly list: string;
  readonly owner: string;
  readonly filters: unknown;
}

/** Where a page starts: after the row with these sort keys, as page `page` of pages of `perPage`. */
export interface CursorPosition {
  readonly page: number;
  readonly perPage: number;
  readonly after: readonly (string | number)[];
}

const MAC_BYTES = 16;

/**
 * Signed, opaque page positions. The signature covers the list, its owner and its filters, so that a cursor that was
 * changed, or comes from another list, another tenant or other filters, is refused and never silently misread.
 */
export class CursorCodec {
  readonly #secret: Buffer;

  /** `secret` is shared by all instances; at least 32 bytes. */
  constructor(secret: Buffer) {
    if (secret.length < 32) throw new Error('The cursor secret needs at least 32 bytes.');
    this.#secret = secret;
  }

  encode(context: CursorContext, position: CursorPosition): string {
    const body = Buffer.from(JSON.stringify([position.page, position.perPage, ...position.after]));
    return Buffer.concat([this.#sign(context, body), body]).toString('base64url');
  }

  /** Throws a `malformed` error (400, `invalid_cursor`) for anything that `encode` did not make for this context. */
  decode(context: CursorContext, cursor: string): CursorPosition {
    const bytes = Buffer.from(cursor, 'base64url');
    const body = bytes.subarray(MAC_BYTES);
    const genuine =
      bytes.length > MAC_BYTES &&
      bytes.toString('base64url') === cursor &&
      timingSafeEqual(bytes.subarray(0, MAC_BYTES), this.#sign(context, body));
    if (!genuine) throw invalidCursor();
    const [page, perPage, ...after] = JSON.parse(body.toString()) as [number, number, ...(string | number)[]];
    return { page, perPage, after };
  }

  #sign(context: CursorContext, body: Buffer): Buffer {
    const filters = createHash('sha256').update(JSON.stringify(context.filters)).digest('base64url');
    return createHmac('sha256', this.#secret)
      .update(JSON.stringify([context.list, context.owner, filters]))
      .update(body)
      .digest()
      .subarray(0, MAC_BYTES);
  }
}

function invalidCursor(): DomainError {
  return new DomainError(
    'malformed',
    'invalid_cursor',
    'The cursor was changed, or comes from another list, another tenant or other filters; ' +
      'take next_cursor from the answer to the same query, or start again without a cursor.',
  );
}
