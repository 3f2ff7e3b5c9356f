import type { FilterAttribute, FilterCatalogue } from '../../kernel/filter/filter-catalogue.js';

/**
 * An attribute as the database has it. All texts are ours and name no value of a filter. Strings that are not exact are
 * compared by their keys, so `sql` must be the key.
 */
export interface SqlAttribute extends FilterAttribute {
  /** The value, or null where it is missing; of `json` the object with keys in place of all strings. */
  readonly sql: string;
  /**
   * An indexed column (of the collation "C") that holds the string too: `whole`, or cut to KEY_PREFIX characters; `loose`
   * where it may also hold something else. Without it every row of the tenant is looked at.
   */
  readonly index?: { readonly column: string; readonly holds: 'whole' | 'prefix' | 'loose' };
  /** Whether equality, and order where there is one, has an index of its own. */
  readonly fast?: boolean;
  /** A table with a row for each value below a `json` attribute (tenant_id, path, value, and this column). */
  readonly entries?: { readonly table: string; readonly owner: string; readonly is: string };
  /** What a list is sorted by, where it can be sorted by this; `nullable` sorts what is missing to the end (descending: the start). */
  readonly sort?: {
    readonly sql: string;
    readonly type: 'text' | 'uuid' | 'timestamptz' | 'bigint';
    readonly nullable?: boolean;
  };
}

export type SqlCatalogue = FilterCatalogue<SqlAttribute>;

/** The table whose rows a list filters, as SQL; the values begin with the tenant. */
export interface FilteredTable {
  /** Table and alias. */
  readonly rows: string;
  readonly tenant: string;
  /** What tells its rows apart. */
  readonly id: string;
}

/** Characters of a key that an index column of the kind `prefix` or `loose` holds. */
export const KEY_PREFIX = 200;
