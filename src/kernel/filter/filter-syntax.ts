import { DomainError } from '../domain-error.js';

/** Bounds of a filter: bytes of UTF-8 after decoding, comparisons, and parentheses and brackets within each other. */
export const FILTER_LIMITS = { bytes: 8192, comparisons: 100, depth: 50 } as const;

export const COMPARISONS = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const;
export type Comparison = (typeof COMPARISONS)[number];

export type Literal = string | number | boolean | null;

/** Names from the outside in, such as `attributes`, `manager`, `id`; `at` is where it stands in the text. */
export interface AttributePath {
  readonly names: readonly [string, ...string[]];
  readonly at: number;
}

/** A filter as it is written (RFC 7644 section 3.4.2.2), before it is known what its attributes are. */
export type FilterSyntax =
  | { readonly kind: 'all' | 'any'; readonly of: readonly FilterSyntax[] }
  | { readonly kind: 'not'; readonly of: FilterSyntax }
  | { readonly kind: 'present'; readonly path: AttributePath }
  | {
      readonly kind: 'compare';
      readonly path: AttributePath;
      readonly operator: Comparison;
      readonly operatorAt: number;
      readonly value: Literal;
      readonly valueAt: number;
    }
  | { readonly kind: 'element'; readonly path: AttributePath; readonly of: FilterSyntax };

/** 400 `invalid_filter`: what is wrong with a filter, and where: `at` counts characters (UTF-16 units) from 0. */
export function invalidFilter(at: number, wrong: string): DomainError {
  return new DomainError('malformed', 'invalid_filter', `filter, at position ${at}: ${wrong}.`);
}
