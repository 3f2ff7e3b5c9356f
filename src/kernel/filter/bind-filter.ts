import { comparisonKey } from '../comparison-key.js';
import { isUuid } from '../ids.js';
import { isMoment } from '../moment.js';
import type { BoundFilter, Operand, Target } from './bound-filter.js';
import type { AttributeType, FilterAttribute, FilterCatalogue } from './filter-catalogue.js';
import {
  COMPARISONS,
  invalidFilter,
  type AttributePath,
  type Comparison,
  type FilterSyntax,
  type Literal,
} from './filter-syntax.js';

type CompareSyntax = Extract<FilterSyntax, { kind: 'compare' }>;

const EQUALITY = ['eq', 'ne'] as const;
const ORDER = [...EQUALITY, 'gt', 'ge', 'lt', 'le'] as const;

const OPERATORS_OF: Readonly<Record<AttributeType, readonly Comparison[]>> = {
  string: COMPARISONS,
  json: COMPARISONS,
  number: ORDER,
  dateTime: ORDER,
  boolean: EQUALITY,
  reference: EQUALITY,
};

const VALUE_OF: Readonly<Record<Exclude<AttributeType, 'json'>, string>> = {
  string: 'a string in quotation marks',
  number: 'a number',
  dateTime: 'a date and time such as "2026-11-22T09:30:00Z"',
  boolean: 'true or false',
  reference: 'a UUID in quotation marks',
};

/**
 * Finds the attributes of a filter in a catalogue and checks their values.
 * Errors: 400 `invalid_filter` for unknown attributes, and for operators and values that do not fit the type.
 */
export function bindFilter<Attribute extends FilterAttribute>(
  filter: FilterSyntax,
  catalogue: FilterCatalogue<Attribute>,
): BoundFilter<Attribute> {
  return bound(filter, (path) => declared(path, catalogue));
}

type Finder<Attribute extends FilterAttribute> = (path: AttributePath) => Target<Attribute>;

function bound<Attribute extends FilterAttribute>(
  filter: FilterSyntax,
  find: Finder<Attribute>,
): BoundFilter<Attribute> {
  switch (filter.kind) {
    case 'all':
    case 'any':
      return { kind: filter.kind, of: filter.of.map((each) => bound(each, find)) };
    case 'not':
      return { kind: 'not', of: bound(filter.of, find) };
    case 'present':
      return { kind: 'present', target: find(filter.path) };
    case 'element':
      return { kind: 'element', target: list(filter.path, find), of: bound(filter.of, ofElement) };
    case 'compare':
      return comparison(filter, find(filter.path));
  }
}

function declared<Attribute extends FilterAttribute>(
  { names: [first, ...names], at }: AttributePath,
  catalogue: FilterCatalogue<Attribute>,
): Target<Attribute> {
  const name = first.toLowerCase();
  const attribute = Object.hasOwn(catalogue, name) ? catalogue[name] : undefined;
  if (!attribute) throw invalidFilter(at, `unknown attribute "${first}"; known are ${known(catalogue)}`);
  if (names.length > 0 && attribute.type !== 'json') {
    throw invalidFilter(at, `${name} is a ${attribute.type} and has no attributes of its own`);
  }
  return { name, attribute, names };
}

function known(catalogue: FilterCatalogue): string {
  return Object.entries(catalogue)
    .map(([name, { type, shown = name }]) => (type === 'json' ? `${shown}.<path>` : shown))
    .sort()
    .join(', ');
}

/** Within the brackets of a list the paths begin at its element, which may hold anything. */
function ofElement({ names }: AttributePath): Target<never> {
  return { name: names.join('.'), attribute: null, names };
}

function list<Attribute extends FilterAttribute>(path: AttributePath, find: Finder<Attribute>): Target<Attribute> {
  const target = find(path);
  if (typeOf(target) === 'json') return target;
  throw invalidFilter(path.at, `${target.name} is no list: brackets come only after a path below attributes`);
}

function typeOf({ attribute }: Target<FilterAttribute>): AttributeType {
  return attribute?.type ?? 'json';
}

function comparison<Attribute extends FilterAttribute>(
  syntax: CompareSyntax,
  target: Target<Attribute>,
): BoundFilter<Attribute> {
  const type = typeOf(target);
  const { operator, operatorAt, path, value, valueAt } = syntax;
  if (target.attribute?.type === 'json' && target.names.length === 0) {
    throw invalidFilter(
      path.at,
      `${target.name} is an object: compare what it holds, such as ${target.name}.department`,
    );
  }
  const allowed = OPERATORS_OF[type];
  if (!allowed.includes(operator)) {
    throw invalidFilter(operatorAt, `${target.name} is a ${type}, expected one of ${allowed.join(', ')}, pr`);
  }
  if (value === null) return comparedWithNull(syntax, target);
  const operand = type === 'json' ? freeOperand(syntax, value) : operandOf(type, value, target.attribute?.exact);
  if (operand === null && type !== 'json') {
    throw invalidFilter(valueAt, `${target.name} is compared with ${VALUE_OF[type]}, not ${JSON.stringify(value)}`);
  }
  if (operand === null) throw invalidFilter(valueAt, `${operator} is not for ${JSON.stringify(value)}`);
  if (operator !== 'ne') return { kind: 'compare', target, operator, operand };
  return { kind: 'not', of: { kind: 'compare', target, operator: 'eq', operand } };
}

/** Null is the same as no value (RFC 7643 section 2.5). */
function comparedWithNull<Attribute extends FilterAttribute>(
  { operator, valueAt }: CompareSyntax,
  target: Target<Attribute>,
): BoundFilter<Attribute> {
  if (operator === 'ne') return { kind: 'present', target };
  if (operator === 'eq') return { kind: 'not', of: { kind: 'present', target } };
  throw invalidFilter(valueAt, `expected another value than null: only eq and ne take it`);
}

/** Null where the value does not fit the type. */
function operandOf(type: AttributeType, value: string | number | boolean, exact = false): Operand | null {
  if (type === 'boolean') return typeof value === 'boolean' ? { type, value } : null;
  if (type === 'number') return typeof value === 'number' ? { type, value } : null;
  if (typeof value !== 'string') return null;
  if (type === 'dateTime') return isMoment(value) ? { type, value: Date.parse(value) } : null;
  if (type === 'reference') return isUuid(value) ? { type, value: value.toLowerCase() } : null;
  return { type: 'string', value: exact ? value : comparisonKey(value) };
}

/** The value of a comparison with what may hold anything: its own type says how it is compared. */
function freeOperand({ operator, valueAt }: CompareSyntax, value: NonNullable<Literal>): Operand | null {
  if (['co', 'sw', 'ew'].includes(operator) && typeof value !== 'string') {
    throw invalidFilter(valueAt, `${operator} is for strings: expected one in quotation marks, not ${String(value)}`);
  }
  if (typeof value === 'boolean') return operator === 'eq' || operator === 'ne' ? { type: 'boolean', value } : null;
  return operandOf(typeof value === 'string' ? 'string' : 'number', value);
}
