import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTables, lockToPlatform } from './support/tenant-table.js';

/** From 16 on, whoever creates a role is a member of it, yet may not become it unless granted that. */
const SINCE_16 = `current_setting('server_version_num')::int >= 160000`;

const ROLES = ['doorlist_tenant', 'doorlist_platform'] as const;

/** The two roles that requests run as, and the list of tenants. */
export class CreateRolesAndTenants1795305600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const role of ROLES) await createRole(runner, role);
    await runner.query(`
      CREATE TABLE tenants (
        id          uuid PRIMARY KEY,
        slug        text COLLATE "C" NOT NULL,
        name        text NOT NULL,
        status      text NOT NULL DEFAULT 'active',
        created_at  timestamptz NOT NULL DEFAULT now(),
        updated_at  timestamptz NOT NULL DEFAULT now(),
        version     integer NOT NULL DEFAULT 1,
        CONSTRAINT tenants_slug_key UNIQUE (slug),
        CONSTRAINT tenants_slug_form CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
        CONSTRAINT tenants_name_length CHECK (char_length(name) BETWEEN 1 AND 200),
        CONSTRAINT tenants_status_known CHECK (status IN ('active', 'suspended'))
      )`);
    await lockToPlatform(runner, 'tenants');
    // A tenant sees its own row: nobody has access to anything in a tenant that is suspended.
    await runner.query(`
      CREATE POLICY own_row ON tenants FOR SELECT TO doorlist_tenant
        USING (id = NULLIF(current_setting('doorlist.tenant_id', true), '')::uuid)`);
    await runner.query(`GRANT SELECT ON tenants TO doorlist_tenant`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, 'tenants');
    for (const role of ROLES) await dropRoleIfUnused(runner, role);
  }
}

/** Roles belong to the whole server, so another Doorlist database there may have made it already, or be making it now. */
async function createRole(runner: QueryRunner, role: string): Promise<void> {
  await runner.query(`
    DO $$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') THEN
        CREATE ROLE ${role} NOLOGIN NOSUPERUSER NOBYPASSRLS;
      END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END $$`);
  // Who becomes the role must be a member of it, and since 16 be allowed to SET it; a superuser always is.
  await runner.query(`
    DO $$ BEGIN
      IF NOT pg_has_role(current_user, '${role}', CASE WHEN ${SINCE_16} THEN 'SET' ELSE 'MEMBER' END) THEN
        EXECUTE format('GRANT ${role} TO %I', current_user);
      END IF;
    EXCEPTION WHEN insufficient_privilege THEN
      RAISE EXCEPTION 'an administrator must run: GRANT ${role} TO %', quote_ident(current_user);
    END $$`);
}

async function dropRoleIfUnused(runner: QueryRunner, role: string): Promise<void> {
  await runner.query(`
    DO $$ BEGIN
      DROP ROLE IF EXISTS ${role};
    EXCEPTION WHEN dependent_objects_still_exist OR insufficient_privilege THEN NULL;
    END $$`);
}
