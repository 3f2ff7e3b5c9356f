import { isUuid } from '../../../kernel/ids.js';

/** Conditions that combine with AND, and the values of their parameters. */
export class Conditions {
  readonly #conditions: string[] = [];
  readonly #values: unknown[];

  constructor(...values: readonly unknown[]) {
    this.#values = [...values];
  }

  get sql(): string {
    return this.#conditions.map((condition) => ` AND ${condition}`).join('');
  }

  get values(): readonly unknown[] {
    return this.#values;
  }

  /** A condition without a value, such as `false`. */
  only(condition: string): this {
    this.#conditions.push(condition);
    return this;
  }

  /** `column = value`, where there is a value. */
  equal(column: string, value: string | undefined, type = 'text'): this {
    if (value === undefined) return this;
    this.#values.push(value);
    return this.only(`${column} = $${this.#values.length}::${type}`);
  }

  /** The same for a code: text that is none of ours is nothing's. */
  code(column: string, value: string | undefined): this {
    if (value !== undefined && !isUuid(value)) return this.only('false');
    return this.equal(column, value?.toLowerCase(), 'uuid');
  }
}
