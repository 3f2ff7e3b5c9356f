import { Global, Module } from '@nestjs/common';
import { RateLimitGuard } from './rate-limit.guard.js';
import { RateLimiter } from './rate-limiter.js';
import { RateLimits } from './rate-limits.js';

/** How often whoever calls may call. It needs `RateLedger` from a global module, which persistence is. */
@Global()
@Module({ providers: [RateLimitGuard, RateLimiter, RateLimits], exports: [RateLimitGuard, RateLimits] })
export class RateLimitsModule {}
