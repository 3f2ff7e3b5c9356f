import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTables, lockToTenant } from './support/tenant-table.js';

/** Entitlements: roles of applications with rights, roles inside of roles, and what is held with each. */
export class CreateEntitlements1795305600012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await widenRoles(runner);
    await widenRoleAssignments(runner);
    await createRoleChildren(runner);
    await createEntitlementRights(runner);
    await createRightValues(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, 'assignment_right_values', 'entitlement_rights', 'role_children');
    await runner.query(`DROP INDEX role_assignments_id_role_key`);
    await runner.query(`ALTER TABLE role_assignments DROP COLUMN modified_by, DROP COLUMN modified_at`);
    await runner.query(`DROP INDEX roles_entitlement_key`);
    await runner.query(
      `ALTER TABLE roles DROP COLUMN entitlement_type, DROP COLUMN category, DROP COLUMN ext_ref, DROP COLUMN effective_permissions`,
    );
  }
}

async function widenRoles(runner: QueryRunner): Promise<void> {
  // Row-level security binds the owner too.
  await runner.query(`ALTER TABLE roles NO FORCE ROW LEVEL SECURITY`);
  await runner.query(`
    ALTER TABLE roles
      ADD COLUMN entitlement_type text NOT NULL DEFAULT 'role',
      ADD COLUMN category text,
      ADD COLUMN ext_ref text,
      ADD COLUMN effective_permissions text[] NOT NULL DEFAULT '{}'`);
  await runner.query(`UPDATE roles SET effective_permissions = permissions WHERE permissions <> '{}'`);
  // A permission is a role that allows what it is called. What a role allows itself is always among what it gives.
  await runner.query(`
    ALTER TABLE roles
      ADD CONSTRAINT roles_entitlement_type_known CHECK (entitlement_type IN ('role', 'permission')),
      ADD CONSTRAINT roles_entitlement_of_level CHECK (
        level = 'application' OR (entitlement_type = 'role' AND num_nonnulls(category, ext_ref) = 0)),
      ADD CONSTRAINT roles_permission_of_name CHECK (entitlement_type = 'role' OR permissions = ARRAY[name]),
      ADD CONSTRAINT roles_effective_own CHECK (permissions <@ effective_permissions),
      ADD CONSTRAINT roles_effective_some CHECK (cardinality(effective_permissions) <= 10000)`);
  await runner.query(`ALTER TABLE roles FORCE ROW LEVEL SECURITY`);
  // What nestings point at, so that only roles have children, and only of their own application.
  await runner.query(
    `CREATE UNIQUE INDEX roles_entitlement_key ON roles (tenant_id, id, application_id, entitlement_type)`,
  );
}

async function widenRoleAssignments(runner: QueryRunner): Promise<void> {
  await runner.query(`ALTER TABLE role_assignments ADD COLUMN modified_by text, ADD COLUMN modified_at timestamptz`);
  // What right values point at.
  await runner.query(`CREATE UNIQUE INDEX role_assignments_id_role_key ON role_assignments (tenant_id, id, role_id)`);
}

async function createRoleChildren(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE role_children (
      tenant_id       uuid NOT NULL,
      parent_id       uuid NOT NULL,
      child_id        uuid NOT NULL,
      application_id  uuid NOT NULL,
      parent_type     text NOT NULL DEFAULT 'role',
      added_at        timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT role_children_pkey PRIMARY KEY (tenant_id, parent_id, child_id),
      CONSTRAINT role_children_no_loop CHECK (parent_id <> child_id),
      CONSTRAINT role_children_of_role CHECK (parent_type = 'role'),
      CONSTRAINT role_children_parent_fkey FOREIGN KEY (tenant_id, parent_id, application_id, parent_type)
        REFERENCES roles (tenant_id, id, application_id, entitlement_type) ON DELETE CASCADE,
      CONSTRAINT role_children_child_fkey FOREIGN KEY (tenant_id, child_id, application_id)
        REFERENCES roles (tenant_id, id, application_id) ON DELETE CASCADE
    )`);
  await runner.query(`CREATE INDEX role_children_child ON role_children (tenant_id, child_id, parent_id)`);
  await lockToTenant(runner, 'role_children');
}

async function createEntitlementRights(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE entitlement_rights (
      tenant_id       uuid NOT NULL,
      role_id         uuid NOT NULL,
      application_id  uuid NOT NULL,
      name            text COLLATE "C" NOT NULL,
      label           text,
      mandatory       boolean NOT NULL,
      multivalued     boolean NOT NULL,
      allowed_values  text[] NOT NULL,
      place           integer NOT NULL,
      CONSTRAINT entitlement_rights_pkey PRIMARY KEY (tenant_id, role_id, name),
      CONSTRAINT entitlement_rights_role_fkey FOREIGN KEY (tenant_id, role_id, application_id)
        REFERENCES roles (tenant_id, id, application_id) ON DELETE CASCADE,
      CONSTRAINT entitlement_rights_values_some CHECK (cardinality(allowed_values) <= 1000)
    )`);
  // One right at most takes any value, so that every value is one right's.
  await runner.query(`
    CREATE UNIQUE INDEX entitlement_rights_any_key ON entitlement_rights (tenant_id, role_id)
      WHERE allowed_values = '{}'`);
  // What right values point at.
  await runner.query(`
    CREATE UNIQUE INDEX entitlement_rights_multivalued_key
      ON entitlement_rights (tenant_id, role_id, name, multivalued)`);
  await lockToTenant(runner, 'entitlement_rights');
}

async function createRightValues(runner: QueryRunner): Promise<void> {
  // No cascade from rights: one that somebody has a value of is changed or taken away only after the value.
  await runner.query(`
    CREATE TABLE assignment_right_values (
      tenant_id      uuid NOT NULL,
      assignment_id  uuid NOT NULL,
      role_id        uuid NOT NULL,
      right_name     text COLLATE "C" NOT NULL,
      multivalued    boolean NOT NULL,
      value          text COLLATE "C" NOT NULL,
      CONSTRAINT assignment_right_values_pkey PRIMARY KEY (tenant_id, assignment_id, value),
      CONSTRAINT assignment_right_values_length CHECK (char_length(value) BETWEEN 1 AND 200),
      CONSTRAINT assignment_right_values_assignment_fkey FOREIGN KEY (tenant_id, assignment_id, role_id)
        REFERENCES role_assignments (tenant_id, id, role_id) ON DELETE CASCADE,
      CONSTRAINT assignment_right_values_right_fkey FOREIGN KEY (tenant_id, role_id, right_name, multivalued)
        REFERENCES entitlement_rights (tenant_id, role_id, name, multivalued) ON UPDATE CASCADE
    )`);
  await runner.query(`
    CREATE UNIQUE INDEX assignment_right_values_single_key
      ON assignment_right_values (tenant_id, assignment_id, right_name) WHERE NOT multivalued`);
  await runner.query(`
    CREATE INDEX assignment_right_values_right ON assignment_right_values (tenant_id, role_id, right_name, value)`);
  await lockToTenant(runner, 'assignment_right_values');
}
