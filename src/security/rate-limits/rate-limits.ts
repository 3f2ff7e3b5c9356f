import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Config } from '../../config/config.js';
import { ServiceUrl } from '../../config/service-url.js';
import { DomainError } from '../../kernel/domain-error.js';
import type { Principal } from '../../kernel/principal.js';
import { Tallies, type LimitedBy } from '../../kernel/tallies.js';
import { addressOf, callerOf } from './limited-callers.js';
import { RateLimiter, secondsLeft } from './rate-limiter.js';

interface Limit {
  readonly by: LimitedBy;
  readonly caller: string;
  readonly most: number;
}

const REFUSED: Readonly<Record<LimitedBy, string>> = {
  client: 'of this caller',
  tenant: 'of this tenant, by all its callers together,',
  address: 'from this address',
};

/**
 * How often callers may call. Answers say how they stand in the fields of draft-ietf-httpapi-ratelimit-headers (10);
 * refusals are 429 `rate_limited` with Retry-After.
 */
@Injectable()
export class RateLimits {
  constructor(
    private readonly limiter: RateLimiter,
    private readonly config: Config,
    private readonly serviceUrl: ServiceUrl,
    private readonly tallies: Tallies,
  ) {}

  /** Counts a request of an authenticated caller against its own limit and that of its token's tenant. */
  requireOfCaller(principal: Principal, reply: FastifyReply): void {
    const { rateLimitClient, rateLimitTenant } = this.config;
    if (rateLimitClient === 0 && rateLimitTenant === 0) return;
    const limits: Limit[] = [];
    if (rateLimitClient > 0) {
      limits.push({ by: 'client', caller: callerOf(principal, this.serviceUrl.issuer), most: rateLimitClient });
    }
    if (rateLimitTenant > 0 && principal.tenantId !== null) {
      limits.push({ by: 'tenant', caller: `tenant ${principal.tenantId}`, most: rateLimitTenant });
    }
    this.#require(limits, reply);
  }

  /** Counts a request that comes without a token against the limit of its address. */
  requireOfAddress(ip: string, reply: FastifyReply): void {
    const { rateLimitAddress: most } = this.config;
    if (most > 0) this.#require([{ by: 'address', caller: addressOf(ip), most }], reply);
  }

  /** A request counts against all of its limits, or, where one refuses it, against none. */
  #require(limits: readonly Limit[], reply: FastifyReply): void {
    if (limits.length === 0) return;
    const standings = limits.map(({ by, caller, most }) => ({ by, ...this.limiter.standing(caller, most) }));
    const refusing = standings.find(({ remaining }) => remaining === 0);
    if (!refusing) for (const { caller } of limits) this.limiter.admit(caller);
    const reset = secondsLeft();
    const used = refusing ? 0 : 1;
    void reply.header('RateLimit-Policy', standings.map(({ by, limit }) => `"${by}";q=${limit};w=60`).join(', '));
    void reply.header(
      'RateLimit',
      standings.map(({ by, remaining }) => `"${by}";r=${Math.max(0, remaining - used)};t=${reset}`).join(', '),
    );
    if (refusing) throw this.#refusal(refusing, reset, reply);
  }

  #refusal({ by, limit }: { by: LimitedBy; limit: number }, reset: number, reply: FastifyReply): DomainError {
    this.tallies.refusedByLimit[by] += 1;
    void reply.header('Retry-After', String(reset));
    const message = `The ${limit} requests a minute ${REFUSED[by]} are used up; try again in ${reset} s.`;
    return new DomainError('too_many', 'rate_limited', message);
  }
}
