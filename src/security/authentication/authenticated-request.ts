import type { FastifyRequest } from 'fastify';
import type { Principal } from '../../kernel/principal.js';
import type { RequestTrace } from '../../kernel/request-trace.js';

/** A request as it leaves the JWT guard; routes that are public have no principal. */
export interface AuthenticatedRequest extends FastifyRequest {
  principal?: Principal;
  /** Where traces are on. */
  trace?: RequestTrace;
}
