import { DomainError, type FieldIssue } from './domain-error.js';

/** From when on and until when something holds, in RFC 3339; null: without this bound. */
export interface Validity {
  readonly valid_from: string | null;
  readonly valid_until: string | null;
}

/** What a merge patch says of it: what is left out stays. */
export type ValidityPatch = { readonly [Bound in keyof Validity]?: Validity[Bound] | undefined };

/** At all times. */
export const ALWAYS: Validity = { valid_from: null, valid_until: null };

/** What holds now, will hold, or has held. */
export const VALIDITY_STATES = ['valid', 'scheduled', 'expired'] as const;

export type ValidityState = (typeof VALIDITY_STATES)[number];

/** What a request asks for; what it leaves out is without bound. Throws 422 where the end is not after the beginning. */
export function validityOf(asked: ValidityPatch): Validity {
  const validity = { valid_from: asked.valid_from ?? null, valid_until: asked.valid_until ?? null };
  if (isInOrder(validity)) return validity;
  const issues = [orderIssue(validity, ['body'])];
  throw new DomainError('invalid', 'validation_failed', issues[0]?.msg ?? '', issues);
}

/** Whether the end, where there is one, comes after the beginning. */
export function isInOrder({ valid_from: from, valid_until: until }: Validity): boolean {
  return from === null || until === null || Date.parse(from) < Date.parse(until);
}

/** The issue of bounds in the wrong order, of those that were sent; `at` is where they stand. */
export function orderIssue(sent: ValidityPatch, at: readonly (string | number)[]): FieldIssue {
  const { valid_from: from, valid_until: until } = sent;
  if (typeof until !== 'string' && typeof from === 'string') {
    const msg = `valid_from must be before valid_until, not ${from}`;
    return { loc: [...at, 'valid_from'], msg, type: 'before_valid_until' };
  }
  const msg = `valid_until must be after valid_from${typeof until === 'string' ? `, not ${until}` : ''}`;
  return { loc: [...at, 'valid_until'], msg, type: 'after_valid_from' };
}
