/** What kind of refusal an error is; one file in `http/` gives each kind its status. */
export type ErrorKind =
  | 'malformed' // the request cannot be read: 400
  | 'unauthenticated' // no valid credentials: 401
  | 'forbidden' // valid credentials, not enough: 403
  | 'not_found' // the tenant has no such thing: 404
  | 'conflict' // the state refuses it: 409
  | 'precondition_failed' // If-Match named another version: 412
  | 'too_large' // 413
  | 'too_long' // the URL: 414
  | 'unsupported' // a body of another type than the route takes: 415
  | 'invalid' // understood, but a value breaks a rule: 422
  | 'too_many' // 429
  | 'unavailable'; // a part we need does not answer: 503

/** One wrong value of a request: where it stands, what is wrong with it, and a stable name for the rule it broke. */
export interface FieldIssue {
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
}

/** A refusal that a caller can act on. Its message may be shown: no SQL, no stack, nothing of another tenant. */
export class DomainError extends Error {
  constructor(
    readonly kind: ErrorKind,
    readonly code: string,
    message: string,
    readonly issues: readonly FieldIssue[] = [],
  ) {
    super(message);
    this.name = 'DomainError';
  }
}

/** 404: the tenant has no `resource` with this id. The text is the same for unknown ids and for other tenants' ids. */
export function notFound(resource: string, id: string): DomainError {
  const where = resource === 'tenant' ? '' : ' in this tenant';
  return new DomainError('not_found', `${resource}_not_found`, `No ${resource.replaceAll('_', ' ')} ${id}${where}.`);
}

/** 409: the present state refuses the change. */
export function conflict(code: string, message: string): DomainError {
  return new DomainError('conflict', code, message);
}

/** 403: the caller is known but may not do this. */
export function forbidden(code: string, message: string): DomainError {
  return new DomainError('forbidden', code, message);
}

/** 422: one value of the request breaks a rule. `loc` starts with `body`, `query`, `path` or `header`. */
export function invalid(loc: readonly (string | number)[], msg: string, type: string): DomainError {
  return new DomainError('invalid', 'validation_failed', msg, [{ loc, msg, type }]);
}

/** Issues, or ids, that one answer lists at most. */
const MOST_ISSUES = 100;

/** Names as a message lists them: the first hundred, and how many more there are. */
export function listedNames(names: readonly string[]): string {
  const more = names.length - MOST_ISSUES;
  return names.slice(0, MOST_ISSUES).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** The first hundred issues, and one more that says how many are left out. */
export function listedIssues(issues: readonly FieldIssue[]): readonly FieldIssue[] {
  const more = issues.length - MOST_ISSUES;
  if (more <= 0) return issues;
  const rest = {
    loc: issues[0]?.loc.slice(0, 1) ?? [],
    msg: `and ${more} more that are not listed`,
    type: 'more_issues',
  };
  return [...issues.slice(0, MOST_ISSUES), rest];
}
