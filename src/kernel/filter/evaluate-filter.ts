import { comparisonKey } from '../comparison-key.js';
import type { BoundComparison, BoundFilter, Operand, Target } from './bound-filter.js';
import type { FilterAttribute } from './filter-catalogue.js';
import { valuesAt } from './json-values.js';

/** A resource as callers see it: its attributes by name. */
export type Resource = Readonly<Record<string, unknown>>;

/** Makes comparison keys; one that remembers them is for many filters on the same resource. */
export type KeyOf = (text: string) => string;

/** Whether a filter holds for one resource; the meaning of filters, which the database must agree with. */
export function evaluateFilter(filter: BoundFilter, resource: Resource, keyOf: KeyOf = comparisonKey): boolean {
  switch (filter.kind) {
    case 'all':
      return filter.of.every((each) => evaluateFilter(each, resource, keyOf));
    case 'any':
      return filter.of.some((each) => evaluateFilter(each, resource, keyOf));
    case 'not':
      return !evaluateFilter(filter.of, resource, keyOf);
    case 'present':
      return valuesOf(filter.target, resource).some(isPresent);
    case 'compare':
      return valuesOf(filter.target, resource).some((value) =>
        holds(filter, comparableOf(filter.operand, value, { exact: filter.target.attribute?.exact ?? false, keyOf })),
      );
    case 'element':
      return valuesOf(filter.target, resource).some(
        (value) => isObject(value) && evaluateFilter(filter.of, value, keyOf),
      );
  }
}

/** Each value that the target has, of which any may fit; none where it is missing. */
export function valuesOf({ name, attribute, names }: Target<FilterAttribute>, resource: Resource): readonly unknown[] {
  if (attribute === null) return valuesAt(resource, names);
  const value = resource[name];
  return attribute.type === 'json' ? valuesAt(value, names) : [value];
}

function isPresent(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return false;
  if (typeof value !== 'object' || value instanceof Date) return true;
  return Object.keys(value).length > 0;
}

/** Whether a value that is comparable with the operand (null: there is none) is as the comparison says. */
function holds(
  { operator, operand }: { operator: BoundComparison; operand: Operand },
  comparable: string | number | boolean | null,
): boolean {
  if (comparable === null) return false;
  if (typeof comparable === 'string') return textHolds(operator, comparable, String(operand.value));
  return orderHolds(operator, Number(comparable) - Number(operand.value));
}

/** The value as the operand is; null where it is of another type. */
function comparableOf(
  operand: Operand,
  value: unknown,
  { exact, keyOf }: { exact: boolean; keyOf: KeyOf },
): string | number | boolean | null {
  if (operand.type === 'dateTime') return value instanceof Date ? value.getTime() : null;
  if (typeof value !== typeof operand.value) return null;
  if (typeof value !== 'string') return value as number | boolean;
  return exact || operand.type === 'reference' ? value : keyOf(value);
}

function textHolds(operator: BoundComparison, text: string, asked: string): boolean {
  if (operator === 'eq') return text === asked;
  if (operator === 'co') return text.includes(asked);
  if (operator === 'sw') return text.startsWith(asked);
  if (operator === 'ew') return text.endsWith(asked);
  // By code points, as the collation "C" does.
  return orderHolds(operator, Buffer.compare(Buffer.from(text), Buffer.from(asked)));
}

function orderHolds(operator: BoundComparison, difference: number): boolean {
  if (operator === 'gt') return difference > 0;
  if (operator === 'ge') return difference >= 0;
  if (operator === 'lt') return difference < 0;
  if (operator === 'le') return difference <= 0;
  return difference === 0;
}

function isObject(value: unknown): value is Resource {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
