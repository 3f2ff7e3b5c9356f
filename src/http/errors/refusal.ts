import { HttpException } from '@nestjs/common';
import { DomainError, type FieldIssue } from '../../kernel/domain-error.js';
import { STATUS_OF } from './error-status.js';

/** What a request is answered when it is refused, before a surface puts it into its own words. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly issues: readonly FieldIssue[];
}

const INTERNAL: Refusal = {
  status: 500,
  code: 'internal_error',
  message: 'The service failed to answer this request; the request id finds the reason in its log.',
  issues: [],
};

/** Fastify's own refusals (https://fastify.dev/docs/latest/Reference/Errors/) in our words. */
const FRAMEWORK_REFUSALS: Readonly<Record<string, readonly [number, string, string]>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: [400, 'malformed_json', 'The body is not valid JSON.'],
  FST_ERR_CTP_BODY_TOO_LARGE: [413, 'body_too_large', 'The body is larger than this service accepts.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [415, 'unsupported_media_type', 'Send the body as application/json.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    400,
    'wrong_content_length',
    'The body has another length than Content-Length says.',
  ],
  FST_ERR_BAD_URL: [400, 'malformed_url', 'The URL has a part that cannot be decoded.'],
  FST_ERR_MAX_PARAM_LENGTH: [414, 'url_too_long', 'A part of the URL is too long.'],
  FST_ERR_ASYNC_CONSTRAINT: [400, 'malformed_request', 'The request cannot be read.'],
};

/** Turns whatever was thrown into a refusal. What is not meant for callers becomes a 500 that says nothing of it. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof DomainError) {
    return { status: STATUS_OF[error.kind], code: error.code, message: error.message, issues: error.issues };
  }
  const known = FRAMEWORK_REFUSALS[codeOf(error)];
  if (known) return { status: known[0], code: known[1], message: known[2], issues: [] };
  const status = statusOf(error);
  return status !== null && status >= 400 && status < 500 ? refusalOfStatus(status, error as Error) : INTERNAL;
}

/** Nest passes Fastify's refusals on with their status alone, and tells of an unknown path by an exception of its own. */
function refusalOfStatus(status: number, error: Error): Refusal {
  const known = Object.values(FRAMEWORK_REFUSALS).find(([theirs]) => theirs === status && status !== 400);
  if (known) return { status: known[0], code: known[1], message: known[2], issues: [] };
  if (status === 404) return { status, code: 'route_not_found', message: 'There is no such route.', issues: [] };
  if (/JSON/i.test(error.message))
    return { status, code: 'malformed_json', message: 'The body is not valid JSON.', issues: [] };
  return { status, code: 'bad_request', message: error.message, issues: [] };
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

function statusOf(error: unknown): number | null {
  if (error instanceof HttpException) return error.getStatus();
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : null;
  return typeof status === 'number' ? status : null;
}
