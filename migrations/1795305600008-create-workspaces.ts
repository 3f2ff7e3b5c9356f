import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTables, lockToTenant } from './support/tenant-table.js';

/** Workspaces of a tenant and their projects: where roles of these levels are held. */
export class CreateWorkspaces1795305600008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createWorkspaces(runner);
    await createProjects(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, 'projects', 'workspaces');
  }
}

async function createWorkspaces(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE workspaces (
      tenant_id    uuid NOT NULL,
      id           uuid NOT NULL,
      name         text NOT NULL,
      name_key     text COLLATE "C" NOT NULL,
      description  text,
      created_at   timestamptz NOT NULL DEFAULT now(),
      updated_at   timestamptz NOT NULL DEFAULT now(),
      version      integer NOT NULL DEFAULT 1,
      CONSTRAINT workspaces_pkey PRIMARY KEY (tenant_id, id),
      CONSTRAINT workspaces_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
      CONSTRAINT workspaces_name_length CHECK (char_length(name) BETWEEN 1 AND 200)
    )`);
  await runner.query(`CREATE UNIQUE INDEX workspaces_name_key ON workspaces (tenant_id, name_key)`);
  await lockToTenant(runner, 'workspaces');
}

async function createProjects(runner: QueryRunner): Promise<void> {
  // The second key is what points at a project together with its workspace points at.
  await runner.query(`
    CREATE TABLE projects (
      tenant_id     uuid NOT NULL,
      id            uuid NOT NULL,
      workspace_id  uuid NOT NULL,
      name          text NOT NULL,
      name_key      text COLLATE "C" NOT NULL,
      description   text,
      created_at    timestamptz NOT NULL DEFAULT now(),
      updated_at    timestamptz NOT NULL DEFAULT now(),
      version       integer NOT NULL DEFAULT 1,
      CONSTRAINT projects_pkey PRIMARY KEY (tenant_id, id),
      CONSTRAINT projects_workspace_id_key UNIQUE (tenant_id, workspace_id, id),
      CONSTRAINT projects_workspace_fkey FOREIGN KEY (tenant_id, workspace_id)
        REFERENCES workspaces (tenant_id, id) ON DELETE CASCADE,
      CONSTRAINT projects_name_length CHECK (char_length(name) BETWEEN 1 AND 200)
    )`);
  await runner.query(`CREATE UNIQUE INDEX projects_name_key ON projects (tenant_id, workspace_id, name_key)`);
  await lockToTenant(runner, 'projects');
}
