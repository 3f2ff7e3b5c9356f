import { DomainError } from '../../../kernel/domain-error.js';
import { toDomainError } from '../../../persistence/database-errors.js';

/** Whether the database gave up on a statement for its time limit. */
export function isTooSlow(error: unknown): boolean {
  const known = toDomainError(error);
  return known instanceof DomainError && known.code === 'statement_timeout';
}

/** 400: the database gave up on a rule. */
export function tooSlow(): DomainError {
  const message =
    'The rule takes too long in this tenant. Compare what has an index (as filters of the list of users say), alone or with "and" beside the rest.';
  return new DomainError('malformed', 'rule_too_slow', message);
}
