import { isUuid } from '../../kernel/ids.js';
import { field, type FieldOptions } from './field.js';
import { isMoment } from '../../kernel/moment.js';
import { MOMENT_RULE } from './moment.js';

// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;
/** Characters of a name. */
const LONGEST_NAME = 200;
const EMAIL = /^[^\s@<>()",;:\\]+@[^\s@<>()",;:\\.]+(\.[^\s@<>()",;:\\.]+)*$/;
const DNS_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** A name or another one-line text: 1 to `max` characters, no control characters, no space at either end. */
export function Line(options: FieldOptions & { readonly max?: number }): PropertyDecorator {
  const max = options.max ?? 200;
  const accepts = (value: unknown): boolean => isLine(value, max);
  const expected = `text of 1 to ${max} characters without control characters or spaces at its ends`;
  return field(options, { type: 'line', expected, accepts }, { type: String, minLength: 1, maxLength: max });
}

/**
 * What people tell things apart by: a line without characters that nobody sees, such as a zero-width space, so that no two
 * names look the same and are not (Unicode, Default_Ignorable_Code_Point).
 */
export function Name(options: FieldOptions): PropertyDecorator {
  const expected = `text of 1 to ${LONGEST_NAME} characters without control or invisible characters or spaces at its ends`;
  const rule = { type: 'line', expected, accepts: (value: unknown) => isName(value) };
  return field(options, rule, { type: String, minLength: 1, maxLength: LONGEST_NAME });
}

/** Whether `Name` accepts it. */
export function isName(value: unknown): boolean {
  return isLine(value, LONGEST_NAME) && !INVISIBLE.test(value as string);
}

/** A line, or empty text, which takes it away where a contract has no null. */
export function LineOrNothing(options: FieldOptions): PropertyDecorator {
  const accepts = (value: unknown): boolean => value === '' || isLine(value, LONGEST_NAME);
  const expected = `empty, or text of 1 to ${LONGEST_NAME} characters without control characters or spaces at its ends`;
  return field(options, { type: 'line', expected, accepts }, { type: String, maxLength: LONGEST_NAME });
}

/** Whether it is text of 1 to `max` characters, no control characters, no space at either end. */
function isLine(value: unknown, max: number): boolean {
  return (
    typeof value === 'string' &&
    value.length > 0 &&
    [...value].length <= max &&
    !CONTROL.test(value) &&
    value.trim() === value
  );
}

/** A list of at most `max` different texts of 1 to 200 characters; repeats count once, and the order is kept. */
export function Lines(options: FieldOptions & { readonly max: number }): PropertyDecorator {
  const accepts = (value: unknown): boolean =>
    Array.isArray(value) && value.length <= options.max && value.every((each) => isLine(each, 200));
  const reads = (value: unknown): unknown => (Array.isArray(value) ? [...new Set<unknown>(value)] : value);
  const expected = `a list of at most ${options.max} texts of 1 to 200 characters without control characters or spaces at their ends`;
  return field(
    options,
    { type: 'lines', expected, accepts, reads },
    { type: 'array', items: { type: 'string', minLength: 1, maxLength: 200 }, maxItems: options.max },
  );
}

/** Any text, for what is only compared. */
export function Text(options: FieldOptions): PropertyDecorator {
  const accepts = (value: unknown): boolean => typeof value === 'string';
  return field(options, { type: 'text', expected: 'text', accepts }, { type: String });
}

/** Text of several lines, at most `max` characters. */
export function Prose(options: FieldOptions & { readonly max?: number }): PropertyDecorator {
  const max = options.max ?? 2000;
  const accepts = (value: unknown): boolean => typeof value === 'string' && [...value].length <= max;
  const rule = { type: 'prose', expected: `text of at most ${max} characters`, accepts };
  return field(options, rule, { type: String, maxLength: max });
}

/** An e-mail address: one @, no spaces, at most 254 characters (RFC 5321 section 4.5.3.1.3). */
export function Email(options: FieldOptions): PropertyDecorator {
  const accepts = (value: unknown): boolean =>
    typeof value === 'string' && value.length <= 254 && EMAIL.test(value) && !CONTROL.test(value);
  const rule = { type: 'email', expected: 'an e-mail address such as ada@example.com', accepts };
  return field(options, rule, { type: String, format: 'email', maxLength: 254 });
}

/** A DNS label: 1 to 63 lower-case letters, digits and inner hyphens (RFC 1123 section 2.1). */
export function DnsLabel(options: FieldOptions): PropertyDecorator {
  const accepts = (value: unknown): boolean => typeof value === 'string' && DNS_LABEL.test(value);
  const expected = 'a DNS label: 1 to 63 lower-case letters, digits and hyphens, no hyphen at its ends';
  return field(options, { type: 'dns_label', expected, accepts }, { type: String, pattern: DNS_LABEL.source });
}

/** true or false. */
export function Flag(options: FieldOptions & { readonly fallback: boolean }): PropertyDecorator {
  const rule = { type: 'boolean', expected: 'true or false', accepts: (value: unknown) => typeof value === 'boolean' };
  return field({ optional: true, ...options }, rule, { type: Boolean, default: options.fallback });
}

/** One of a few words. */
export function Choice(options: FieldOptions & { readonly of: readonly string[] }): PropertyDecorator {
  const accepts = (value: unknown): boolean => typeof value === 'string' && options.of.includes(value);
  const rule = { type: 'choice', expected: `one of ${options.of.join(', ')}`, accepts };
  return field(options, rule, { type: String, enum: [...options.of] });
}

/** One or more different words of a few. */
export function Choices(options: FieldOptions & { readonly of: readonly string[] }): PropertyDecorator {
  const known = new Set(options.of);
  const accepts = (value: unknown): boolean =>
    Array.isArray(value) &&
    value.length > 0 &&
    new Set(value).size === value.length &&
    value.every((word) => typeof word === 'string' && known.has(word));
  const rule = {
    type: 'choices',
    expected: `a list of one or more different words of ${options.of.join(', ')}`,
    accepts,
  };
  const items = { type: 'string', enum: [...options.of] };
  return field(options, rule, { type: 'array', items, minItems: 1, uniqueItems: true });
}

/** The id of something: a UUID, in either case; it is read in lower case. */
export function Id(options: FieldOptions): PropertyDecorator {
  const rule = { type: 'uuid', expected: 'a UUID', accepts: isUuid, reads: lowered };
  return field(options, rule, { type: String, format: 'uuid' });
}

/** A list of 1 to `max` ids. Whether repeats count once is the route's to say. */
export function Ids(options: FieldOptions & { readonly max: number }): PropertyDecorator {
  const accepts = (value: unknown): boolean =>
    Array.isArray(value) && value.length > 0 && value.length <= options.max && value.every(isUuid);
  const reads = (value: unknown): unknown => (Array.isArray(value) ? value.map(lowered) : value);
  const wrongIn = (value: unknown): unknown[] =>
    Array.isArray(value) && value.length <= options.max ? value.filter((each) => !isUuid(each)) : [];
  const rule = { type: 'uuid_list', expected: `a list of 1 to ${options.max} UUIDs`, accepts, reads, wrongIn };
  return field(options, rule, {
    type: 'array',
    items: { type: 'string', format: 'uuid' },
    minItems: 1,
    maxItems: options.max,
  });
}

/** A moment as RFC 3339 has it, of the years 1 to 9999; it is read as UTC, cut to the milliseconds that answers have. */
export function Moment(options: FieldOptions): PropertyDecorator {
  const reads = (value: unknown): unknown => (isMoment(value) ? new Date(value).toISOString() : value);
  return field(options, { ...MOMENT_RULE, reads }, { type: String, format: 'date-time' });
}

/** A JSON object of at most `maxBytes` bytes as compact JSON. */
export function JsonObject(options: FieldOptions & { readonly maxBytes: number }): PropertyDecorator {
  const accepts = (value: unknown): boolean =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Buffer.byteLength(JSON.stringify(value)) <= options.maxBytes;
  const rule = { type: 'json_object', expected: `a JSON object of at most ${options.maxBytes} bytes`, accepts };
  return field(options, rule, { type: 'object', additionalProperties: true });
}

function lowered(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value;
}
