import type { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable, Logger } from '@nestjs/common';
import type { Configuration } from 'oidc-provider';
// Not by its front door, which warns of Node 20 at every start and command; our tests run there.
import { Provider } from 'oidc-provider/lib/provider.js';
import als from 'oidc-provider/lib/helpers/als.js';
import { Config } from '../../config/config.js';
import { ServiceUrl } from '../../config/service-url.js';
import { ACCESS_SCOPES } from '../../kernel/access-scopes.js';
import { CallerRegistry } from '../../security/authentication/index.js';
import { ClientDirectory } from '../api-clients/index.js';
import { clientAdapter, CLIENT_MEMBERS, compareClientSecret } from './client-adapter.js';
import { clientCredentialsGrant, GRANT_PARAMETERS } from './client-credentials.grant.js';
import { CLIENT_AUTH_METHODS, discoveryDocument, OAUTH_PATHS } from './discovery-document.js';
import type { SigningKey } from './signing-key.js';
import { SigningKeysService } from './signing-keys.service.js';

/** Answers a request on Node's own objects. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** How long others may keep the key set: together with RELOAD_MS less than the time from publishing a key to its use. */
const KEY_SET_SECONDS = 15;
const DISCOVERY_SECONDS = 300;

/** What callers are told of a failure of ours; its reason stands in the log. */
const SERVER_ERROR = { error: 'server_error', error_description: 'the service failed to answer this request' };

/** The token endpoint, its keys and its discovery document, all through `oidc-provider`. */
@Injectable()
export class TokenServer {
  readonly #log = new Logger('oauth');
  #inFlight = 0;
  /** As they were read last, so that their times are by the clock as it goes now. */
  #keys: readonly SigningKey[] = [];
  #built: { readonly keys: string; readonly handler: NodeHandler } | null = null;

  constructor(
    private readonly signingKeys: SigningKeysService,
    private readonly clients: ClientDirectory,
    private readonly registry: CallerRegistry,
    private readonly serviceUrl: ServiceUrl,
    private readonly config: Config,
  ) {}

  /** What answers with the keys of now; made anew when they have changed. Errors: 503 where they cannot be read. */
  async handler(): Promise<NodeHandler> {
    await this.signingKeys.signer();
    const keys = await this.signingKeys.published();
    this.#keys = keys;
    const names = keys.map((key) => key.kid).join(' ');
    if (this.#built?.keys !== names) this.#built = { keys: names, handler: this.#build(keys) };
    return this.#built.handler;
  }

  #build(keys: readonly SigningKey[]): NodeHandler {
    const provider = new Provider(this.serviceUrl.issuer, {
      ...this.#configuration(),
      jwks: { keys: keys.map((key) => key.privateJwk) },
      adapter: clientAdapter(this.clients, this.registry),
    });
    provider.Client.prototype.compareClientSecret = compareClientSecret;
    const grant = clientCredentialsGrant(provider, () => this.#keys, this.config.tokenAudience);
    provider.registerGrantType('client_credentials', grant, GRANT_PARAMETERS, []);
    this.#answerDiscovery(provider);
    provider.on('server_error', (ctx, error) => {
      this.#log.error({ path: ctx.path, reason: error.stack ?? error.message });
      ctx.body = SERVER_ERROR;
    });
    (provider as EventEmitter).on('error', (error: Error) => this.#log.error({ reason: error.stack ?? error.message }));
    return this.#withoutTraces(provider.callback());
  }

  /**
   * The library follows a request by AsyncLocalStorage, which stays switched on for the process and, before Node 24, slows
   * every promise of every other route by a tenth. It is switched off again when no token request is under way.
   */
  #withoutTraces(handle: NodeHandler): NodeHandler {
    return async (request, response) => {
      this.#inFlight += 1;
      try {
        await handle(request, response);
      } finally {
        this.#inFlight -= 1;
        if (this.#inFlight === 0) als.disable();
      }
    };
  }

  /** Client credentials and nothing else; what the library has on by default is named here to be off. */
  #configuration(): Configuration {
    const off = { enabled: false };
    return {
      routes: { token: OAUTH_PATHS.token, jwks: OAUTH_PATHS.jwks },
      features: {
        clientCredentials: { enabled: true },
        devInteractions: off,
        dPoP: off,
        pushedAuthorizationRequests: off,
        resourceIndicators: off,
        rpInitiatedLogout: off,
        userinfo: off,
      },
      responseTypes: [],
      scopes: Object.keys(ACCESS_SCOPES),
      clientAuthMethods: [...CLIENT_AUTH_METHODS],
      extraClientMetadata: { properties: CLIENT_MEMBERS },
      extraTokenClaims: (_ctx, token) => {
        const tenantId = token.client?.tenant_id;
        return typeof tenantId === 'string' ? { tenant_id: tenantId } : {};
      },
      ttl: { ClientCredentials: this.config.tokenTtlSeconds },
      // Pages of our own (Swagger UI) may ask for tokens, and those that the operator names.
      clientBasedCORS: (_ctx, origin) => this.#isAllowed(origin),
      renderError: (ctx, out) => {
        ctx.body = out;
      },
    };
  }

  #isAllowed(origin: string): boolean {
    return origin === new URL(this.serviceUrl.issuer).origin || this.config.corsOrigins.includes(origin);
  }

  /** The library builds the document from its features and the Host header; ours says what is really there. */
  #answerDiscovery(provider: Provider): void {
    const document = discoveryDocument(this.serviceUrl.issuer);
    provider.use(async (ctx, next) => {
      await next();
      const route = (ctx as { oidc?: { route?: string } }).oidc?.route;
      if (ctx.status !== 200) return;
      if (route === 'discovery') {
        ctx.body = document;
        ctx.set('Cache-Control', `public, max-age=${DISCOVERY_SECONDS}`);
      } else if (route === 'jwks') {
        ctx.set('Cache-Control', `public, max-age=${KEY_SET_SECONDS}`);
      } else if (route === 'token') {
        ctx.set('Pragma', 'no-cache');
      }
    });
  }
}
