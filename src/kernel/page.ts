/** Bounds of every list: 1 to 200 rows a page, 50 where the caller does not say. */
export const PER_PAGE = { default: 50, max: 200 } as const;

/** Which page of a list is asked for: by number, or by the cursor that the page before it answered. */
export interface PageRequest {
  /** From 1. */
  readonly page?: number | undefined;
  readonly perPage?: number | undefined;
  readonly cursor?: string | undefined;
}

/** One page of a list, with the exact number of all its items at the same moment. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly page: number;
  readonly perPage: number;
  readonly totalItems: number;
  /** Opens the next page; null on the last. */
  readonly nextCursor: string | null;
}

/** The same page with its items turned into something else. */
export function mapPage<From, To>(page: Page<From>, turn: (item: From) => To): Page<To> {
  return { ...page, items: page.items.map(turn) };
}
