import type { KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { ServiceUrl } from '../../config/service-url.js';
import { OUTSIDE_ALGORITHMS } from './json-web-keys.js';
import { RemoteKeySet } from './remote-key-set.js';
import type { IssuerTerms } from './token-claims.js';
import { TokenKeys } from './token-keys.js';
import { invalidToken, refusedToken } from './token-refusals.js';
import type { UntrustedToken } from './untrusted-token.js';

/** Every algorithm that any issuer may use; which of them one may, its own entry says. */
export const SIGNING_ALGORITHMS = [...OUTSIDE_ALGORITHMS];

/** Media types of access tokens (RFC 9068 section 2.1; RFC 7519 section 5.1), for issuers that say one at all. */
const OUTSIDE_TYPES: ReadonlySet<string> = new Set(['jwt', 'at+jwt', 'application/at+jwt']);

/** An issuer whose tokens are accepted, what they must look like, and where its keys are. */
interface TrustedIssuer extends IssuerTerms {
  readonly algorithms: ReadonlySet<string>;
  readonly isType: (type: string | undefined) => boolean;
  readonly findKey: (keyId: string | undefined, algorithm: string) => Promise<KeyObject | null>;
}

/** Ourselves and the outside issuers of AUTH_ISSUERS, by their exact `iss`. */
@Injectable()
export class TrustedIssuers {
  readonly #outside: ReadonlyMap<string, TrustedIssuer>;

  constructor(
    private readonly keys: TokenKeys,
    private readonly serviceUrl: ServiceUrl,
    private readonly config: Config,
  ) {
    this.#outside = new Map(config.authIssuers.map((each) => [each.issuer, outsideIssuer(each)]));
  }

  /** The issuer that a token names. Errors: 401 `unknown_issuer`. */
  issuerOf({ issuer }: UntrustedToken): TrustedIssuer {
    const trusted = issuer === this.serviceUrl.issuer ? this.#own() : this.#outside.get(issuer);
    if (trusted === undefined)
      throw refusedToken('unknown_issuer', 'The access token is from an issuer that is not trusted here.');
    return trusted;
  }

  /** The key that the token must be signed with. Errors: 401 `unknown_issuer`, `invalid_token`; 503 `issuer_unavailable`. */
  async keyOf(token: UntrustedToken): Promise<KeyObject> {
    const issuer = this.issuerOf(token);
    if (!issuer.algorithms.has(token.algorithm) || !issuer.isType(token.type)) throw invalidToken();
    const key = await issuer.findKey(token.keyId, token.algorithm);
    if (key === null) throw invalidToken();
    return key;
  }

  // Made anew for each token that is verified: the service's own URL is known only once it listens.
  #own(): TrustedIssuer {
    return {
      issuer: this.serviceUrl.issuer,
      audience: this.config.tokenAudience,
      own: true,
      tenantId: null,
      scopes: null,
      algorithms: OWN_ALGORITHMS,
      isType: (type) => type === 'at+jwt',
      findKey: (keyId) => (keyId === undefined ? Promise.resolve(null) : this.keys.find(keyId)),
    };
  }
}

const OWN_ALGORITHMS: ReadonlySet<string> = new Set(['RS256']);
const ALL_OUTSIDE_ALGORITHMS: ReadonlySet<string> = new Set(OUTSIDE_ALGORITHMS);

function outsideIssuer({ issuer, audience, jwksUrl, tenantId, scopes }: Config['authIssuers'][number]): TrustedIssuer {
  const keySet = new RemoteKeySet(issuer, jwksUrl);
  return {
    issuer,
    audience,
    own: false,
    tenantId,
    scopes,
    algorithms: ALL_OUTSIDE_ALGORITHMS,
    isType: (type) => type === undefined || OUTSIDE_TYPES.has(type.toLowerCase()),
    findKey: (keyId, algorithm) => keySet.find(keyId, algorithm),
  };
}
