import { field, type FieldOptions } from './field.js';
import { FILTER_LIMITS } from '../../kernel/filter/filter-syntax.js';
import { Choice } from './fields.js';
import { PageQuery } from './query-fields.js';

const ORDERS = ['ascending', 'descending'] as const;
export type SortOrder = (typeof ORDERS)[number];

/** A filter of RFC 7644 section 3.4.2.2 over these attributes. What it says is read, and refused, by the service. */
export function FilterParameter(attributes: readonly string[], sample: string): PropertyDecorator {
  const accepts = (value: unknown): boolean => typeof value === 'string';
  const description =
    'Only rows for which this holds (RFC 7644 section 3.4.2.2): comparisons with eq, ne, co, sw, ew, gt, ge, lt, le and pr, ' +
    `joined by and, or, not and parentheses; at most 8192 bytes. Attributes: ${attributes.join(', ')}.`;
  const rule = { type: 'text', expected: 'given once, as text', accepts };
  return field({ description, sample, optional: true }, rule, { type: String, maxLength: 8192 });
}

/** The same in a body, such as the rule of a group: 1 to 8192 bytes. */
export function FilterText(options: FieldOptions): PropertyDecorator {
  const accepts = (value: unknown): boolean =>
    typeof value === 'string' && value.length > 0 && Buffer.byteLength(value) <= FILTER_LIMITS.bytes;
  const rule = { type: 'filter', expected: `a filter of 1 to ${FILTER_LIMITS.bytes} bytes`, accepts };
  return field(options, rule, { type: String, minLength: 1, maxLength: FILTER_LIMITS.bytes });
}

/** What a list is sorted by, one of `names`. */
export function SortParameter(names: readonly string[]): PropertyDecorator {
  const description =
    'What the list is sorted by; rows that are alike in it stand in the order that the list has without it.';
  return Choice({ description, sample: names[0], optional: true, of: names });
}

/** Which way a list is sorted. */
export function SortOrderParameter(): PropertyDecorator {
  const description = 'Which way the list is sorted. Rows without a value come last ascending, and first descending.';
  return Choice({ description, sample: 'descending', optional: true, of: ORDERS });
}

/** What lists take that are filtered and sorted; each adds its own `filter` and `sort_by`. */
export class SortedPageQuery extends PageQuery {
  @SortOrderParameter()
  sort_order?: SortOrder;
}
