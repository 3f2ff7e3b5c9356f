import type { Page } from '../kernel/page.js';

/** How many items there are and where the next page is, as contract 1 names it. */
interface Pagination {
  readonly page: number;
  readonly per_page: number;
  readonly total_items: number;
  readonly total_pages: number;
  readonly next_cursor: string | null;
}

/** A resource with its id and version: what its ETag and, when it was just made, its Location are made of. */
interface Identity {
  readonly version?: number;
  /** The last segment of the URL of what was just made, below the URL it was posted to. */
  readonly createdAs?: string;
  /** Whether a PUT has just made what stands at its own URL: then it answers 201. */
  readonly createdHere?: boolean;
  /** Whether the data is the whole body, as other surfaces than contract 1 have it. */
  readonly isBare?: boolean;
}

/** What a controller answers; the HTTP layer adds `meta` and the headers, and knows nothing else of it. */
export class Answer {
  constructor(
    readonly data: unknown,
    readonly pagination?: Pagination,
    readonly identity: Identity = {},
  ) {}
}

/** `{data, meta}` */
export function answer(data: object): Answer {
  return new Answer(data);
}

/** The data as it is, without an envelope; where it was just made, with its Location. */
export function bare(data: object, identity: { createdAs?: string } = {}): Answer {
  return new Answer(data, undefined, { ...identity, isBare: true });
}

/** `{data, meta}` with an ETag. */
export function resource(data: object, version: number): Answer {
  return new Answer(data, undefined, { version });
}

/** 201 `{data, meta}` with Location and, where the resource has a version, an ETag. */
export function created(data: object, identity: { createdAs: string; version?: number }): Answer {
  return new Answer(data, undefined, identity);
}

/** The answer of an idempotent PUT: 201 with Location where it made something, 200 where it was there. */
export function put(data: object, isNew: boolean): Answer {
  return new Answer(data, undefined, { createdHere: isNew });
}

/** `{data, pagination, meta}` */
export function paged(page: Page<object>): Answer {
  return partOf(page.items, page);
}

/** The same where the data is an object that has the items of the page in it. */
export function partOf(data: object, page: Page<object>): Answer {
  return new Answer(data, {
    page: page.page,
    per_page: page.perPage,
    total_items: page.totalItems,
    total_pages: Math.ceil(page.totalItems / page.perPage),
    next_cursor: page.nextCursor,
  });
}
