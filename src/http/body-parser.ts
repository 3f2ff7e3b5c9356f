import type { FastifyInstance } from 'fastify';
import { DomainError } from '../kernel/domain-error.js';
import { FILE_TYPES, takesFile } from './file-body.js';

const JSON_TYPES = ['application/json', 'application/merge-patch+json'];
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Bodies are JSON in UTF-8 (RFC 8259 section 8.1) and nothing else (415), but on routes that take files, which get them as
 * streams. An empty body is no body: clients send DELETE with a Content-Type and nothing behind it.
 */
export function acceptJsonOnly(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(JSON_TYPES, { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    const encoding = request.headers['content-encoding'] ?? 'identity';
    if (encoding !== 'identity') {
      done(unsupportedEncoding(encoding));
      return;
    }
    try {
      done(null, body.length === 0 ? undefined : JSON.parse(UTF8.decode(body)));
    } catch {
      done(new DomainError('malformed', 'malformed_json', 'The body is not valid JSON in UTF-8.'));
    }
  });
  fastify.addContentTypeParser([...FILE_TYPES], (request, file, done) => {
    if (takesFile(request)) done(null, file);
    else done(new DomainError('unsupported', 'unsupported_media_type', 'Send the body as application/json.'));
  });
}

/** RFC 9110 section 15.5.16. A body that is packed could be of any size once it is unpacked. */
function unsupportedEncoding(encoding: string): DomainError {
  const message = `Send the body as it is, without Content-Encoding "${encoding.slice(0, 40)}".`;
  return new DomainError('unsupported', 'unsupported_content_encoding', message);
}
