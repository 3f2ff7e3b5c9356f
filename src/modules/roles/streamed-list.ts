import { Readable } from 'node:stream';

/** Less than every id. */
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** A list without pages, which is read a batch at a time. */
interface BatchedList<Row, Item> {
  /** Rows that one read answers at most; fewer are the last ones. */
  readonly batch: number;
  /** The next rows after this id, in the order of their ids. */
  readonly read: (after: string) => Promise<readonly Row[]>;
  readonly itemOf: (row: Row) => Item;
  /** What stands before and after the items in the JSON of the answer, such as `[` and `]`. */
  readonly frame: readonly [string, string];
}

/**
 * All items of a list that its contract gives no pages, however many they are: where they fit one batch the items, else a
 * stream of JSON text. No more than one batch is in memory at once: the next is read, after the last id of the one before,
 * when the caller has taken this one, and nothing of the database is held meanwhile. So a long list is not of one moment:
 * what is there all the while is in it exactly once, what comes or goes meanwhile may be. Where reading fails midway, the
 * answer ends broken, never short.
 */
export async function listOrStream<Row extends { readonly id: string }, Item extends object>(
  list: BatchedList<Row, Item>,
): Promise<Item[] | Readable> {
  const first = await list.read(BEFORE_ALL);
  if (first.length < list.batch) return first.map(list.itemOf);
  return Readable.from(jsonOf(list, first), { objectMode: false });
}

async function* jsonOf<Row extends { readonly id: string }, Item>(
  { batch, read, itemOf, frame: [before, after] }: BatchedList<Row, Item>,
  first: readonly Row[],
): AsyncGenerator<string> {
  let lead = before;
  for (let rows = first; rows.length > 0;) {
    yield lead + rows.map((row) => JSON.stringify(itemOf(row))).join(',');
    lead = ',';
    rows = rows.length < batch ? [] : await read(rows.at(-1)?.id ?? BEFORE_ALL);
  }
  yield after;
}
