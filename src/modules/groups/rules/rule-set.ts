import { comparisonKey } from '../../../kernel/comparison-key.js';
import type { FilterAttribute } from '../../../kernel/filter/filter-catalogue.js';
import type { Target } from '../../../kernel/filter/bound-filter.js';
import { evaluateFilter, valuesOf, type KeyOf, type Resource } from '../../../kernel/filter/evaluate-filter.js';
import type { Rule, RuleOfGroup } from './rule.js';

/** A text that one of the target's values must be, for a rule to hold. */
interface Needed {
  readonly target: Target<FilterAttribute>;
  readonly text: string;
}

/** The rules that need a text in the same place, by that text. */
interface Place {
  readonly target: Target<FilterAttribute>;
  readonly byText: Map<string, RuleOfGroup[]>;
}

/**
 * The rules of a tenant, of which those that a user might come under are found without looking at all of them: most say
 * somewhere that a value is equal to a text, and are looked up by that text.
 */
export class RuleSet {
  readonly #places = new Map<string, Place>();
  /** Those that can only be tried. */
  readonly #others: RuleOfGroup[] = [];

  constructor(rules: readonly RuleOfGroup[]) {
    for (const each of rules) {
      const needed = neededBy(each.rule);
      if (needed === null) this.#others.push(each);
      else for (const one of needed) this.#keep(one, each);
    }
  }

  /** The groups whose rules hold for a user, as callers see it; each once. */
  groupsFor(user: Resource): string[] {
    const keyOf = rememberedKeys();
    const holding = new Set<string>();
    const attempt = ({ groupId, rule }: RuleOfGroup): void => {
      if (!holding.has(groupId) && evaluateFilter(rule, user, keyOf)) holding.add(groupId);
    };
    for (const rule of this.#others) attempt(rule);
    for (const { target, byText } of this.#places.values()) {
      for (const text of textsAt(target, user, keyOf)) byText.get(text)?.forEach(attempt);
    }
    return [...holding];
  }

  #keep({ target, text }: Needed, rule: RuleOfGroup): void {
    const key = JSON.stringify([target.name, ...target.names]);
    const place = this.#places.get(key) ?? { target, byText: new Map<string, RuleOfGroup[]>() };
    this.#places.set(key, place);
    const alike = place.byText.get(text);
    if (alike) alike.push(rule);
    else place.byText.set(text, [rule]);
  }
}

/** Texts of which a user must have one for the rule to hold; null where the rule does not say so. */
function neededBy(rule: Rule): readonly Needed[] | null {
  if (rule.kind === 'compare' && rule.operator === 'eq' && rule.target.attribute !== null) {
    const { target, operand } = rule;
    return operand.type === 'string' || operand.type === 'reference' ? [{ target, text: operand.value }] : null;
  }
  if (rule.kind === 'all') {
    const each = rule.of.map(neededBy).filter((needed) => needed !== null);
    return each.toSorted((left, right) => left.length - right.length)[0] ?? null;
  }
  if (rule.kind === 'any') {
    const each = rule.of.map(neededBy);
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

/** Keys of a user's texts, each made once for all rules. */
function rememberedKeys(): KeyOf {
  const keys = new Map<string, string>();
  return (text) => {
    const known = keys.get(text) ?? comparisonKey(text);
    keys.set(text, known);
    return known;
  };
}
