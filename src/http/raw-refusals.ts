import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { newId } from '../kernel/ids.js';
import { errorBody, errorStatus } from './errors/error-dialects.js';
import { refusalOf, type Refusal } from './errors/refusal.js';

/** Refusals that Fastify makes before it routes, such as of a URL that cannot be decoded; no hook and no filter sees them. */
export function answerFrameworkError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const refusal = refusalOf(error);
  const path = request.url.split('?', 1)[0] ?? '/';
  void reply
    .code(errorStatus(path, refusal))
    .header('X-Request-Id', request.id)
    .type('application/json; charset=utf-8')
    .send(errorBody(path, refusal, request.id));
}

const REFUSALS: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: raw(431, 'headers_too_large', 'The URL and headers are larger than 96 KB together.'),
  ERR_HTTP_REQUEST_TIMEOUT: raw(408, 'request_timeout', 'The request did not arrive in time.'),
};
const UNREADABLE = raw(400, 'malformed_request', 'The request is not HTTP as this service reads it.');

/** Refusals of bytes that Node cannot read as a request; there is no request yet, so the answer is written by hand. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  const refusal = REFUSALS[error.code ?? ''] ?? UNREADABLE;
  const requestId = newId();
  const body = JSON.stringify(errorBody('/', refusal, requestId));
  const head = [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function raw(status: number, code: string, message: string): Refusal {
  return { status, code, message, issues: [] };
}
