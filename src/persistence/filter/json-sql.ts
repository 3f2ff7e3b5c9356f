import type { BoundComparison, Operand } from '../../kernel/filter/bound-filter.js';
import { indexEntry, isCut } from '../../kernel/filter/json-values.js';
import type { SqlAttribute } from './sql-attribute.js';
import { startsWith, textCondition, type Bind } from './value-sql.js';

/** Values below a JSON object, which is an attribute or an element of a list. */
interface Values {
  /** The object, with keys in place of all strings. */
  readonly sql: string;
  readonly names: readonly string[];
  readonly entries?: SqlAttribute['entries'];
}

interface Asked {
  readonly operator: BoundComparison;
  readonly operand: Operand;
}

const EMPTY = `('null', '""', '{}', '[]')`;

/** FROM: all values that a path leads to, each element of a list by itself. The path is a value, never text of ours. */
export function elementsSql({ sql, names }: Values, alias: string, bind: Bind): string {
  return `jsonb_path_query(${sql}, ${bind(`${pathOf(names)}[*]`)}::jsonpath) ${alias}(value)`;
}

function pathOf(names: readonly string[]): string {
  return `lax $${names.map((name) => `.${JSON.stringify(name)}`).join('')}`;
}

const NUMBER_SIGNS: Readonly<Partial<Record<BoundComparison, string>>> = {
  eq: '==',
  gt: '>',
  ge: '>=',
  lt: '<',
  le: '<=',
};

/**
 * Numbers are compared within the path, which takes a third of the time. The filter opens a list by itself; what is still a
 * list then, the comparison would open again, but for the type that is asked first.
 */
function numberComparison({ sql, names }: Values, { operator, operand }: Asked, bind: Bind): string {
  const path = `${pathOf(names)} ? (@.type() == "number" && @ ${NUMBER_SIGNS[operator] ?? '=='} $asked)`;
  return `jsonb_path_exists(${sql}, ${bind(path)}::jsonpath, ${bind(JSON.stringify({ asked: operand.value }))}::jsonb)`;
}

export function freePresence(values: Values, bind: Bind): string {
  return `EXISTS (SELECT FROM ${elementsSql(values, 'found', bind)} WHERE found.value NOT IN ${EMPTY})`;
}

/** A comparison with any of the values: by the table of entries where that helps, else by looking at the object itself. */
export function freeComparison(values: Values, asked: Asked, { bind, must }: { bind: Bind; must: boolean }): string {
  const byEntry = entryComparison(values, asked, { bind, must });
  if (byEntry !== null) return byEntry;
  if (asked.operand.type === 'number') return numberComparison(values, asked, bind);
  const from = elementsSql(values, 'found', bind);
  return `EXISTS (SELECT FROM ${from} WHERE ${elementComparison('found.value', asked, bind)})`;
}

/**
 * Equality is always looked up: one entry a row, by its key. A range of strings is looked up where rows are found by it,
 * and not where each row would search the range anew.
 */
function entryComparison(
  { names, entries }: Values,
  { operator, operand }: Asked,
  { bind, must }: { bind: Bind; must: boolean },
): string | null {
  const entry = indexEntry(names, operand.value);
  if (!entries || isCut(entry)) return null;
  const column = 'entry.value';
  let condition: string;
  if (operator === 'eq') condition = `${column} = ${bind(entry.value)}::text`;
  else if (operator === 'sw' && must) condition = startsWith(column, entry.value, bind);
  else return null;
  const { table, owner, is } = entries;
  return `EXISTS (SELECT FROM ${table} entry WHERE entry.tenant_id = $1 AND entry.${owner} = ${is}
             AND entry.path = ${bind(entry.path)}::text AND ${condition})`;
}

/** Values of another type than the operand are different, and in no order with it. */
function elementComparison(value: string, { operator, operand }: Asked, bind: Bind): string {
  if (operand.type === 'boolean') return `${value} = to_jsonb(${bind(operand.value)}::boolean)`;
  return `jsonb_typeof(${value}) = 'string' AND ${textCondition(`(${value} #>> '{}')`, operator, String(operand.value), bind)}`;
}
