import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../kernel/domain-error.js';
import { newId } from '../kernel/ids.js';
import type { RequestTrace } from '../kernel/request-trace.js';
import { TenantScope, type AnyScope } from '../kernel/scope.js';
import { Answer } from './answers.js';
import { etagOf, namesTag } from './etag.js';

const BAD_URL = 'The URL has a part that cannot be decoded; encode it as UTF-8 and percent-encode that.';
const SANE_REQUEST_ID = /^[A-Za-z0-9._:-]{1,128}$/;

/** A request whose guards have given it a scope; it may be traced. */
interface ScopedRequest extends FastifyRequest {
  scope?: AnyScope;
  trace?: RequestTrace;
}

/** What the hooks need to know. */
interface HookOptions {
  readonly publicUrl: string;
  readonly serverTiming: boolean;
  readonly log: { info(entry: object): void };
}

/** The caller's X-Request-Id where it is sane (1 to 128 letters, digits, dots, underscores, colons, hyphens), else a new one. */
export function requestIdOf(request: { headers: Record<string, string | string[] | undefined> }): string {
  const sent = request.headers['x-request-id'];
  return typeof sent === 'string' && SANE_REQUEST_ID.test(sent) ? sent : newId();
}

/**
 * What every answer gets, whoever made it: the request id, and for an `Answer` its `meta`, ETag and Location. These are
 * Fastify hooks and no Nest interceptors, because an error in a guard or in the parser would pass interceptors by.
 */
export function addHooks(fastify: FastifyInstance, options: HookOptions): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('X-Request-Id', request.id);
    done(isDecodable(request.url) ? undefined : new DomainError('malformed', 'malformed_url', BAD_URL));
  });
  fastify.addHook('preSerialization', (request, reply, payload, done) => {
    done(null, payload instanceof Answer ? complete(request, reply, payload, options.publicUrl) : payload);
  });
  fastify.addHook('onSend', (request: ScopedRequest, reply, payload, done) => {
    if (options.serverTiming && request.scope) {
      void reply.header('Server-Timing', `db;desc="statements=${request.scope.statements}"`);
    }
    done(null, isUnchanged(request, reply) ? unchanged(request, reply) : payload);
  });
  fastify.addHook('onResponse', (request: ScopedRequest, reply, done) => {
    options.log.info(logEntry(request, reply));
    done();
  });
}

/** Whether the percent-encoding of a URL is right; parsers of queries would read a wrong one as plain text. */
function isDecodable(url: string): boolean {
  if (!url.includes('%')) return true;
  try {
    decodeURIComponent(url);
    return true;
  } catch (error) {
    if (error instanceof URIError) return false;
    throw error;
  }
}

/** What the log keeps of a request: nothing that a person wrote, only ids, the route's template and how it went. */
function logEntry(request: ScopedRequest, reply: FastifyReply): object {
  const { scope } = request;
  return {
    msg: 'request',
    request_id: request.id,
    trace_id: request.trace?.traceId,
    method: request.method,
    route: request.routeOptions.url ?? 'none',
    status: reply.statusCode,
    duration_ms: Math.round(reply.elapsedTime * 1000) / 1000,
    tenant_id: scope instanceof TenantScope ? scope.tenantId : undefined,
    client_id: scope?.actor.clientId ?? undefined,
    statements: scope?.statements,
  };
}

function complete(request: FastifyRequest, reply: FastifyReply, answer: Answer, publicUrl: string): object {
  const { version, createdAs, createdHere, isBare } = answer.identity;
  const url = publicUrl + (request.url.split('?', 1)[0] ?? '').replace(/\/$/, '');
  if (version !== undefined) void reply.header('ETag', etagOf(version));
  if (createdAs !== undefined) void reply.header('Location', `${url}/${createdAs}`);
  if (createdHere) void reply.code(201).header('Location', url);
  if (isBare) return answer.data as object;
  const meta = { request_id: request.id, timestamp: new Date().toISOString() };
  return answer.pagination ? { data: answer.data, pagination: answer.pagination, meta } : { data: answer.data, meta };
}

/** RFC 9110 section 13.1.2: a GET whose If-None-Match names the present version. */
function isUnchanged(request: FastifyRequest, reply: FastifyReply): boolean {
  const known = request.headers['if-none-match'];
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (known === undefined || reply.statusCode !== 200 || !isRead) return false;
  const etag = reply.getHeader('ETag');
  return typeof etag === 'string' && namesTag(known, etag);
}

function unchanged(request: FastifyRequest, reply: FastifyReply): string | null {
  void reply.code(304).removeHeader('Content-Type').removeHeader('Content-Length');
  // For HEAD, Fastify measures what it then leaves out.
  return request.method === 'HEAD' ? '' : null;
}
