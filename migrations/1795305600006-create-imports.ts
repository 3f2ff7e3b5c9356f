import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTables, lockToTenant } from './support/tenant-table.js';

/** Imports of files with their progress, and the lines that were refused. Files are staged in temporary tables. */
export class CreateImports1795305600006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await allowTemporaryTables(runner);
    await runner.query(`
      CREATE TABLE imports (
        tenant_id        uuid NOT NULL,
        id               uuid NOT NULL,
        kind             text NOT NULL,
        format           text NOT NULL,
        atomic           boolean NOT NULL,
        dry_run          boolean NOT NULL,
        state            text NOT NULL DEFAULT 'waiting',
        bytes_read       bigint NOT NULL DEFAULT 0,
        lines_read       bigint NOT NULL DEFAULT 0,
        lines_written    bigint NOT NULL DEFAULT 0,
        lines_unchanged  bigint NOT NULL DEFAULT 0,
        lines_bad        bigint NOT NULL DEFAULT 0,
        message          text,
        created_at       timestamptz NOT NULL DEFAULT now(),
        started_at       timestamptz,
        heartbeat_at     timestamptz,
        finished_at      timestamptz,
        CONSTRAINT imports_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT imports_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
        CONSTRAINT imports_kind_known
          CHECK (kind IN ('users', 'groups', 'memberships', 'nestings', 'applications', 'assignments')),
        CONSTRAINT imports_format_known CHECK (format IN ('csv', 'ndjson')),
        CONSTRAINT imports_state_known CHECK (state IN ('waiting', 'running', 'succeeded', 'failed', 'interrupted'))
      )`);
    await lockToTenant(runner, 'imports');
    await runner.query(`
      CREATE TABLE import_errors (
        tenant_id    uuid NOT NULL,
        import_id    uuid NOT NULL,
        place        integer NOT NULL,
        line         bigint NOT NULL,
        column_name  text,
        code         text NOT NULL,
        message      text NOT NULL,
        CONSTRAINT import_errors_pkey PRIMARY KEY (tenant_id, import_id, place),
        CONSTRAINT import_errors_import_fkey FOREIGN KEY (tenant_id, import_id)
          REFERENCES imports (tenant_id, id) ON DELETE CASCADE
      )`);
    await lockToTenant(runner, 'import_errors');
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, 'import_errors', 'imports');
  }
}

/**
 * Whoever may connect may make temporary tables, unless an administrator took that away; then it is given to the role
 * alone. It is left when this migration is taken back: it may have been there before.
 */
async function allowTemporaryTables(runner: QueryRunner): Promise<void> {
  await runner.query(`
    DO $$ BEGIN
      IF NOT has_database_privilege('doorlist_tenant', current_database(), 'TEMPORARY') THEN
        EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO doorlist_tenant', current_database());
      END IF;
      IF NOT has_database_privilege('doorlist_tenant', current_database(), 'TEMPORARY') THEN
        RAISE insufficient_privilege;
      END IF;
    EXCEPTION WHEN insufficient_privilege THEN
      RAISE EXCEPTION 'an administrator must run: GRANT TEMPORARY ON DATABASE % TO doorlist_tenant', quote_ident(current_database());
    END $$`);
}
