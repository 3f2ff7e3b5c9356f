import { bindFilter } from '../../kernel/filter/bind-filter.js';
import { parseFilter } from '../../kernel/filter/parse-filter.js';
import type { SortColumn } from '../paged-list.js';
import { filterSql } from './filter-sql.js';
import { isNarrow } from './lookups.js';
import type { FilteredTable, SqlAttribute, SqlCatalogue } from './sql-attribute.js';

/** What a caller asks of a list beside its page. */
export interface ListRequest {
  /** RFC 7644 section 3.4.2.2. */
  readonly filter?: string | undefined;
  /** A name of the catalogue that has a `sort`. */
  readonly sort_by?: string | undefined;
  readonly sort_order?: 'ascending' | 'descending' | undefined;
}

/** The parts of a list that are the same for everybody; `values` begin with the tenant. */
interface ListParts {
  /** FROM and WHERE. */
  readonly from: string;
  readonly values: readonly unknown[];
  /** The order where none is asked for; the last column tells rows apart. */
  readonly sort: readonly [SortColumn, ...SortColumn[]];
  readonly descending?: boolean;
  readonly catalogue: SqlCatalogue;
  /** For a list that may be long, of rows of one table that `id` tells apart: what an index finds is looked for once. */
  readonly table?: FilteredTable;
}

/** The same with what one caller asks for, for the paginator. */
interface AskedList {
  readonly from: string;
  readonly values: readonly unknown[];
  readonly sort: readonly SortColumn[];
  readonly descending: boolean;
  readonly also: readonly string[];
  readonly asked: readonly unknown[] | undefined;
  readonly filtered: { readonly indexed: string } | undefined;
  readonly found: (FilteredTable & { readonly also: readonly string[] }) | undefined;
}

/**
 * A list filtered and sorted as a caller asks. Without a filter and a sort its statement is the same as ever.
 * Errors: 400 `invalid_filter`.
 */
export function filteredList(list: ListParts, request: ListRequest): AskedList {
  const { filter, sort_by: by, sort_order: order } = request;
  const values = [...list.values];
  const bound = filter === undefined ? null : bindFilter(parseFilter(filter), list.catalogue);
  const condition = bound ? ` AND (${filterSql(bound, values, list.table)})` : '';
  const { also, sort } = by === undefined ? { also: [], sort: list.sort } : sortedBy(by, list);
  const byDefault = by === undefined && (list.descending ?? false);
  return {
    from: list.from + condition,
    values,
    also,
    sort,
    descending: order === undefined ? byDefault : order === 'descending',
    asked: (filter ?? by ?? order) ? [filter ?? null, by ?? null, order ?? null] : undefined,
    found: list.table && bound && isNarrow(bound) ? { ...list.table, also } : undefined,
    filtered: filter === undefined && by === undefined ? undefined : { indexed: indexedOf(list.catalogue) },
  };
}

/** By an attribute, and by the last column of the list's own order where two rows are alike in it. */
function sortedBy(name: string, list: ListParts): { also: readonly string[]; sort: readonly SortColumn[] } {
  const by = list.catalogue[name.toLowerCase()]?.sort;
  const last = list.sort.at(-1);
  if (!by || !last) throw new Error(`${name} is not for sorting.`);
  const value = by.nullable ? `coalesce(${by.sql}, '')` : by.sql;
  const also = [`${value} AS sort_value`, `${value}::text AS sort_text`];
  const sort: SortColumn[] = [{ column: 'sort_value', type: by.type, text: 'sort_text' }, last];
  if (!by.nullable) return { also, sort };
  return {
    also: [`(${by.sql} IS NULL)::int::bigint AS sort_missing`, ...also],
    sort: [{ column: 'sort_missing', type: 'bigint' }, ...sort],
  };
}

/** What a filter is fast by, for whoever wrote one that is not. */
function indexedOf(catalogue: SqlCatalogue): string {
  const told = ([name, attribute]: [string, SqlAttribute]): string => {
    const { shown = name } = attribute;
    if (attribute.entries) return `${shown}.<path> (eq, sw)`;
    return attribute.index ? `${shown} (eq, sw)` : shown;
  };
  return Object.entries(catalogue)
    .filter(([, attribute]) => attribute.index ?? attribute.entries ?? attribute.fast)
    .map(told)
    .join(', ');
}

/** The names that a list can be sorted by. */
export function sortNames(catalogue: SqlCatalogue): string[] {
  return Object.entries(catalogue).flatMap(([name, { sort, shown = name }]) => (sort ? [shown] : []));
}

/** The names that a list can be filtered by, as they are shown. */
export function filterNames(catalogue: SqlCatalogue): string[] {
  return Object.entries(catalogue).map(([name, { type, shown = name }]) =>
    type === 'json' ? `${shown}.<path>` : shown,
  );
}
