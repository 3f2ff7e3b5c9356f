import type { BoundFilter } from '../../kernel/filter/bound-filter.js';
import { indexEntry, isCut } from '../../kernel/filter/json-values.js';
import type { SqlAttribute } from './sql-attribute.js';

type Filter = BoundFilter<SqlAttribute>;
type Comparison = Extract<Filter, { kind: 'compare' }>;

/** Whether the rows for which a filter holds are found by an index, and likely are a small part of all. */
export function isLookup(filter: Filter): boolean {
  if (filter.kind === 'all') return filter.of.some(isLookup);
  if (filter.kind === 'any') return filter.of.every(isLookup);
  return filter.kind === 'compare' && isIndexed(filter);
}

/**
 * The same, and where moments with an index are compared: a page of few of them by another order would be looked for row
 * by row, and all of them are found as fast once as the total takes.
 */
export function isNarrow(filter: Filter): boolean {
  if (filter.kind === 'all') return filter.of.some(isNarrow);
  if (filter.kind === 'compare' && filter.operand.type === 'dateTime') return isFast(filter);
  return isLookup(filter);
}

function isFast({ target: { attribute } }: Comparison): boolean {
  return attribute?.fast === true;
}

function isIndexed(comparison: Comparison): boolean {
  const { operator, operand, target } = comparison;
  const { attribute, names } = target;
  if (attribute === null || !(operator === 'eq' || (operator === 'sw' && operand.value !== ''))) return false;
  if (attribute.entries) return !isCut(indexEntry(names, operand.value));
  if (attribute.index) return true;
  return isFast(comparison) && (operand.type === 'reference' || operand.type === 'dateTime');
}
