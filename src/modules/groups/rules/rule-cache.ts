import type { FilterSet } from '../../../kernel/filter/filter-set.js';

/** Most characters of rules that one instance remembers, of all tenants together: some ten thousand rules. */
const MOST_CHARACTERS = 2_000_000;

interface Remembered {
  readonly version: string;
  readonly rules: FilterSet;
  readonly characters: number;
}

/** The rules of tenants as they were read last. Whoever asks names the version that holds now: nothing stale is answered. */
export class RuleCache {
  readonly #tenants = new Map<string, Remembered>();
  #characters = 0;

  get(tenantId: string, version: string): FilterSet | undefined {
    const known = this.#tenants.get(tenantId);
    if (known?.version !== version) return undefined;
    // Behind all others: who was asked for last is forgotten last.
    this.#tenants.delete(tenantId);
    this.#tenants.set(tenantId, known);
    return known.rules;
  }

  /** `characters`: how many the texts of the rules have. What alone is too much is not remembered. */
  set(tenantId: string, remembered: Remembered): void {
    this.#forget(tenantId);
    if (remembered.characters > MOST_CHARACTERS) return;
    this.#tenants.set(tenantId, remembered);
    this.#characters += remembered.characters;
    for (const oldest of this.#tenants.keys()) {
      if (this.#characters <= MOST_CHARACTERS) return;
      this.#forget(oldest);
    }
  }

  #forget(tenantId: string): void {
    this.#characters -= this.#tenants.get(tenantId)?.characters ?? 0;
    this.#tenants.delete(tenantId);
  }
}
