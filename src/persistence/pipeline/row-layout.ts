import pg from 'pg';

/** A column of an answer, as the server describes it. */
export interface ColumnDescription {
  readonly name: string;
  readonly dataTypeID: number;
}

/** How the rows of a statement are read. */
export interface RowLayout {
  readonly columns: readonly { readonly name: string; readonly parse: (text: string) => unknown }[];
  /** A row with nothing in it: rows that begin as a copy of it share one shape. */
  readonly empty: Readonly<Record<string, unknown>>;
}

/** For rows of these columns; their values are read as pg reads them. */
export function layoutOf(described: readonly ColumnDescription[]): RowLayout {
  const parserOf = pg.types.getTypeParser as (type: number) => (text: string) => unknown;
  return {
    columns: described.map(({ name, dataTypeID }) => ({ name, parse: parserOf(dataTypeID) })),
    empty: Object.fromEntries(described.map(({ name }) => [name, null])),
  };
}

/** Of a statement that answers no rows. */
export const NO_COLUMNS: RowLayout = { columns: [], empty: {} };

/** One row; `texts` are the values of its columns, in their order. Throws where they are not as many. */
export function rowOf({ columns, empty }: RowLayout, texts: readonly (string | null)[]): Record<string, unknown> {
  if (texts.length !== columns.length) throw new Error(`A row has ${texts.length} values, not ${columns.length}.`);
  const row = { ...empty };
  let place = 0;
  for (const { name, parse } of columns) {
    const text = texts[place++] ?? null;
    row[name] = text === null ? null : parse(text);
  }
  return row;
}
