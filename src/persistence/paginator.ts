import type { DataSource } from 'typeorm';
import type { EntityTarget, ObjectLiteral } from 'typeorm';
import type { CursorCodec } from '../kernel/cursor.js';
import type { CursorContext, CursorPosition } from '../kernel/cursor.js';
import { DomainError, invalid } from '../kernel/domain-error.js';
import { PER_PAGE, mapPage, type Page, type PageRequest } from '../kernel/page.js';
import { TenantScope, type AnyScope } from '../kernel/scope.js';
import type { Database } from './database.js';
import { hydrate } from './hydrate.js';
import { listText, marksOf } from './paged-list.js';
import type { EntityList, ListQuery, PagedList, PagedStatement } from './paged-list.js';
import { statementNameOf } from './statement-name.js';

/** A list with what it is filtered by; a cursor is good only for the same. */
interface NamedList {
  readonly list: string;
  readonly filters: unknown;
}

/** What was read for one page. */
interface PageRead<Item> {
  readonly items: readonly Item[];
  readonly totalItems: number;
  /** The sort keys of the last item; null where it is the last of all. */
  readonly next: readonly (string | number)[] | null;
}

interface CountedRow {
  readonly total_items: number;
  readonly is_row: boolean | null;
}

/** Reads one page and the exact total of a list in one statement, so that both are of the same moment. */
export class Paginator {
  constructor(
    private readonly database: Database,
    private readonly dataSource: DataSource,
    private readonly cursors: CursorCodec,
    private readonly filterTimeoutMs: number,
  ) {}

  /** One page of rows as the database has them. Errors: 400 `invalid_cursor`, 422 for a cursor beside a page. */
  async rows<Row extends object>(
    scope: AnyScope,
    query: ListQuery | PagedStatement,
    request: PageRequest,
  ): Promise<Page<Row>> {
    const filters = query.asked ? [query.values, query.asked] : query.values;
    return this.read<Row>(scope, { list: query.list, filters }, request, async (position) => {
      const offset = position.after.length > 0 ? 0 : (position.page - 1) * position.perPage;
      const values = [...query.values, ...position.after, position.perPage + 1, offset];
      const marks = marksOf(query, position);
      const text = 'textFor' in query ? query.textFor(marks) : listText(query, marks);
      const found = await this.#found<Row & CountedRow>(scope, query, text, values);
      const rows = found.filter((row) => row.is_row);
      const last = rows[position.perPage - 1];
      const more = rows.length > position.perPage && last !== undefined;
      const items = rows.slice(0, position.perPage).map((row) => withoutMarks<Row>(row));
      return { items, totalItems: found[0]?.total_items ?? 0, next: more ? keysOf(query, last) : null };
    });
  }

  /**
   * One page of a list that `read` puts together itself from the position asked for: its items, the exact total, and the
   * sort keys of the last item where there are more. Errors: 400 `invalid_cursor`, 422 for a cursor beside a page.
   */
  async read<Item extends object>(
    scope: AnyScope,
    list: NamedList,
    request: PageRequest,
    read: (position: CursorPosition) => Promise<PageRead<Item>>,
  ): Promise<Page<Item>> {
    const context = contextOf(scope, list);
    const { page, perPage, after } = this.#positionOf(context, request);
    const { items, totalItems, next } = await read({ page, perPage, after });
    const nextCursor = next && this.cursors.encode(context, { page: page + 1, perPage, after: next });
    return { items, page, perPage, totalItems, nextCursor };
  }

  /** A cursor of a list that is no page of pages: the keys that `opened` answers again. */
  sealed(scope: AnyScope, list: NamedList, after: readonly (string | number)[]): string {
    return this.cursors.encode(contextOf(scope, list), { page: 1, perPage: 1, after });
  }

  /** The keys in a cursor that `sealed` made. Errors: 400 `invalid_cursor`. */
  opened(scope: AnyScope, list: NamedList, cursor: string): readonly (string | number)[] {
    return this.cursors.decode(contextOf(scope, list), cursor).after;
  }

  /** The same, with each row as the entity that its columns belong to. */
  async entities<Entity extends ObjectLiteral>(
    scope: AnyScope,
    entity: EntityTarget<Entity>,
    list: EntityList,
    request: PageRequest,
  ): Promise<Page<Entity>> {
    const { columns } = this.dataSource.getMetadata(entity);
    const named = columns.filter((column) => column.isSelect).map((column) => `${list.alias}.${column.databaseName}`);
    const query = { ...list, select: [...named, ...(list.also ?? [])].join(', ') };
    const page = await this.rows<Record<string, unknown>>(scope, query, request);
    return mapPage(page, (row) => hydrate(this.dataSource, entity, row));
  }

  /** A statement with a filter is like no other: it is planned for its values, not kept, and has a time limit of its own. */
  async #found<Row>(scope: AnyScope, query: PagedList, text: string, values: unknown[]): Promise<Row[]> {
    if (!query.filtered) return this.database.queryLong<Row>(scope, { name: statementNameOf(text), text }, values);
    try {
      return await this.database.queryLong<Row>(scope, { name: '', text, timeoutMs: this.filterTimeoutMs }, values);
    } catch (error) {
      throw isTimeout(error) ? tooSlow(query.filtered.indexed) : error;
    }
  }

  #positionOf(context: CursorContext, request: PageRequest): CursorPosition {
    if (request.cursor === undefined) {
      return { page: request.page ?? 1, perPage: request.perPage ?? PER_PAGE.default, after: [] };
    }
    if (request.page !== undefined) {
      throw invalid(['query', 'page'], 'page and cursor exclude each other; send one of them', 'page_with_cursor');
    }
    const position = this.cursors.decode(context, request.cursor);
    if (request.perPage !== undefined && request.perPage !== position.perPage) {
      const made = `the cursor was made for per_page ${position.perPage}; send the same, or leave it out`;
      throw invalid(['query', 'per_page'], made, 'per_page_with_cursor');
    }
    return position;
  }
}

const MARKS = new Set(['total_items', 'is_row', 'sort_missing', 'sort_value', 'sort_text']);

/** The row without what the page alone needs of it. */
function withoutMarks<Row extends object>(row: Row & CountedRow): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !MARKS.has(name))) as Row;
}

function isTimeout(error: unknown): boolean {
  return error instanceof DomainError && error.code === 'statement_timeout';
}

/** 400: the database gave up on a filter. */
function tooSlow(indexed: string): DomainError {
  const message = `The filter, or the order, takes too long in this tenant. Filter by what has an index, alone or with "and" beside the rest: ${indexed}.`;
  return new DomainError('malformed', 'filter_too_slow', message);
}

function contextOf(scope: AnyScope, { list, filters }: NamedList): CursorContext {
  return { list, owner: scope instanceof TenantScope ? scope.tenantId : 'platform', filters };
}

function keysOf(query: PagedList, last: object): (string | number)[] {
  const row = last as Record<string, string | number>;
  return query.sort.map(({ column, text }) => row[text ?? column] ?? '');
}
