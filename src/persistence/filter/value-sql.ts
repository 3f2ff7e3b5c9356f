import type { BoundComparison, Operand } from '../../kernel/filter/bound-filter.js';
import { KEY_PREFIX, type SqlAttribute } from './sql-attribute.js';

/** Hands a value over and answers its place in the statement. */
export type Bind = (value: unknown) => string;

const SIGNS = { eq: '=', gt: '>', ge: '>=', lt: '<', le: '<=' } as const;
type Order = keyof typeof SIGNS;

/** Whether an attribute with a column of its own has a value; an empty text is none. */
export function declaredPresence({ type, sql }: SqlAttribute): string {
  return type === 'string' ? `${sql} <> ''` : `${sql} IS NOT NULL`;
}

/** A comparison of an attribute with a column of its own; null where it has no value. */
export function declaredComparison(
  attribute: SqlAttribute,
  operator: BoundComparison,
  operand: Operand,
  bind: Bind,
): string {
  const { sql } = attribute;
  switch (operand.type) {
    case 'string':
      return stringComparison(attribute, operator, operand.value, bind);
    case 'reference':
      return `${sql} = ${bind(operand.value)}::uuid`;
    case 'boolean':
      return operand.value ? sql : `NOT ${sql}`;
    case 'number':
      return `${sql} ${SIGNS[operator as Order]} ${bind(String(operand.value))}::numeric`;
    case 'dateTime':
      return momentComparison(sql, operator as Order, operand.value, bind);
  }
}

/** Moments are kept in microseconds and shown, and so compared, in milliseconds. */
function momentComparison(sql: string, operator: Order, moment: number, bind: Bind): string {
  const at = (milliseconds: number): string => `${bind(timestampOf(milliseconds))}::timestamptz`;
  if (operator === 'gt') return `${sql} >= ${at(moment + 1)}`;
  if (operator === 'ge') return `${sql} >= ${at(moment)}`;
  if (operator === 'lt') return `${sql} < ${at(moment)}`;
  if (operator === 'le') return `${sql} < ${at(moment + 1)}`;
  return `(${sql} >= ${at(moment)} AND ${sql} < ${at(moment + 1)})`;
}

/** The moment after the last one that callers can write is of a year that toISOString writes in another form. */
function timestampOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/^\+0*/, '');
}

function stringComparison(attribute: SqlAttribute, operator: BoundComparison, text: string, bind: Bind): string {
  const { sql, index } = attribute;
  if (!index || !(operator === 'eq' || operator === 'sw')) return textCondition(sql, operator, text, bind);
  const characters = [...text];
  const isWhole = index.holds === 'whole' || (index.holds === 'prefix' && characters.length < KEY_PREFIX);
  const start = index.holds === 'whole' ? text : characters.slice(0, KEY_PREFIX).join('');
  const entry = operator === 'eq' ? `${index.column} = ${bind(start)}::text` : startsWith(index.column, start, bind);
  return isWhole ? entry : `(${entry} AND ${textCondition(sql, operator, text, bind)})`;
}

/** A comparison of text, character by character. */
export function textCondition(sql: string, operator: BoundComparison, text: string, bind: Bind): string {
  const asked = `${bind(text)}::text`;
  switch (operator) {
    case 'co':
      return `strpos(${sql}, ${asked}) > 0`;
    case 'sw':
      return `starts_with(${sql}, ${asked})`;
    case 'ew':
      return `right(${sql}, char_length(${asked})) = ${asked}`;
    case 'eq':
      return `${sql} = ${asked}`;
    default:
      return `${sql} COLLATE "C" ${SIGNS[operator]} ${asked}`;
  }
}

/** The texts of a column that begin with `start`, as a range of its index: row-level security lets no LIKE into one. */
export function startsWith(column: string, start: string, bind: Bind): string {
  const end = behind(start);
  const from = `${column} >= ${bind(start)}::text`;
  return end === null ? from : `(${from} AND ${column} < ${bind(end)}::text)`;
}

const LAST_CODE_POINT = 0x10ffff;
const FIRST_SURROGATE = 0xd800;
const BEHIND_SURROGATES = 0xe000;

/** The first text behind all that begin with `start`, by code points; null where there is none. */
function behind(start: string): string | null {
  const characters = [...start];
  while (characters.length > 0) {
    const next = (characters.pop()?.codePointAt(0) ?? 0) + 1;
    if (next > LAST_CODE_POINT) continue;
    return characters.join('') + String.fromCodePoint(next === FIRST_SURROGATE ? BEHIND_SURROGATES : next);
  }
  return null;
}
