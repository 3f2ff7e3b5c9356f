import type { FastifyInstance } from 'fastify';
import type { RateLimits } from './rate-limits.js';

/** What asks for no token and is worth a limit: it signs tokens, compares secrets or builds documents. Health is exempt. */
const OPEN = /^\/(?:oauth|\.well-known|docs)/;

/** Counts requests to open routes by the address they come from, which is that of a trusted proxy's X-Forwarded-For. */
export function limitAddresses(fastify: FastifyInstance, limits: RateLimits): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    try {
      if (OPEN.test(request.routeOptions.url ?? '')) limits.requireOfAddress(request.ip, reply);
      done();
    } catch (error) {
      done(error as Error);
    }
  });
}
