import type { BoundFilter } from '../../kernel/filter/bound-filter.js';
import { isLookup } from './lookups.js';
import { elementsSql, freeComparison, freePresence } from './json-sql.js';
import type { FilteredTable, SqlAttribute } from './sql-attribute.js';
import { declaredComparison, declaredPresence } from './value-sql.js';

type Filter = BoundFilter<SqlAttribute>;

type Alternatives = Extract<Filter, { kind: 'all' | 'any' }>;

/** Where a condition stands. */
interface Place {
  /** Whether every row must meet it: then it may be what the rows are found by. */
  readonly must: boolean;
  /** The element whose brackets it stands in, as SQL; null outside of brackets. */
  readonly element: string | null;
}

/**
 * A bound filter as a condition over the columns that its catalogue names. Everything that the caller wrote goes into
 * `values` ($1 is the tenant); the text is made of ours alone.
 *
 * SQL knows three truth values and filters two. Comparisons may be null where a value is missing; `and` and `or` take that
 * to a row that is not listed, as false would; `IS NOT TRUE` makes `not` of it (docs/decisions/0017-filters.md).
 * With `table`, alternatives that all have an index are looked up one by one.
 */
export function filterSql(filter: Filter, values: unknown[], table?: FilteredTable): string {
  return new FilterSql(values, table).of(filter, { must: true, element: null });
}

class FilterSql {
  #elements = 0;

  constructor(
    private readonly values: unknown[],
    private readonly table: FilteredTable | undefined,
  ) {}

  of(filter: Filter, place: Place): string {
    switch (filter.kind) {
      case 'all':
        return filter.of.map((each) => `(${this.of(each, place)})`).join(' AND ');
      case 'any':
        return this.#lookedUp(filter, place) ?? this.#either(filter, { ...place, must: false });
      case 'not':
        return `(${this.of(filter.of, { ...place, must: false })}) IS NOT TRUE`;
      case 'element':
        return this.#element(filter, place);
      default:
        return this.#single(filter, place);
    }
  }

  #either({ of }: Alternatives, place: Place): string {
    return of.map((each) => `(${this.of(each, place)})`).join(' OR ');
  }

  /** The ids that each alternative finds by its own index; `or` itself has none, so that every row would be looked at. */
  #lookedUp({ of }: Alternatives, { must, element }: Place): string | null {
    const { table } = this;
    if (!table || !must || element !== null || !of.every(isLookup)) return null;
    const { rows, tenant, id } = table;
    const found = of.map(
      (each) => `SELECT ${id} FROM ${rows} WHERE ${tenant} = $1 AND (${this.of(each, { must, element })})`,
    );
    return `${id} IN (${found.join(' UNION ')})`;
  }

  #single(filter: Extract<Filter, { kind: 'present' | 'compare' }>, { must, element }: Place): string {
    const { attribute, names } = filter.target;
    const bind = (value: unknown): string => `$${this.values.push(value)}`;
    if (attribute !== null && attribute.type !== 'json') {
      return filter.kind === 'present'
        ? declaredPresence(attribute)
        : declaredComparison(attribute, filter.operator, filter.operand, bind);
    }
    const root = { sql: attribute?.sql ?? element ?? 'NULL', names, entries: attribute?.entries };
    return filter.kind === 'present' ? freePresence(root, bind) : freeComparison(root, filter, { bind, must });
  }

  #element({ target, of }: Extract<Filter, { kind: 'element' }>, place: Place): string {
    const bind = (value: unknown): string => `$${this.values.push(value)}`;
    const alias = `element_${(this.#elements += 1)}`;
    const from = elementsSql(
      { sql: target.attribute?.sql ?? place.element ?? 'NULL', names: target.names },
      alias,
      bind,
    );
    const inner = this.of(of, { must: false, element: `${alias}.value` });
    return `EXISTS (SELECT FROM ${from} WHERE jsonb_typeof(${alias}.value) = 'object' AND (${inner}))`;
  }
}
