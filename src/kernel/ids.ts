import { uuidv7 } from 'uuidv7';

/** How the text of a UUID is built, as a part of a regular expression: of any version, in either case. */
export const UUID_FORM = '[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}';
const UUID_PATTERN = new RegExp(`^${UUID_FORM}$`);

/** A new time-ordered identifier (UUIDv7, RFC 9562 section 5.7): ids made later sort after ids made earlier. */
export function newId(): string {
  return uuidv7();
}

/** Whether `value` has the textual form of a UUID of any version, in either case. */
export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID_PATTERN.test(value);
}
