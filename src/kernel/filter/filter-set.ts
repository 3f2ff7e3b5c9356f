import { comparisonKey } from '../comparison-key.js';
import type { BoundFilter, Target } from './bound-filter.js';
import { evaluateFilter, valuesOf, type KeyOf, type Resource } from './evaluate-filter.js';
import type { FilterAttribute } from './filter-catalogue.js';

/** A filter and what it is called by. */
interface Named {
  readonly key: string;
  readonly filter: BoundFilter;
}

/** A text that one of the target's values must be, for a filter to hold. */
interface Needed {
  readonly target: Target<FilterAttribute>;
  readonly text: string;
}

/** The filters that need a text in the same place, by that text. */
interface Place {
  readonly target: Target<FilterAttribute>;
  readonly byText: Map<string, Named[]>;
}

/**
 * Many filters over one kind of resource, of which those that might hold are found without looking at all of them: most say
 * somewhere that a value is equal to a text, and are looked up by that text.
 */
export class FilterSet {
  readonly #places = new Map<string, Place>();
  /** Those that can only be tried. */
  readonly #others: Named[] = [];

  constructor(filters: readonly Named[]) {
    for (const each of filters) {
      const needed = neededBy(each.filter);
      if (needed === null) this.#others.push(each);
      else for (const one of needed) this.#keep(one, each);
    }
  }

  /** The keys of the filters that hold for a resource, each once. */
  holdingFor(resource: Resource): string[] {
    const keyOf = rememberedKeys();
    const holding = new Set<string>();
    const attempt = ({ key, filter }: Named): void => {
      if (!holding.has(key) && evaluateFilter(filter, resource, keyOf)) holding.add(key);
    };
    for (const filter of this.#others) attempt(filter);
    for (const { target, byText } of this.#places.values()) {
      for (const text of textsAt(target, resource, keyOf)) byText.get(text)?.forEach(attempt);
    }
    return [...holding];
  }

  #keep({ target, text }: Needed, filter: Named): void {
    const key = JSON.stringify([target.name, ...target.names]);
    const place = this.#places.get(key) ?? { target, byText: new Map<string, Named[]>() };
    this.#places.set(key, place);
    const alike = place.byText.get(text);
    if (alike) alike.push(filter);
    else place.byText.set(text, [filter]);
  }
}

/** Texts of which a resource must have one for the filter to hold; null where the filter does not say so. */
function neededBy(filter: BoundFilter): readonly Needed[] | null {
  if (filter.kind === 'compare' && filter.operator === 'eq' && filter.target.attribute !== null) {
    const { target, operand } = filter;
    return operand.type === 'string' || operand.type === 'reference' ? [{ target, text: operand.value }] : null;
  }
  if (filter.kind === 'all') {
    const each = filter.of.map(neededBy).filter((needed) => needed !== null);
    return each.toSorted((left, right) => left.length - right.length)[0] ?? null;
  }
  if (filter.kind === 'any') {
    const each = filter.of.map(neededBy);
    return each.some((needed) => needed === null) ? null : each.flatMap((needed) => needed ?? []);
  }
  return null;
}

/** As what the texts of a place are compared. */
function textsAt(target: Target<FilterAttribute>, resource: Resource, keyOf: KeyOf): Set<string> {
  const isExact = target.attribute?.exact === true || target.attribute?.type === 'reference';
  const texts = valuesOf(target, resource).filter((value) => typeof value === 'string');
  return new Set(isExact ? texts : texts.map(keyOf));
}

/** Keys of a resource's texts, each made once for all filters. */
function rememberedKeys(): KeyOf {
  const keys = new Map<string, string>();
  return (text) => {
    const known = keys.get(text) ?? comparisonKey(text);
    keys.set(text, known);
    return known;
  };
}
