import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTables, lockToTenant } from './support/tenant-table.js';

/** Applications, and who may use them: an assignment gives one application to a user or to a group. */
export class CreateApplicationsAndAssignments1795305600002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createApplications(runner);
    await createAssignments(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, 'assignments', 'applications');
  }
}

async function createApplications(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE applications (
      tenant_id    uuid NOT NULL,
      id           uuid NOT NULL,
      name         text NOT NULL,
      search_key   text COLLATE "C" NOT NULL,
      client_id    text COLLATE "C" NOT NULL,
      description  text,
      type         text NOT NULL DEFAULT 'web',
      status       text NOT NULL DEFAULT 'active',
      created_at   timestamptz NOT NULL DEFAULT now(),
      updated_at   timestamptz NOT NULL DEFAULT now(),
      version      integer NOT NULL DEFAULT 1,
      CONSTRAINT applications_pkey PRIMARY KEY (tenant_id, id),
      CONSTRAINT applications_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
      CONSTRAINT applications_client_id_key UNIQUE (tenant_id, client_id),
      CONSTRAINT applications_name_length CHECK (char_length(name) BETWEEN 1 AND 200),
      CONSTRAINT applications_type_known CHECK (type IN ('web', 'spa', 'native', 'service')),
      CONSTRAINT applications_status_known CHECK (status IN ('active', 'disabled'))
    )`);
  await lockToTenant(runner, 'applications');
}

async function createAssignments(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE assignments (
      tenant_id       uuid NOT NULL,
      id              uuid NOT NULL,
      application_id  uuid NOT NULL,
      user_id         uuid,
      group_id        uuid,
      assigned_at     timestamptz NOT NULL DEFAULT now(),
      assigned_by     text NOT NULL,
      CONSTRAINT assignments_pkey PRIMARY KEY (tenant_id, id),
      CONSTRAINT assignments_one_assignee CHECK (num_nonnulls(user_id, group_id) = 1),
      CONSTRAINT assignments_application_fkey FOREIGN KEY (tenant_id, application_id)
        REFERENCES applications (tenant_id, id) ON DELETE CASCADE,
      CONSTRAINT assignments_user_fkey FOREIGN KEY (tenant_id, user_id)
        REFERENCES users (tenant_id, id) ON DELETE CASCADE,
      CONSTRAINT assignments_group_fkey FOREIGN KEY (tenant_id, group_id)
        REFERENCES groups (tenant_id, id) ON DELETE CASCADE
    )`);
  // One assignment a pair; each pair is found from either end. The first index holds all assignments (nulls are distinct),
  // because deleting an application must find them all.
  await runner.query(`
    CREATE UNIQUE INDEX assignments_application_user_key ON assignments (tenant_id, application_id, user_id)`);
  await runner.query(`
    CREATE UNIQUE INDEX assignments_application_group_key ON assignments (tenant_id, application_id, group_id)
      WHERE group_id IS NOT NULL`);
  await runner.query(`
    CREATE INDEX assignments_user ON assignments (tenant_id, user_id, application_id) WHERE user_id IS NOT NULL`);
  await runner.query(`
    CREATE INDEX assignments_group ON assignments (tenant_id, group_id, application_id) WHERE group_id IS NOT NULL`);
  await lockToTenant(runner, 'assignments');
}
