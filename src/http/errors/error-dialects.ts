import type { Refusal } from './refusal.js';

/** How one published surface words its refusals, and which schemas of the OpenAPI document describe them. */
export interface ErrorDialect {
  readonly body: (refusal: Refusal, requestId: string) => object;
  /** The schema of refusals with one message. */
  readonly plainSchema: string;
  /** The schema of a 422, which lists what is wrong. */
  readonly listSchema: string;
}

/** Contract 1 and the native resources: `{detail, code, request_id}`; where values are wrong, `detail` lists them. */
const native: ErrorDialect = {
  body: (refusal, requestId) => ({
    detail: refusal.issues.length > 0 ? refusal.issues : refusal.message,
    code: refusal.code,
    request_id: requestId,
  }),
  plainSchema: 'Error',
  listSchema: 'HTTPValidationError',
};

/** Contract 2: `{message, error_code}` with the HTTP status as a number; where values are wrong, `message` lists them. */
const applicationRoles: ErrorDialect = {
  body: ({ status, message, issues }) => ({
    message: status === 422 || issues.length > 0 ? messagesOf(issues, message) : message,
    error_code: status,
  }),
  plainSchema: 'ApplicationRoleError',
  listSchema: 'ApplicationRoleValidationError',
};

function messagesOf(issues: Refusal['issues'], message: string): string[] {
  return issues.length > 0 ? issues.map(({ loc, msg }) => `${loc.join('.')}: ${msg}`) : [message];
}

/** The surface that a path belongs to; a new surface is a line here. */
const DIALECTS: readonly (readonly [prefix: string, dialect: ErrorDialect])[] = [
  ['/v1/applications/', applicationRoles],
];

/** How refusals of this path are worded. */
export function dialectOf(path: string): ErrorDialect {
  return DIALECTS.find(([prefix]) => path.startsWith(prefix))?.[1] ?? native;
}

/** The body of the answer to a refused request. */
export function errorBody(path: string, refusal: Refusal, requestId: string): object {
  return dialectOf(path).body(refusal, requestId);
}
