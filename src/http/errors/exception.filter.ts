import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AllowedMethods } from '../allowed-methods.js';
import { errorBody, errorStatus } from './error-dialects.js';
import { refusalOf, type Refusal } from './refusal.js';

/** RFC 6750 section 3: the realm that tokens are for. */
const BEARER = 'Bearer realm="doorlist"';

/** The one place where a thrown error becomes an answer; it sees the errors of guards, pipes, handlers and of Fastify. */
@Catch()
export class AllExceptionsFilter implements ExceptionFilter {
  readonly #log = new Logger('http');

  constructor(private readonly methods: AllowedMethods) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const path = request.url.split('?', 1)[0] ?? '/';
    const refusal = this.#withMethods(refusalOf(error), path, reply);
    if (refusal.status >= 500) this.#logFailure(error, refusal, request.id);
    if (reply.sent) return;
    this.#challenge(refusal, reply);
    if (refusal.status === 503 && !reply.hasHeader('Retry-After')) void reply.header('Retry-After', '1');
    void reply
      .code(errorStatus(path, refusal))
      .type('application/json; charset=utf-8')
      .send(errorBody(path, refusal, request.id));
  }

  /** RFC 9110 section 15.5.6: a known path asked with another method is 405 with the methods it has. */
  #withMethods(refusal: Refusal, path: string, reply: FastifyReply): Refusal {
    if (refusal.code !== 'route_not_found') return refusal;
    const allowed = this.methods.of(path);
    if (allowed.length === 0) return refusal;
    void reply.header('Allow', allowed.join(', '));
    return { status: 405, code: 'method_not_allowed', message: `This path answers ${allowed.join(', ')}.`, issues: [] };
  }

  /** RFC 6750 section 3: what a caller without a good token must be told. */
  #challenge(refusal: Refusal, reply: FastifyReply): void {
    if (refusal.status === 401) {
      const reason =
        refusal.code === 'missing_token' ? '' : `, error="invalid_token", error_description="${refusal.code}"`;
      void reply.header('WWW-Authenticate', BEARER + reason);
    } else if (refusal.code === 'insufficient_scope') {
      void reply.header('WWW-Authenticate', `${BEARER}, error="insufficient_scope"`);
    }
  }

  #logFailure(error: unknown, refusal: Refusal, requestId: string): void {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#log.error({
      request_id: requestId,
      code: refusal.code,
      reason: refusal.status === 503 ? refusal.message : reason,
    });
  }
}
