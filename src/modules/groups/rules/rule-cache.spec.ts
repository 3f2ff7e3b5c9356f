import { FilterSet } from '../../../kernel/filter/filter-set.js';
import { RuleCache } from './rule-cache.js';
import { parseRule } from './rule.js';

const RULES = new FilterSet([{ key: 'g', filter: parseRule('active eq true') }]);
const NONE = new FilterSet([]);
const HALF = 1_000_000;

describe('remembered rules', () => {
  it('are answered for their own version alone', () => {
    const cache = new RuleCache();
    cache.set('one', { version: 'a', rules: RULES, characters: 14 });
    expect(cache.get('one', 'a')).toBe(RULES);
    expect(cache.get('one', 'b')).toBeUndefined();
    expect(cache.get('other', 'a')).toBeUndefined();
    cache.set('one', { version: 'b', rules: NONE, characters: 0 });
    expect(cache.get('one', 'a')).toBeUndefined();
    expect(cache.get('one', 'b')).toBe(NONE);
  });

  it('are bounded: those that were asked for longest ago go, and what alone is too much never comes', () => {
    const cache = new RuleCache();
    for (const tenant of ['one', 'two']) cache.set(tenant, { version: 'a', rules: RULES, characters: HALF });
    cache.get('one', 'a');
    cache.set('three', { version: 'a', rules: RULES, characters: HALF });
    expect(['one', 'two', 'three'].map((tenant) => cache.get(tenant, 'a') !== undefined)).toEqual([true, false, true]);
    cache.set('three', { version: 'b', rules: RULES, characters: 2 * HALF + 1 });
    expect(['one', 'three'].map((tenant) => cache.get(tenant, 'b') ?? cache.get(tenant, 'a'))).toEqual([
      RULES,
      undefined,
    ]);
  });
});
