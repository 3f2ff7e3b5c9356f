import type { FastifyInstance } from 'fastify';
import { DomainError } from '../kernel/domain-error.js';

/** RFC 9110 section 7.2: a name or an address, with or without a port; it may be empty. */
const HOST = /^(?:[\w.~!$&'()*+,;=%-]*|\[[\w:.]+\])(?::\d*)?$/;
const NOT_ONE = 'Send one Host header, with one host in it.';

/**
 * Refuses requests of HTTP/1.1 that name no host, or more than one (RFC 9112 section 3.2): what stands before the service may
 * have gone by another one. Node answers those without by itself, with no body, and hides the second. No host is used here.
 */
export function requireOneHost(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ raw }, _reply, done) => {
    const [first, ...others] = valuesOf(raw.rawHeaders, 'host');
    const isRight = first === undefined ? raw.httpVersion === '1.0' : others.length === 0 && HOST.test(first);
    done(isRight ? undefined : new DomainError('malformed', 'malformed_request', NOT_ONE));
  });
}

/** What headers of a name say; `rawHeaders` has names and values by turns. */
function valuesOf(rawHeaders: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const sent = rawHeaders[index] ?? '';
    if (sent.length === name.length && sent.toLowerCase() === name) values.push(rawHeaders[index + 1] ?? '');
  }
  return values;
}
