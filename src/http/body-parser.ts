import type { FastifyInstance } from 'fastify';
import { DomainError } from '../kernel/domain-error.js';

const JSON_TYPES = ['application/json', 'application/merge-patch+json'];
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Bodies are JSON in UTF-8 (RFC 8259 section 8.1) and nothing else (415). An empty body is no body: clients send DELETE
 * with a Content-Type and nothing behind it.
 */
export function acceptJsonOnly(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(JSON_TYPES, { parseAs: 'buffer' }, (_request, body: Buffer, done) => {
    try {
      done(null, body.length === 0 ? undefined : JSON.parse(UTF8.decode(body)));
    } catch {
      done(new DomainError('malformed', 'malformed_json', 'The body is not valid JSON in UTF-8.'));
    }
  });
}
