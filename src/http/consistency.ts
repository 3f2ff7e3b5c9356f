import { Injectable, type CanActivate, type CustomDecorator, type ExecutionContext } from '@nestjs/common';
// Not by its front door, which brings the whole server: commands serve nobody.
import { RouteConfig } from '@nestjs/platform-fastify/decorators/route-config.decorator.js';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Consistency } from '../kernel/consistency.js';
import { DomainError } from '../kernel/domain-error.js';
import type { AnyScope } from '../kernel/scope.js';

/** Where a token of `Consistency` is sent and answered. */
const HEADER = 'doorlist-consistency';

/** A request whose guards have given it a scope. */
interface ScopedRequest extends FastifyRequest {
  scope?: AnyScope;
}

/** A POST route that changes nothing: its question has no room in a URL. A replica may answer it like a GET. */
export function OnlyReads(): CustomDecorator {
  return RouteConfig({ onlyReads: true });
}

function isRead({ method, routeOptions }: FastifyRequest): boolean {
  return method === 'GET' || method === 'HEAD' || (routeOptions.config as { onlyReads?: boolean }).onlyReads === true;
}

/** Reads that send a token may be answered by a replica that has come so far. To stand behind the guard that opens the scope. */
@Injectable()
export class ConsistencyGuard implements CanActivate {
  constructor(private readonly consistency: Consistency) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<ScopedRequest>();
    const token = request.headers[HEADER];
    if (token === undefined || !request.scope || !isRead(request)) return true;
    if (typeof token !== 'string') {
      throw new DomainError('malformed', 'invalid_consistency_token', 'Send Doorlist-Consistency once.');
    }
    this.consistency.require(request.scope, token);
    return true;
  }
}

/** Answers a token with every change that was made; where there are no replicas, nobody has any use for one. */
export function answerTokens(fastify: FastifyInstance, consistency: Consistency): void {
  fastify.addHook('onSend', async (request: ScopedRequest, reply, payload) => {
    if (request.scope && !isRead(request) && reply.statusCode < 300) {
      const token = await consistency.tokenNow(request.scope);
      if (token !== null) void reply.header(HEADER, token);
    }
    return payload;
  });
}
