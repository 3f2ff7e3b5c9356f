import { Logger } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { STATUS_OF } from '../../http/errors/error-status.js';
import { DomainError } from '../../kernel/domain-error.js';
import { OAUTH_PATHS } from './discovery-document.js';
import { OAuthModule } from './oauth.module.js';

/** Largest form, in bytes; the library itself reads no more. */
const LARGEST_FORM = 56 * 1024;
const TOO_LARGE = `The body is larger than ${LARGEST_FORM} bytes.`;

const GETS = [OAUTH_PATHS.jwks, OAUTH_PATHS.openidConfiguration, OAUTH_PATHS.authorizationServer];

/**
 * Puts the routes of the token side on the application's Fastify instance. To be called before the application listens,
 * and after the hooks that shall see these requests as well were added.
 *
 * They live in a context of their own, where no parser touches the body: the library reads the stream itself.
 */
export async function mountOAuth(app: NestFastifyApplication): Promise<void> {
  // Loaded where tokens are given: commands, which share this room's keys, can do without the library.
  const { TokenServer } = await import('./token-server.js');
  const server = await app.select(OAuthModule).get(ModuleRef, { strict: true }).create(TokenServer);
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  await fastify.register((context, _options, done) => {
    context.removeAllContentTypeParsers();
    context.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
    context.setErrorHandler(answerError);
    context.addHook('onRequest', (request, _reply, done) => {
      done(
        Number(request.headers['content-length'] ?? 0) > LARGEST_FORM
          ? new DomainError('too_large', 'body_too_large', TOO_LARGE)
          : undefined,
      );
    });
    const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
      const handle = await server.handler();
      reply.hijack();
      // What the hooks have put on the answer, the request id among it.
      for (const [name, value] of Object.entries(reply.getHeaders())) reply.raw.setHeader(name, value ?? '');
      await handle(request.raw, reply.raw);
    };
    context.post(OAUTH_PATHS.token, answer);
    for (const path of GETS) context.get(path, answer);
    done();
  });
}

/** What goes wrong before the library has the request, in the form that callers of these routes read (RFC 6749 section 5.2). */
function answerError(error: FastifyError | DomainError, request: FastifyRequest, reply: FastifyReply): void {
  void reply.header('X-Request-Id', request.id).header('Cache-Control', 'no-store');
  if (error instanceof DomainError && (error.kind === 'unavailable' || error.kind === 'too_many')) {
    if (!reply.hasHeader('Retry-After')) void reply.header('Retry-After', '1');
    void reply.code(STATUS_OF[error.kind]);
    void reply.send({ error: 'temporarily_unavailable', error_description: error.message });
    return;
  }
  const status = error instanceof DomainError ? STATUS_OF[error.kind] : (error.statusCode ?? 500);
  if (status < 500) {
    void reply.code(status).send({ error: 'invalid_request', error_description: error.message });
    return;
  }
  new Logger('oauth').error({ request_id: request.id, reason: error.stack ?? error.message });
  void reply.code(500).send({ error: 'server_error', error_description: 'the service failed to answer this request' });
}
