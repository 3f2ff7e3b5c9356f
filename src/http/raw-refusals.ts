import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { newId } from '../kernel/ids.js';
import { errorBody, errorStatus } from './errors/error-dialects.js';
import { refusalOf, type Refusal } from './errors/refusal.js';

/** Refusals that Fastify makes before it routes, such as of a URL that cannot be decoded; no hook and no filter sees them. */
export function answerFrameworkError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const refusal = refusalOf(error);
  const path = pathOf(request.url);
  void reply
    .code(errorStatus(path, refusal))
    .headers({ ...RAW_HEADERS, 'X-Request-Id': request.id })
    .send(errorBody(path, refusal, request.id));
}

const REFUSALS: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: raw(431, 'headers_too_large', 'The URL and headers are larger than 96 KB together.'),
  ERR_HTTP_REQUEST_TIMEOUT: raw(408, 'request_timeout', 'The request did not arrive in time.'),
};
const NO_PROXY = raw(501, 'not_implemented', 'This service is no proxy; it does not know the method CONNECT.');
const UNMET = raw(417, 'expectation_failed', 'The header Expect may say 100-continue and nothing else.');
const RAW_HEADERS = { 'Content-Type': 'application/json; charset=utf-8', 'X-Content-Type-Options': 'nosniff' };
const UNREADABLE = raw(400, 'malformed_request', 'The request is not HTTP as this service reads it.');

/** Node's own error, with the bytes that it could not read. */
interface UnreadableError extends NodeJS.ErrnoException {
  readonly rawPacket?: unknown;
}

/** Takes the base path off a URL; see `withoutBasePath`. */
type Strip = (request: { url?: string | undefined }) => string;

const pathOf = (url: string): string => url.split('?', 1)[0] ?? '/';

/** What was asked for, where the bytes have it; else what no surface has. */
function urlIn(bytes: unknown): string {
  const begin = Buffer.isBuffer(bytes) ? bytes.toString('latin1', 0, 1024) : '';
  return /^[A-Z]+ (\/[^ ]*)/.exec(begin)?.[1] ?? '/';
}

/** Refusals of bytes that Node cannot read as a request; there is no request yet, so the answer is written by hand. */
export function answerClientError(strip: Strip): (error: UnreadableError, socket: Socket) => void {
  return (error, socket) => {
    refuseSocket(error, socket, pathOf(strip({ url: urlIn(error.rawPacket) })));
  };
}

/** The same for a request whose path is known. */
export function refuseSocket(error: NodeJS.ErrnoException, socket: Socket, path: string): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  endWith(REFUSALS[error.code ?? ''] ?? UNREADABLE, socket, path);
}

/** CONNECT has no path, and reaches no route; without a listener Node cuts the connection. */
export function answerConnect(_request: IncomingMessage, socket: Duplex): void {
  socket.on('error', () => socket.destroy());
  endWith(NO_PROXY, socket, '/');
}

function endWith(refusal: Refusal, socket: Duplex, path: string): void {
  const requestId = newId();
  const body = JSON.stringify(errorBody(path, refusal, requestId));
  const head = [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}`,
    ...Object.entries(RAW_HEADERS).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** RFC 9110 section 10.1.1: the one expectation that there is, 100-continue, is met by Node itself. */
export function answerExpectation(strip: Strip): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const requestId = newId();
    const body = JSON.stringify(errorBody(pathOf(strip(request)), UNMET, requestId));
    response.writeHead(UNMET.status, { ...RAW_HEADERS, 'X-Request-Id': requestId, Connection: 'close' }).end(body);
  };
}

function raw(status: number, code: string, message: string): Refusal {
  return { status, code, message, issues: [] };
}
