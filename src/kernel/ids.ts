import { uuidv7 } from 'uuidv7';

const UUID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A new time-ordered identifier (UUIDv7, RFC 9562 section 5.7): ids made later sort after ids made earlier. */
export function newId(): string {
  return uuidv7();
}

/** Whether `value` has the textual form of a UUID of any version, in either case. */
export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID_PATTERN.test(value);
}
