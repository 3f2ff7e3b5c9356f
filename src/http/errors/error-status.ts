import type { ErrorKind } from '../../kernel/domain-error.js';

/** The one place where a kind of refusal gets its HTTP status. */
export const STATUS_OF: Readonly<Record<ErrorKind, number>> = {
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  precondition_failed: 412,
  too_large: 413,
  too_long: 414,
  unsupported: 415,
  invalid: 422,
  too_many: 429,
  unavailable: 503,
};
