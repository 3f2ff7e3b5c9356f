import { createHash } from 'node:crypto';
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { AnswerStore, type RepeatableRequest } from '../kernel/answer-store.js';
import { invalid } from '../kernel/domain-error.js';
import type { Principal } from '../kernel/principal.js';
import type { AnyScope } from '../kernel/scope.js';
import { Answer } from './answers.js';

interface CallingRequest extends FastifyRequest {
  principal?: Principal;
  scope?: AnyScope;
}

/** Visible ASCII, as header values are (RFC 9110 section 5.5), at most 255 characters. */
const KEY = /^[\x20-\x7e]{1,255}$/;

/** Answers a POST that repeats an Idempotency-Key with the first answer; `meta` and the request id are of the repeat. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly answers: AnswerStore) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<CallingRequest>();
    const key = request.headers['idempotency-key'];
    if (key === undefined || request.method !== 'POST' || !request.scope || !request.principal) return next.handle();
    if (typeof key !== 'string' || !KEY.test(key)) {
      throw invalid(['header', 'Idempotency-Key'], 'must be 1 to 255 visible ASCII characters', 'idempotency_key');
    }
    return from(this.#once(request.scope, repeatable(request, request.principal, key), next, http.getResponse()));
  }

  async #once(
    scope: AnyScope,
    request: RepeatableRequest,
    next: CallHandler,
    reply: FastifyReply,
  ): Promise<Answer | undefined> {
    // Where a route answers nothing, null is what is kept of that.
    const kept = await this.answers.once(
      scope,
      request,
      async () => (await lastValueFrom(next.handle() as Observable<Answer | undefined>)) ?? null,
    );
    if (kept.repeated) void reply.header('Idempotency-Replayed', 'true');
    if ('refusal' in kept) throw kept.refusal;
    const { answer } = kept;
    return answer ? new Answer(answer.data, answer.pagination, answer.identity) : undefined;
  }
}

function repeatable(request: FastifyRequest, principal: Principal, key: string): RepeatableRequest {
  const digest = createHash('sha256')
    .update(JSON.stringify([request.method, request.url, request.headers['if-match'] ?? null, request.body ?? null]))
    .digest();
  return { caller: `${principal.issuer} ${principal.clientId ?? ''} ${principal.subject}`, key, digest };
}
