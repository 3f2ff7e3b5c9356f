import type { FilterAttribute } from './filter-catalogue.js';
import type { Comparison } from './filter-syntax.js';

/** What is compared: an attribute of a catalogue, or (null) the element whose brackets it stands in; `names` lead on from there. */
export interface Target<Attribute extends FilterAttribute> {
  readonly name: string;
  readonly attribute: Attribute | null;
  readonly names: readonly string[];
}

/** `ne` is made of `not` and `eq`. */
export type BoundComparison = Exclude<Comparison, 'ne'>;

/** A value as it is compared: a string by its key unless it is exact, a moment in milliseconds since 1970. */
export type Operand =
  | { readonly type: 'string' | 'reference'; readonly value: string }
  | { readonly type: 'number' | 'dateTime'; readonly value: number }
  | { readonly type: 'boolean'; readonly value: boolean };

/** A filter whose attributes and values are known and fit; each back end gives it the same meaning. */
export type BoundFilter<Attribute extends FilterAttribute = FilterAttribute> =
  | { readonly kind: 'all' | 'any'; readonly of: readonly BoundFilter<Attribute>[] }
  | { readonly kind: 'not'; readonly of: BoundFilter<Attribute> }
  | { readonly kind: 'present'; readonly target: Target<Attribute> }
  | {
      readonly kind: 'compare';
      readonly target: Target<Attribute>;
      readonly operator: BoundComparison;
      readonly operand: Operand;
    }
  | { readonly kind: 'element'; readonly target: Target<Attribute>; readonly of: BoundFilter<Attribute> };
