/** Chance that a seed repeats (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  /** One of them; throws where there is none. */
  of<Item>(items: Iterable<Item>): Item {
    const all = [...items];
    if (all.length === 0) throw new Error('There is nothing to choose from.');
    return all[this.below(all.length)]!;
  }

  /** Up to `most` of them, at least one, each once. */
  some<Item>(items: Iterable<Item>, most: number): Item[] {
    const left = [...items];
    const count = Math.min(1 + this.below(most), left.length);
    return Array.from({ length: count }, () => left.splice(this.below(left.length), 1)[0]!);
  }

  /** One of them, the heavier the likelier. */
  weighted<Item extends { readonly weight: number }>(items: readonly Item[]): Item {
    let left = this.below(items.reduce((sum, { weight }) => sum + weight, 0));
    for (const item of items) {
      if (left < item.weight) return item;
      left -= item.weight;
    }
    throw new Error('There is nothing to choose from.');
  }
}
