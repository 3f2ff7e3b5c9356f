import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { mergeMap, type Observable } from 'rxjs';
import { Consistency } from '../kernel/consistency.js';
import { DomainError } from '../kernel/domain-error.js';
import type { AnyScope } from '../kernel/scope.js';

/** Where a token of `Consistency` is sent and answered. */
const HEADER = 'doorlist-consistency';

/** Reads that send a token may be answered by a replica that has come so far; every write answers one. */
@Injectable()
export class ConsistencyInterceptor implements NestInterceptor {
  constructor(private readonly consistency: Consistency) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest & { scope?: AnyScope }>();
    const { scope } = request;
    if (!scope) return next.handle();
    if (request.method === 'GET' || request.method === 'HEAD') {
      const token = request.headers[HEADER];
      if (token !== undefined) this.consistency.require(scope, asOne(token));
      return next.handle();
    }
    const reply = http.getResponse<FastifyReply>();
    return next.handle().pipe(
      mergeMap(async (answer: unknown) => {
        const token = await this.consistency.tokenNow(scope);
        if (token !== null) void reply.header(HEADER, token);
        return answer;
      }),
    );
  }
}

function asOne(header: string | string[]): string {
  if (typeof header === 'string') return header;
  throw new DomainError('malformed', 'invalid_consistency_token', 'Send Doorlist-Consistency once.');
}
