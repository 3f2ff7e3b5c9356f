import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTables, lockToTenant } from './support/tenant-table.js';

/** Users, groups, memberships, nestings and the closure derived from the nestings. */
export class CreateDirectory1795305600001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createUsers(runner);
    await createGroups(runner);
    await createMemberships(runner);
    await createNestings(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, 'group_closure', 'group_nestings', 'group_members', 'groups', 'users');
  }
}

async function createUsers(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE users (
      tenant_id      uuid NOT NULL,
      id             uuid NOT NULL,
      user_name      text NOT NULL,
      user_name_key  text COLLATE "C" NOT NULL,
      email          text,
      display_name   text,
      given_name     text,
      family_name    text,
      external_id    text COLLATE "C",
      search_key     text COLLATE "C" NOT NULL,
      status         text NOT NULL DEFAULT 'active',
      attributes     jsonb NOT NULL DEFAULT '{}',
      created_at     timestamptz NOT NULL DEFAULT now(),
      updated_at     timestamptz NOT NULL DEFAULT now(),
      version        integer NOT NULL DEFAULT 1,
      CONSTRAINT users_pkey PRIMARY KEY (tenant_id, id),
      CONSTRAINT users_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
      CONSTRAINT users_user_name_length CHECK (char_length(user_name) BETWEEN 1 AND 200),
      CONSTRAINT users_status_known CHECK (status IN ('active', 'suspended')),
      CONSTRAINT users_attributes_object CHECK (jsonb_typeof(attributes) = 'object')
    )`);
  await runner.query(`CREATE UNIQUE INDEX users_user_name_key ON users (tenant_id, user_name_key)`);
  await runner.query(
    `CREATE UNIQUE INDEX users_external_id_key ON users (tenant_id, external_id) WHERE external_id IS NOT NULL`,
  );
  // Few are suspended: they are taken away from an answer, so that the many need not be looked up.
  await runner.query(`CREATE INDEX users_suspended ON users (tenant_id, id) WHERE status <> 'active'`);
  await lockToTenant(runner, 'users');
}

async function createGroups(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE groups (
      tenant_id    uuid NOT NULL,
      id           uuid NOT NULL,
      name         text NOT NULL,
      name_key     text COLLATE "C" NOT NULL,
      description  text,
      external_id  text COLLATE "C",
      created_at   timestamptz NOT NULL DEFAULT now(),
      updated_at   timestamptz NOT NULL DEFAULT now(),
      version      integer NOT NULL DEFAULT 1,
      CONSTRAINT groups_pkey PRIMARY KEY (tenant_id, id),
      CONSTRAINT groups_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
      CONSTRAINT groups_name_length CHECK (char_length(name) BETWEEN 1 AND 200)
    )`);
  await runner.query(`CREATE UNIQUE INDEX groups_name_key ON groups (tenant_id, name_key)`);
  await runner.query(
    `CREATE UNIQUE INDEX groups_external_id_key ON groups (tenant_id, external_id) WHERE external_id IS NOT NULL`,
  );
  await lockToTenant(runner, 'groups');
}

async function createMemberships(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE group_members (
      tenant_id  uuid NOT NULL,
      group_id   uuid NOT NULL,
      user_id    uuid NOT NULL,
      added_at   timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT group_members_pkey PRIMARY KEY (tenant_id, group_id, user_id),
      CONSTRAINT group_members_group_fkey FOREIGN KEY (tenant_id, group_id)
        REFERENCES groups (tenant_id, id) ON DELETE CASCADE,
      CONSTRAINT group_members_user_fkey FOREIGN KEY (tenant_id, user_id)
        REFERENCES users (tenant_id, id) ON DELETE CASCADE
    )`);
  await runner.query(`CREATE INDEX group_members_user ON group_members (tenant_id, user_id, group_id)`);
  await lockToTenant(runner, 'group_members');
}

async function createNestings(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE group_nestings (
      tenant_id  uuid NOT NULL,
      parent_id  uuid NOT NULL,
      child_id   uuid NOT NULL,
      added_at   timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT group_nestings_pkey PRIMARY KEY (tenant_id, parent_id, child_id),
      CONSTRAINT group_nestings_no_loop CHECK (parent_id <> child_id),
      CONSTRAINT group_nestings_parent_fkey FOREIGN KEY (tenant_id, parent_id)
        REFERENCES groups (tenant_id, id) ON DELETE CASCADE,
      CONSTRAINT group_nestings_child_fkey FOREIGN KEY (tenant_id, child_id)
        REFERENCES groups (tenant_id, id) ON DELETE CASCADE
    )`);
  await runner.query(`CREATE INDEX group_nestings_child ON group_nestings (tenant_id, child_id)`);
  await lockToTenant(runner, 'group_nestings');
  // Every group is its own ancestor, so that one join finds direct and inherited alike.
  await runner.query(`
    CREATE TABLE group_closure (
      tenant_id      uuid NOT NULL,
      ancestor_id    uuid NOT NULL,
      descendant_id  uuid NOT NULL,
      CONSTRAINT group_closure_pkey PRIMARY KEY (tenant_id, ancestor_id, descendant_id),
      CONSTRAINT group_closure_ancestor_fkey FOREIGN KEY (tenant_id, ancestor_id)
        REFERENCES groups (tenant_id, id) ON DELETE CASCADE,
      CONSTRAINT group_closure_descendant_fkey FOREIGN KEY (tenant_id, descendant_id)
        REFERENCES groups (tenant_id, id) ON DELETE CASCADE
    )`);
  await runner.query(`CREATE INDEX group_closure_up ON group_closure (tenant_id, descendant_id, ancestor_id)`);
  // Two groups cannot be above each other: the database itself refuses what would be a cycle.
  await runner.query(`
    CREATE UNIQUE INDEX group_closure_no_cycle ON group_closure
      (tenant_id, LEAST(ancestor_id, descendant_id), GREATEST(ancestor_id, descendant_id))
      WHERE ancestor_id <> descendant_id`);
  await lockToTenant(runner, 'group_closure');
}
