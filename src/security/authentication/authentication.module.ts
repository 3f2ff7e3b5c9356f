import { Global, Module } from '@nestjs/common';
import { CallerCache } from './caller-cache.js';
import { JwtAuthGuard } from './jwt-auth.guard.js';
import { JwtStrategy } from './jwt.strategy.js';
import { TrustedIssuers } from './trusted-issuers.js';
import { VerifiedTokens } from './verified-tokens.js';

/**
 * Who is calling. It needs `TokenKeys` and `CallerRegistry` from a global module, which the room of the token endpoint
 * is, and `Config` and `ServiceUrl`.
 */
@Global()
@Module({
  providers: [CallerCache, JwtAuthGuard, JwtStrategy, TrustedIssuers, VerifiedTokens],
  exports: [CallerCache, JwtAuthGuard, VerifiedTokens],
})
export class AuthenticationModule {}
