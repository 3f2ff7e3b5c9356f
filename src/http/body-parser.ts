import type { FastifyInstance } from 'fastify';

const JSON_TYPES = ['application/json', 'application/merge-patch+json'];

/**
 * Bodies are JSON and nothing else (415). An empty body is no body: clients send DELETE with a Content-Type and nothing
 * behind it. Names that would change an object's prototype are refused (400).
 */
export function acceptJsonOnly(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.addContentTypeParser(JSON_TYPES, { parseAs: 'string' }, (request, body: string, done) => {
    if (body.length === 0) done(null, undefined);
    else void parse(request, body, done);
  });
}
