import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { AuthenticatedRequest } from '../authentication/index.js';
import { RateLimits } from './rate-limits.js';

/** Counts the calls of whoever the guard before it has found; routes that ask for no token, such as health, are not counted here. */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(private readonly limits: RateLimits) {}

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    const { principal } = http.getRequest<AuthenticatedRequest>();
    if (principal) this.limits.requireOfCaller(principal, http.getResponse<FastifyReply>());
    return true;
  }
}
