import type { CursorPosition } from '../kernel/cursor.js';

/** What every list that is read by pages has. All texts are ours; what callers send stands in `values`. */
export interface PagedList {
  /** Name of the list, which its cursors are bound to. */
  readonly list: string;
  /** $1, $2... of its statement; a cursor is good only for the same values. */
  readonly values: readonly unknown[];
  /** Sort columns of a row, ascending unless `descending`; together they must be unique. */
  readonly sort: readonly SortColumn[];
  readonly descending?: boolean;
  /** What the statement was made from beside its values; a cursor is good only for the same. */
  readonly asked?: readonly unknown[] | undefined;
  /** For a list with a filter or an order of the caller's own: what could be filtered by instead, where it takes too long. */
  readonly filtered?: { readonly indexed: string } | undefined;
}

/** One column that a list is sorted by. */
export interface SortColumn {
  readonly column: string;
  readonly type: 'text' | 'uuid' | 'bigint' | 'timestamptz';
  /** The column that has its exact value as text, where the value itself loses something on its way to a cursor. */
  readonly text?: string;
}

/** A list whose statement can be put together from its parts. */
export interface ListQuery extends PagedList {
  /** The columns of a row, such as `u.*`; they must contain the sort columns under their own names. */
  readonly select: string;
  /** FROM and WHERE, with $1, $2... for `values`. */
  readonly from: string;
  readonly found?: FoundFirst | undefined;
}

/**
 * For a list of few of a table's many rows: they are looked for once, and page and total are made of them. Otherwise the
 * page may be looked for by walking through all rows in its order.
 */
interface FoundFirst {
  readonly rows: string;
  readonly tenant: string;
  readonly id: string;
  /** Columns beside the id that the list is sorted by. */
  readonly also: readonly string[];
}

/** A list whose rows are entities: their columns are named one by one, so that a new column breaks no prepared statement. */
export interface EntityList extends PagedList {
  /** FROM and WHERE, with $1, $2... for `values`. */
  readonly from: string;
  /** What `from` calls the entity's table. */
  readonly alias: string;
  /** Columns beside the entity's, which it is sorted by. */
  readonly also?: readonly string[];
  readonly found?: FoundFirst | undefined;
}

/** Where in a hand-written statement the page comes in. */
export interface PageMarks {
  /** `WHERE (sort columns) > (cursor)`, or nothing. */
  readonly after: string;
  readonly orderBy: string;
  /** `LIMIT ... OFFSET ...`: one row more than the page has, which tells whether there is a next one. */
  readonly limit: string;
  /** `LIMIT ...` of a source that the page is put together from: as many rows as offset and limit take together. */
  readonly reach: string;
}

/** A list with a statement of its own: it answers `total_items` with every row, and `is_row` false in place of no row. */
export interface PagedStatement extends PagedList {
  readonly textFor: (marks: PageMarks) => string;
}

/** The marks of a page that begins behind `position`. */
export function marksOf(query: PagedList, position: CursorPosition): PageMarks {
  const columns = query.sort.map(({ column }) => column);
  const direction = query.descending ? 'DESC' : 'ASC';
  const start = query.values.length;
  const marks = query.sort.map(({ type }, index) => `$${start + index + 1}::${type}`).join(', ');
  const comparison = `WHERE (${columns.join(', ')}) ${query.descending ? '<' : '>'} (${marks})`;
  const next = start + position.after.length + 1;
  return {
    after: position.after.length > 0 ? comparison : '',
    orderBy: `ORDER BY ${columns.map((column) => `${column} ${direction}`).join(', ')}`,
    limit: `LIMIT $${next}::int OFFSET $${next + 1}::bigint`,
    reach: `LIMIT $${next}::int + $${next + 1}::bigint`,
  };
}

/** The statement of a list: the exact total with the rows of one page. */
export function listText({ select, from, found }: ListQuery, { after, orderBy, limit }: PageMarks): string {
  if (found) {
    return `WITH found AS MATERIALIZED (SELECT ${[found.id, ...found.also].join(', ')} ${from})
      SELECT total.total_items, page.*
        FROM (SELECT count(*)::int AS total_items FROM found) total
        LEFT JOIN LATERAL (
          SELECT true AS is_row, ${select}
            FROM (SELECT found.* FROM found ${after} ${orderBy} ${limit}) picked
            JOIN ${found.rows} ON ${found.tenant} = $1 AND ${found.id} = picked.id
        ) page ON true
        ${orderBy}`;
  }
  return `SELECT total.total_items, page.*
    FROM (SELECT count(*)::int AS total_items ${from}) total
    LEFT JOIN LATERAL (
      SELECT true AS is_row, listed.* FROM (SELECT ${select} ${from}) listed ${after} ${orderBy} ${limit}
    ) page ON true
    ${orderBy}`;
}
