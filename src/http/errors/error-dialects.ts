import { messageIdOf } from './entitlement-messages.js';
import type { Refusal } from './refusal.js';

/** How one published surface words its refusals, and which schemas of the OpenAPI document describe them. */
export interface ErrorDialect {
  readonly body: (refusal: Refusal, requestId: string) => object;
  /** The schema of refusals with one message. */
  readonly plainSchema: string;
  /** The schema of the refusal of wrong values, which lists them. */
  readonly listSchema: string;
  /** The status of wrong values, where the surface knows no 422. */
  readonly wrongValues?: 400;
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

/** What contract 3 calls a refusal, by its status. */
const SCOPED_ROLE_ERRORS: Readonly<Record<number, string>> = {
  401: 'AuthorizationException',
  403: 'IllegalOperationError',
  404: 'KeyError',
  409: 'EntityExistsError',
};

/** Contract 3: `{"detail": [name, message]}` for every refusal, and wrong values are 400 as well. */
const scopedRoles: ErrorDialect = {
  body: ({ status, message, issues }) => ({
    detail: [
      SCOPED_ROLE_ERRORS[status] ?? (status < 500 ? 'ValueError' : 'RuntimeError'),
      issues.length > 0 ? messagesOf(issues, message).join('; ') : message,
    ],
  }),
  plainSchema: 'ScopedRoleError',
  listSchema: 'ScopedRoleError',
  wrongValues: 400,
};

/** Contract 4: `{messageId, messageDescription}` for every refusal, and wrong values are 400 as well. */
const entitlements: ErrorDialect = {
  body: ({ status, code, message, issues }) => ({
    messageId: messageIdOf(code, status === 422 ? 400 : status),
    messageDescription: issues.length > 0 ? messagesOf(issues, message).join('; ') : message,
  }),
  plainSchema: 'EntitlementError',
  listSchema: 'EntitlementError',
  wrongValues: 400,
};

/** The surface that a path belongs to; a new surface is a line here. */
const DIALECTS: readonly (readonly [prefix: string, dialect: ErrorDialect])[] = [
  ['/v1/', applicationRoles],
  ['/roles/', scopedRoles],
  ['/v1.0/', entitlements],
];

/** How refusals of this path are worded, also where it is encoded in another way and where nothing is found at it. */
export function dialectOf(path: string): ErrorDialect {
  const asked = `${decoded(path)}/`;
  return DIALECTS.find(([prefix]) => asked.startsWith(prefix))?.[1] ?? native;
}

/** The path as routes are found by it; as it is where it cannot be decoded. */
function decoded(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

/** The status that a refusal has on this path. */
export function errorStatus(path: string, { status }: Refusal): number {
  return status === 422 ? (dialectOf(path).wrongValues ?? status) : status;
}

/** The body of the answer to a refused request. */
export function errorBody(path: string, refusal: Refusal, requestId: string): object {
  return dialectOf(path).body(refusal, requestId);
}
