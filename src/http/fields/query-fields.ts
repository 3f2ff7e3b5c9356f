import { isUuid } from '../../kernel/ids.js';
import { PER_PAGE, type PageRequest } from '../../kernel/page.js';
import { field, type FieldOptions } from './field.js';
import { MOMENT_RULE } from './moment.js';

/** A whole number in a query string. */
function WholeParameter(options: FieldOptions & { readonly min: number; readonly max: number }): PropertyDecorator {
  const { min, max } = options;
  const accepts = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
  const reads = (value: unknown): unknown => (isDigits(value) ? Number(value) : value);
  const rule = { type: 'integer', expected: `a whole number from ${min} to ${max}`, accepts, reads };
  return field({ optional: true, ...options }, rule, { type: 'integer', minimum: min, maximum: max });
}

const INT32 = { min: -(2 ** 31), max: 2 ** 31 - 1 } as const;

/** A whole number of 32 bits in a query string. */
export function Int32Parameter(options: FieldOptions & { readonly fallback: number }): PropertyDecorator {
  const { min, max } = INT32;
  const accepts = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
  const reads = (value: unknown): unknown => (isDigits(value) ? Number(value) : value);
  const rule = { type: 'integer', expected: `given once, as a whole number from ${min} to ${max}`, accepts, reads };
  return field({ optional: true, ...options }, rule, { type: 'integer', format: 'int32', default: options.fallback });
}

/** `true` or `false` in a query string. */
export function FlagParameter(options: FieldOptions & { readonly fallback: boolean }): PropertyDecorator {
  const reads = (value: unknown): unknown => (value === 'true' ? true : value === 'false' ? false : value);
  const accepts = (value: unknown): boolean => typeof value === 'boolean';
  const rule = { type: 'boolean', expected: 'true or false', accepts, reads };
  return field({ optional: true, ...options }, rule, { type: Boolean, default: options.fallback });
}

/** Text in a query string, 1 to `max` characters. */
export function TextParameter(options: FieldOptions & { readonly max?: number }): PropertyDecorator {
  const max = options.max ?? 200;
  const accepts = (value: unknown): boolean => typeof value === 'string' && value.length > 0 && value.length <= max;
  const rule = { type: 'text', expected: `given once, as text of 1 to ${max} characters`, accepts };
  return field({ optional: true, ...options }, rule, { type: String, minLength: 1, maxLength: max });
}

/** Any text in a query string, for what is only compared. */
export function WordParameter(options: FieldOptions): PropertyDecorator {
  const accepts = (value: unknown): boolean => typeof value === 'string';
  return field(
    { optional: true, ...options },
    { type: 'text', expected: 'given once, as text', accepts },
    { type: String },
  );
}

/** A moment in a query string, as RFC 3339 has it, such as 2026-11-22T09:30:00Z. */
export function MomentParameter(options: FieldOptions): PropertyDecorator {
  return field({ optional: true, ...options }, MOMENT_RULE, { type: String, format: 'date-time' });
}

/** The id of something in a query string, a UUID in either case, given once. `null` is no id at all, and empty text a wrong one. */
export function IdParameter(options: FieldOptions): PropertyDecorator {
  const reads = (value: unknown): unknown => {
    if (typeof value !== 'string') return value;
    return value === 'null' ? undefined : value.toLowerCase();
  };
  const rule = { type: 'uuid', expected: 'given once, as a UUID', accepts: isUuid, reads };
  return field({ optional: true, nullable: true, ...options }, rule, { type: String, format: 'uuid' });
}

/** A cursor holds the sort keys of a row: names of up to 200 characters. */
const LONGEST_CURSOR = 4000;

/** What every list takes: a page by its number, or by the cursor that the page before it answered. */
export class PageQuery {
  @WholeParameter({ description: 'Number of the page, from 1.', example: 1, min: 1, max: 1_000_000_000 })
  page?: number;

  @WholeParameter({
    description: `Rows a page: 1 to ${PER_PAGE.max}, ${PER_PAGE.default} where left out.`,
    example: PER_PAGE.default,
    min: 1,
    max: PER_PAGE.max,
  })
  per_page?: number;

  @TextParameter({
    description: 'The `next_cursor` of the page before; instead of `page`.',
    sample: 'RzykoP8Q8dxTRB6e78kaRlsyLDUs',
    max: LONGEST_CURSOR,
  })
  cursor?: string;

  /** The same for the services. */
  toPageRequest(): PageRequest {
    return { page: this.page, perPage: this.per_page, cursor: this.cursor };
  }
}

function isDigits(value: unknown): value is string {
  return typeof value === 'string' && /^-?\d{1,15}$/.test(value);
}
