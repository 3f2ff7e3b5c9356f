import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTables, lockToPlatform, lockToTenant } from './support/tenant-table.js';

/** What both kinds of API client hold. Secrets are kept as salted digests only. */
const CLIENT_COLUMNS = `
        id           uuid NOT NULL,
        client_id    text COLLATE "C" NOT NULL,
        name         text NOT NULL,
        scopes       text[] NOT NULL,
        status       text NOT NULL DEFAULT 'active',
        secret_salt  bytea NOT NULL,
        secret_hash  bytea NOT NULL,
        created_at   timestamptz NOT NULL DEFAULT now(),
        updated_at   timestamptz NOT NULL DEFAULT now(),
        version      integer NOT NULL DEFAULT 1`;

/** API clients of tenants and of the platform, the keys that sign tokens, and the service's own secrets. */
export class CreateClientsAndKeys1795305600003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createClients(runner);
    await createKeys(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, 'service_secrets', 'signing_keys', 'platform_clients', 'api_clients');
  }
}

async function createClients(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE api_clients (
        tenant_id    uuid NOT NULL, ${CLIENT_COLUMNS},
        CONSTRAINT api_clients_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT api_clients_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
        CONSTRAINT api_clients_client_id_key UNIQUE (tenant_id, client_id),
        CONSTRAINT api_clients_status_known CHECK (status IN ('active', 'revoked')),
        CONSTRAINT api_clients_scopes_some CHECK (cardinality(scopes) > 0),
        CONSTRAINT api_clients_not_platform CHECK (NOT ('platform' = ANY (scopes)))
    )`);
  await lockToTenant(runner, 'api_clients');
  await runner.query(`
    CREATE TABLE platform_clients ( ${CLIENT_COLUMNS},
        CONSTRAINT platform_clients_pkey PRIMARY KEY (id),
        CONSTRAINT platform_clients_client_id_key UNIQUE (client_id),
        CONSTRAINT platform_clients_status_known CHECK (status IN ('active', 'revoked')),
        CONSTRAINT platform_clients_scopes_some CHECK (cardinality(scopes) > 0)
    )`);
  await lockToPlatform(runner, 'platform_clients');
}

async function createKeys(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE signing_keys (
        kid          text COLLATE "C" PRIMARY KEY,
        private_jwk  jsonb NOT NULL,
        created_at   timestamptz NOT NULL DEFAULT now(),
        signs_from   timestamptz NOT NULL DEFAULT now(),
        retires_at   timestamptz
    )`);
  await lockToPlatform(runner, 'signing_keys');
  await runner.query(`CREATE TABLE service_secrets (name text COLLATE "C" PRIMARY KEY, value bytea NOT NULL)`);
  await lockToPlatform(runner, 'service_secrets', ['SELECT', 'INSERT']);
}
