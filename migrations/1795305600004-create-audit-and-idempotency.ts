import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTables, lockToPlatform, lockToTenant } from './support/tenant-table.js';

const EVENT_COLUMNS = `
        id             uuid NOT NULL,
        seq            bigint GENERATED ALWAYS AS IDENTITY,
        occurred_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
        actor_type     text NOT NULL,
        actor_id       text NOT NULL,
        actor_issuer   text,
        client_id      text,
        request_id     text NOT NULL,
        action         text NOT NULL,
        resource_type  text NOT NULL,
        resource_id    uuid NOT NULL,
        before         jsonb,
        after          jsonb`;

/** Whom and what an event concerns: its resource itself, or what a membership, nesting or assignment ties together. */
const CONCERNS = `
        user_id        uuid,
        group_id       uuid,
        application_id uuid`;

const ANSWER_COLUMNS = `
        caller         text NOT NULL,
        key_digest     bytea NOT NULL,
        request_digest bytea NOT NULL,
        answer         bytea NOT NULL,
        created_at     timestamptz NOT NULL DEFAULT now()`;

/**
 * The trail of changes, which can be added to and never changed, and the answers kept for repeated requests. Each comes
 * twice: for what belongs to a tenant and for what belongs to the platform (a deleted tenant's own deletion outlives it).
 */
export class CreateAuditAndIdempotency1795305600004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createEvents(runner);
    await createAnswers(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, 'platform_idempotency_keys', 'idempotency_keys', 'platform_audit_events', 'audit_events');
  }
}

async function createEvents(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE audit_events (
        tenant_id      uuid NOT NULL, ${EVENT_COLUMNS}, ${CONCERNS},
        CONSTRAINT audit_events_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT audit_events_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
    )`);
  await runner.query(`CREATE INDEX audit_events_order ON audit_events (tenant_id, seq)`);
  await runner.query(`CREATE INDEX audit_events_resource ON audit_events (tenant_id, resource_id, seq)`);
  await runner.query(`CREATE INDEX audit_events_actor ON audit_events (tenant_id, actor_id, seq)`);
  for (const kind of ['user', 'group', 'application']) {
    await runner.query(
      `CREATE INDEX audit_events_${kind} ON audit_events (tenant_id, ${kind}_id, seq) WHERE ${kind}_id IS NOT NULL`,
    );
  }
  await lockToTenant(runner, 'audit_events', ['SELECT', 'INSERT']);
  await runner.query(`
    CREATE TABLE platform_audit_events ( ${EVENT_COLUMNS},
        CONSTRAINT platform_audit_events_pkey PRIMARY KEY (id)
    )`);
  await runner.query(`CREATE INDEX platform_audit_events_order ON platform_audit_events (seq)`);
  await lockToPlatform(runner, 'platform_audit_events', ['SELECT', 'INSERT']);
}

async function createAnswers(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE idempotency_keys (
        tenant_id      uuid NOT NULL, ${ANSWER_COLUMNS},
        CONSTRAINT idempotency_keys_pkey PRIMARY KEY (tenant_id, caller, key_digest),
        CONSTRAINT idempotency_keys_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
    )`);
  await runner.query(`CREATE INDEX idempotency_keys_age ON idempotency_keys (tenant_id, created_at)`);
  await lockToTenant(runner, 'idempotency_keys');
  await runner.query(`
    CREATE TABLE platform_idempotency_keys ( ${ANSWER_COLUMNS},
        CONSTRAINT platform_idempotency_keys_pkey PRIMARY KEY (caller, key_digest)
    )`);
  await lockToPlatform(runner, 'platform_idempotency_keys');
}
