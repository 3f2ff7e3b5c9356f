import type { AdapterPayload } from 'oidc-provider';
import { CallerRegistry, type ClientStatus, type TenantStanding } from '../../security/authentication/index.js';
import type { ClientDirectory, KnownClient } from '../api-clients/index.js';
import { clientAdapter } from './client-adapter.js';

const TENANT_ID = '019a8f10-7c2e-7d61-9a3b-d2c1f00a1e01';
const OF_TENANT = `${Buffer.from(TENANT_ID.replaceAll('-', ''), 'hex').toString('base64url')}.L-gskyBB9YYI0na1`;

/** Counts what is asked of the database by those who have not proved who they are. */
class AskedDatabase extends CallerRegistry {
  readonly asked: string[] = [];

  constructor(
    private readonly client: KnownClient | null,
    private readonly tenant: TenantStanding,
  ) {
    super();
  }

  readonly directory = {
    find: (clientId: string): Promise<KnownClient | null> => {
      this.asked.push(`client ${clientId}`);
      return Promise.resolve(this.client);
    },
  } as ClientDirectory;

  override clientStatus(): Promise<ClientStatus> {
    throw new Error('The token endpoint looks for the client itself.');
  }

  override tenantStatus(id: string): Promise<TenantStanding> {
    this.asked.push(`tenant ${id}`);
    return Promise.resolve(this.tenant);
  }
}

function clientOf(tenantId: string | null, status: 'active' | 'revoked' = 'active'): KnownClient {
  return {
    clientId: 'x',
    tenantId,
    scopes: ['audit:read'],
    status,
    secretSalt: Buffer.alloc(16),
    secretHash: Buffer.alloc(32),
  };
}

async function found(
  clientId: string,
  client: KnownClient | null,
  tenant: TenantStanding,
): Promise<{ asked: string[]; metadata: AdapterPayload }> {
  const database = new AskedDatabase(client, tenant);
  const metadata = await clientAdapter(database.directory, database)('Client').find(clientId);
  return { asked: database.asked, metadata: metadata! };
}

describe('what the token endpoint does for a client', () => {
  it('is the same whether the client is there, revoked, unknown, or of a tenant that is none: no time tells', async () => {
    const cases = [
      await found(OF_TENANT, clientOf(TENANT_ID), 'active'),
      await found(OF_TENANT, clientOf(TENANT_ID), 'suspended'),
      await found(OF_TENANT, clientOf(TENANT_ID, 'revoked'), 'active'),
      await found(OF_TENANT, null, 'active'),
      await found(OF_TENANT, null, 'unknown'),
    ];
    for (const { asked } of cases) expect(asked).toEqual([`client ${OF_TENANT}`, `tenant ${TENANT_ID}`]);
    for (const clientOfPlatform of [clientOf(null), clientOf(null, 'revoked'), null]) {
      expect((await found('platform', clientOfPlatform, 'unknown')).asked).toEqual(['client platform']);
    }
  });

  it('ends in one comparison of as many bytes, for which nobody has the secret', async () => {
    const { metadata: known } = await found(OF_TENANT, clientOf(TENANT_ID), 'active');
    expect(known).toMatchObject({ tenant_id: TENANT_ID, held_scopes: ['audit:read'] });
    const nobodies = [
      await found(OF_TENANT, clientOf(TENANT_ID), 'suspended'),
      await found(OF_TENANT, clientOf(TENANT_ID, 'revoked'), 'active'),
      await found(OF_TENANT, null, 'active'),
      await found('platform', clientOf(null, 'revoked'), 'active'),
    ];
    const bytesOf = (value: unknown): number => Buffer.from(String(value), 'base64url').length;
    for (const { metadata } of nobodies) {
      expect(Object.keys(metadata).sort()).toEqual(Object.keys(known).sort());
      expect(metadata).toMatchObject({ client_id: 'nobody', tenant_id: null, held_scopes: [] });
      expect([bytesOf(metadata.client_secret), bytesOf(metadata.secret_salt)]).toEqual([
        bytesOf(known.client_secret),
        bytesOf(known.secret_salt),
      ]);
      expect(metadata.client_secret).not.toBe(known.client_secret);
    }
  });
});
