import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT, exportJWK, generateKeyPair, type CryptoKey } from 'jose';
import { Api } from './api.js';
import { startDoorlist, type DoorlistProcess } from './doorlist-process.js';
import type { TestTenant } from './tenant.js';
import { PLATFORM_CLIENT, workerState } from './test-state.js';

const AUDIENCE = 'urn:test:users';

/** A service that trusts an identity provider of the test's own, which says who its users are. */
export class UserTokens {
  private constructor(
    private readonly issuer: Server,
    private readonly key: CryptoKey,
    private readonly service: DoorlistProcess,
  ) {}

  static async start(): Promise<UserTokens> {
    const { privateKey, publicKey } = await generateKeyPair('RS256');
    const keys = JSON.stringify({
      keys: [{ ...(await exportJWK(publicKey)), kid: 'users', use: 'sig', alg: 'RS256' }],
    });
    const issuer = createServer((_request, response) =>
      response.setHeader('content-type', 'application/json').end(keys),
    );
    await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
    const service = await startDoorlist({
      DATABASE_URL: workerState().databaseUrl,
      BOOTSTRAP_CLIENT_ID: PLATFORM_CLIENT.id,
      BOOTSTRAP_CLIENT_SECRET: PLATFORM_CLIENT.secret,
      AUTH_ISSUERS: JSON.stringify([{ issuer: urlOf(issuer), audience: AUDIENCE, jwks_url: `${urlOf(issuer)}/keys` }]),
      SERVER_TIMING: 'true',
      LOG_LEVEL: 'warn',
    });
    return new UserTokens(issuer, privateKey, service);
  }

  async stop(): Promise<void> {
    await this.service.stop();
    this.issuer.closeAllConnections();
    await new Promise((resolve) => this.issuer.close(resolve));
  }

  /** Where the service is that takes these tokens. */
  get url(): string {
    return this.service.url;
  }

  /** A caller with a token whose subject is `subject`, with every scope of the tenant unless told otherwise. */
  async as({ id }: TestTenant, subject: string, scope = 'tenantadmin', claims: object = {}): Promise<Api> {
    const token = await new SignJWT({ tenant_id: id, scope, azp: 'intranet', ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'users' })
      .setIssuer(urlOf(this.issuer))
      .setAudience(AUDIENCE)
      .setSubject(subject)
      .setExpirationTime('10m')
      .sign(this.key);
    return new Api(this.url, token);
  }
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
