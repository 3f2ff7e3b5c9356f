import { dialectOf } from '../errors/error-dialects.js';
import type { Operation, Response } from './openapi-types.js';
import { VERSIONED } from './route.decorator.js';

interface DocumentedRefusal {
  readonly description: string;
  readonly code: string;
  readonly detail: string;
}

const REFUSALS: Readonly<Record<string, DocumentedRefusal>> = {
  '400': {
    description:
      'The request cannot be read: malformed JSON or URL, a cursor that was not made for this query, or a consistency token that is none.',
    code: 'malformed_json',
    detail: 'The body is not valid JSON.',
  },
  '401': {
    description: 'No token, or one that is not valid; WWW-Authenticate says which.',
    code: 'missing_token',
    detail: 'Send a Bearer token in the Authorization header.',
  },
  '403': {
    description: 'The token lacks a scope, or belongs to another tenant.',
    code: 'insufficient_scope',
    detail: 'The token needs the scope assignments:write.',
  },
  '404': {
    description: 'The tenant has no such thing; the answer is the same for ids of other tenants.',
    code: 'application_not_found',
    detail: 'No application 019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33 in this tenant.',
  },
  '409': {
    description: 'The present state refuses the change.',
    code: 'already_assigned',
    detail: 'The application is already assigned to this user.',
  },
  '412': {
    description: 'If-Match names another version than the present one; nothing was changed.',
    code: 'version_mismatch',
    detail: 'The resource is at version "3"; read it again and send its ETag in If-Match.',
  },
  '413': {
    description: 'The body is too large.',
    code: 'body_too_large',
    detail: 'The body is larger than this service accepts.',
  },
  '415': {
    description: 'The body is not JSON by its Content-Type.',
    code: 'unsupported_media_type',
    detail: 'Send the body as application/json.',
  },
  '429': {
    description:
      'More requests a minute than are allowed; try again after Retry-After seconds. RateLimit says how many are left.',
    code: 'rate_limited',
    detail: 'The 6000 requests a minute of this caller are used up; try again in 17 s.',
  },
  '500': {
    description: 'The service failed; the request id finds the reason in its log.',
    code: 'internal_error',
    detail: 'The service failed to answer this request; the request id finds the reason in its log.',
  },
  '503': {
    description: 'The database does not answer at the moment; try again after Retry-After seconds.',
    code: 'database_unavailable',
    detail: 'The database does not answer at the moment; try again.',
  },
};

const REQUEST_ID = '019ab5f2-6c1e-7b3a-9a51-3f0c8d2e4b10';

/** The statuses that the shape of an operation brings with it. */
function impliedStatuses(path: string, method: string, operation: Operation): string[] {
  const wrongValues = dialectOf(path).wrongValues === undefined ? ['422'] : [];
  const implied = ['400', '401', '403', ...wrongValues, '429', '500', '503'];
  if (path.includes('{')) implied.push('404');
  // Also where no body is asked for: one that is sent is read.
  if (method !== 'get') implied.push('413', '415');
  const changesVersioned = operation[VERSIONED] && method !== 'get' && !('201' in operation.responses);
  if (changesVersioned) implied.push('412');
  return implied;
}

/** Gives every operation all the refusals it can answer, each with a schema and an example. */
export function addRefusals(path: string, method: string, operation: Operation): void {
  const declared = Object.keys(operation.responses).filter((status) => status >= '400');
  const implied = operation.security?.length === 0 ? [] : impliedStatuses(path, method, operation);
  for (const status of new Set([...implied, ...declared])) {
    const response = operation.responses[status];
    if (!response?.content) operation.responses[status] = refusal(path, status, response?.description);
  }
}

/** What an answer with a list of wrong values is documented with. */
const WRONG_VALUE = { loc: ['body', 'name'], msg: 'name is required: text of 1 to 200 characters', type: 'missing' };

function refusal(path: string, status: string, why: string | undefined): Response {
  const dialect = dialectOf(path);
  if (status === '422') {
    const refused = { status: 422, code: 'validation_failed', message: WRONG_VALUE.msg, issues: [WRONG_VALUE] };
    return {
      description: why ?? 'A value of the request is not right; the answer lists all that are not.',
      content: contentOf(dialect.listSchema, dialect.body(refused, REQUEST_ID)),
    };
  }
  const { description, code, detail } = REFUSALS[status] ?? {
    description: 'Refused.',
    code: 'refused',
    detail: 'Refused.',
  };
  const refused = { status: Number(status), code, message: detail, issues: [] };
  return {
    description: why ?? description,
    content: contentOf(dialect.plainSchema, dialect.body(refused, REQUEST_ID)),
  };
}

function contentOf(schema: string, example: object): Response['content'] {
  return { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` }, example } };
}
