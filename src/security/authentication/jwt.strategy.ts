import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy, type SecretOrKeyProvider } from 'passport-jwt';
import type { Principal } from '../../kernel/principal.js';
import type { AuthenticatedRequest } from './authenticated-request.js';
import { bearerTokenOf } from './bearer-token.js';
import { principalOf } from './token-claims.js';
import { SIGNING_ALGORITHMS, TrustedIssuers } from './trusted-issuers.js';
import { readUntrusted } from './untrusted-token.js';

/** Passport's `jwt` strategy: chooses the issuer and the key, has the signature verified, then checks the claims. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor(private readonly issuers: TrustedIssuers) {
    const secretOrKeyProvider: SecretOrKeyProvider<AuthenticatedRequest> = (_request, token: string, done) => {
      Promise.resolve()
        .then(() => issuers.keyOf(readUntrusted(token)))
        // A KeyObject costs 50 us where a PEM costs 200; the published types know only PEM, jsonwebtoken knows both.
        .then((key) => done(null, key as unknown as Buffer))
        .catch((error: unknown) => done(error));
    };
    super({
      jwtFromRequest: (request: AuthenticatedRequest) => bearerTokenOf(request.headers.authorization),
      secretOrKeyProvider,
      algorithms: SIGNING_ALGORITHMS,
      // exp and nbf are checked with everything else in principalOf, which has one tolerance and its own words for each.
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- passport-jwt has no other way to leave nbf to us
      jsonWebTokenOptions: { ignoreNotBefore: true },
      ignoreExpiration: true,
      passReqToCallback: true,
    });
  }

  /** Called with the claims of a token whose signature is good. */
  validate(request: AuthenticatedRequest, claims: Readonly<Record<string, unknown>>): Principal {
    const token = readUntrusted(bearerTokenOf(request.headers.authorization));
    return principalOf(claims, this.issuers.issuerOf(token), Date.now() / 1000);
  }
}
