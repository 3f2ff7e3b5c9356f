import { Injectable } from '@nestjs/common';
import { newId } from '../../kernel/ids.js';
import { PlatformScope, SYSTEM_ACTOR, TenantScope } from '../../kernel/scope.js';
import { Database } from '../../persistence/database.js';
import { statement } from '../../persistence/statement.js';
import { UnitOfWork } from '../../persistence/unit-of-work.js';
import { tenantOfClientId } from './client-id.js';
import { digestOf } from './client-secret.js';

/** What the token endpoint needs to know of a client, of a tenant or of the platform. */
export interface KnownClient {
  readonly clientId: string;
  /** Null for clients of the platform. */
  readonly tenantId: string | null;
  readonly scopes: readonly string[];
  readonly status: 'active' | 'revoked';
  readonly secretSalt: Buffer;
  readonly secretHash: Buffer;
}

interface ClientRow {
  readonly scopes: string[];
  readonly status: 'active' | 'revoked';
  readonly secret_salt: Buffer;
  readonly secret_hash: Buffer;
}

// By api_clients_client_id_key (tenant_id, client_id).
const FIND_TENANT_CLIENT = statement(
  'api_clients.find_by_client_id',
  'SELECT scopes, status, secret_salt, secret_hash FROM api_clients WHERE tenant_id = $1 AND client_id = $2',
);
// By platform_clients_client_id_key (client_id).
const FIND_PLATFORM_CLIENT = statement(
  'platform_clients.find_by_client_id',
  'SELECT scopes, status, secret_salt, secret_hash FROM platform_clients WHERE client_id = $1',
);
const INSERT_PLATFORM_CLIENT = statement(
  'platform_clients.insert_if_missing',
  `INSERT INTO platform_clients (id, client_id, name, scopes, secret_salt, secret_hash)
   VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (client_id) DO NOTHING RETURNING id`,
);

const DIRECTORY = 'client-directory';
const STORABLE_CLIENT_ID = /^[\x20-\x7e]{1,200}$/;

/** Finds any client by its `client_id` alone, for those who have yet to prove who they are. */
@Injectable()
export class ClientDirectory {
  constructor(
    private readonly database: Database,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** The client, whatever its status; null where there is none. A tenant's client is looked for in that tenant alone. */
  async find(clientId: string): Promise<KnownClient | null> {
    if (!STORABLE_CLIENT_ID.test(clientId)) return null;
    const tenantId = tenantOfClientId(clientId);
    const [row] =
      tenantId === null
        ? await this.database.query<ClientRow>(new PlatformScope(SYSTEM_ACTOR, DIRECTORY), FIND_PLATFORM_CLIENT, [
            clientId,
          ])
        : await this.database.query<ClientRow>(new TenantScope(tenantId, SYSTEM_ACTOR, DIRECTORY), FIND_TENANT_CLIENT, [
            tenantId,
            clientId,
          ]);
    if (row === undefined) return null;
    const { scopes, status, secret_salt: secretSalt, secret_hash: secretHash } = row;
    return { clientId, tenantId, scopes, status, secretSalt, secretHash };
  }

  /**
   * Makes the platform client if there is none of this id, and answers whether it did. One that is there stays as it is,
   * its secret and status included; of instances that start together one makes it.
   */
  async ensurePlatformClient(clientId: string, secret: string): Promise<boolean> {
    if (!STORABLE_CLIENT_ID.test(clientId) || tenantOfClientId(clientId) !== null) {
      throw new Error(
        `BOOTSTRAP_CLIENT_ID "${clientId}" must be printable ASCII, and not of the form that the clients of tenants have.`,
      );
    }
    const { salt, hash } = digestOf(secret);
    const scopes = ['platform'];
    return this.unitOfWork.run(new PlatformScope(SYSTEM_ACTOR, DIRECTORY), async (transaction) => {
      const values = [newId(), clientId, clientId, scopes, salt, hash];
      const [made] = await transaction.query<{ id: string }>(INSERT_PLATFORM_CLIENT, values);
      if (made === undefined) return false;
      const after = { client_id: clientId, name: clientId, scopes, status: 'active' };
      transaction.record({
        action: 'platform_client.created',
        resourceType: 'platform_client',
        resourceId: made.id,
        after,
      });
      return true;
    });
  }
}
