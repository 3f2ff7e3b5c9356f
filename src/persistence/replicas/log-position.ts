import { DomainError } from '../../kernel/domain-error.js';

const VERSION = 1;
const TOKEN_BYTES = 9;
const BITS = 32n;

/** A place in the write-ahead log, in bytes from its begin, from PostgreSQL's own text: two halves in hexadecimal. */
export function positionOf(lsn: string): bigint {
  const [high = '', low = ''] = lsn.split('/');
  return (BigInt(`0x${high}`) << BITS) | BigInt(`0x${low}`);
}

/** A position as callers are handed it: one byte for the form, eight for the position. */
export function tokenOf(position: bigint): string {
  const bytes = Buffer.alloc(TOKEN_BYTES, VERSION);
  bytes.writeBigUInt64BE(position, 1);
  return bytes.toString('base64url');
}

/** The position in a token. Errors: 400 `invalid_consistency_token` for what `tokenOf` never answers. */
export function positionIn(token: string): bigint {
  const bytes = Buffer.from(token, 'base64url');
  const position = bytes.length === TOKEN_BYTES && bytes[0] === VERSION ? bytes.readBigUInt64BE(1) : null;
  if (position !== null && tokenOf(position) === token) return position;
  throw new DomainError(
    'malformed',
    'invalid_consistency_token',
    'Doorlist-Consistency is no token of this service; send the header as a write answered it, or leave it out.',
  );
}
