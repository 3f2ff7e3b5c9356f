import { comparisonKey } from '../comparison-key.js';

type Json = Readonly<Record<string, unknown>>;

/**
 * All values that a path leads to. A list on the way, or at the end, stands for each of its elements; lists within lists
 * are not opened. The same as the lax mode of SQL/JSON paths, `$.a.b[*]`.
 */
export function valuesAt(root: unknown, names: readonly string[]): readonly unknown[] {
  let found = elements(root);
  for (const name of names) {
    const next: unknown[] = [];
    for (const each of found) {
      if (isObject(each) && Object.hasOwn(each, name)) next.push(...elements(each[name]));
    }
    found = next;
  }
  return found;
}

/** The same JSON with every string replaced by its comparison key; names stay as they are. */
export function withKeys(value: unknown): unknown {
  if (typeof value === 'string') return comparisonKey(value);
  if (Array.isArray(value)) return value.map(withKeys);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withKeys(each)]));
}

/** The comparison keys of the texts that there are, by name. */
export function keysOfTexts(texts: Readonly<Record<string, string | null>>): object {
  return withKeys(Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== null))) as object;
}

/** Longest path, and longest value, in an index entry, in characters. Both are cut there. */
const LONGEST = 200;

/** A value that can be found by equality, and where it stands. */
export interface IndexEntry {
  readonly path: string;
  readonly value: string;
}

/** A path and a value of it as an index entry has them: strings (as keys) begin with a quotation mark, others do not. */
export function indexEntry(names: readonly string[], value: string | number | boolean): IndexEntry {
  const text = typeof value === 'string' ? `"${value}` : String(value);
  return { path: cut(JSON.stringify(names)), value: cut(text) };
}

/** Whether an entry is cut, so that others may look the same. */
export function isCut({ path, value }: IndexEntry): boolean {
  return [...path].length >= LONGEST || [...value].length >= LONGEST;
}

/** An entry for each string, number and boolean that a path leads to, each once. `keys` are made by `withKeys`. */
export function indexEntries(keys: unknown): IndexEntry[] {
  const found = new Map<string, IndexEntry>();
  const pending: { value: unknown; names: readonly string[] }[] = [{ value: keys, names: [] }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const each of elements(next.value)) {
      if (typeof each === 'string' || typeof each === 'number' || typeof each === 'boolean') {
        const entry = indexEntry(next.names, each);
        found.set(`${entry.path}\u0000${entry.value}`, entry);
      } else if (isObject(each)) {
        for (const [name, value] of Object.entries(each)) pending.push({ value, names: [...next.names, name] });
      }
    }
  }
  return [...found.values()];
}

function elements(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [value];
}

function cut(text: string): string {
  return text.length <= LONGEST ? text : [...text].slice(0, LONGEST).join('');
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
