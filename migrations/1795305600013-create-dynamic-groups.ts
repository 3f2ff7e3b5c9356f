import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTables, lockToTenant } from './support/tenant-table.js';

/** All of a group that may change; its kind may not. */
const CHANGEABLE = 'name, name_key, description, description_key, external_id, rule, version, updated_at';

/** Groups whose members are those for whom a rule holds (docs/decisions/0019-dynamic-groups.md). */
export class CreateDynamicGroups1795305600013 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Row-level security binds the owner too, who now has to see the rows of all tenants.
    for (const table of ['groups', 'group_members']) {
      await runner.query(`ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY`);
    }
    await widenGroups(runner);
    await keepMembersStatic(runner);
    for (const table of ['groups', 'group_members']) {
      await runner.query(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
    }
    await createRuleMembers(runner);
    await createRuleVersions(runner);
    await createMemberships(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP VIEW memberships`);
    // Row-level security binds the owner too. What a rule made has no place any more.
    for (const table of ['groups', 'user_sets']) await runner.query(`ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY`);
    await runner.query(`
      DELETE FROM user_sets s USING groups g
       WHERE g.tenant_id = s.tenant_id AND g.id = s.owner_id AND g.kind = 'dynamic'`);
    for (const table of ['groups', 'user_sets']) await runner.query(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
    await dropTables(runner, 'rule_versions', 'rule_members');
    await runner.query(`ALTER TABLE group_members DROP CONSTRAINT group_members_group_fkey, DROP COLUMN group_kind`);
    await runner.query(`
      ALTER TABLE group_members ADD CONSTRAINT group_members_group_fkey FOREIGN KEY (tenant_id, group_id)
        REFERENCES groups (tenant_id, id) ON DELETE CASCADE`);
    await runner.query(`REVOKE UPDATE (${CHANGEABLE}) ON groups FROM doorlist_tenant`);
    await runner.query(`GRANT UPDATE ON groups TO doorlist_tenant`);
    // One by one, as a cluster drops what is distributed.
    for (const index of ['groups_dynamic', 'groups_kind_key']) await runner.query(`DROP INDEX ${index}`);
    await runner.query(`ALTER TABLE groups DROP COLUMN kind, DROP COLUMN rule`);
  }
}

async function widenGroups(runner: QueryRunner): Promise<void> {
  await runner.query(`
    ALTER TABLE groups
      ADD COLUMN kind text NOT NULL DEFAULT 'static',
      ADD COLUMN rule text,
      ADD CONSTRAINT groups_kind_known CHECK (kind IN ('static', 'dynamic')),
      ADD CONSTRAINT groups_rule_of_kind CHECK ((kind = 'dynamic') = (rule IS NOT NULL)),
      ADD CONSTRAINT groups_rule_length CHECK (octet_length(rule) BETWEEN 1 AND 8192)`);
  // What memberships point at, so that only groups without a rule have any.
  await runner.query(`CREATE UNIQUE INDEX groups_kind_key ON groups (tenant_id, id, kind)`);
  await runner.query(`CREATE INDEX groups_dynamic ON groups (tenant_id, id) WHERE kind = 'dynamic'`);
  await runner.query(`REVOKE UPDATE ON groups FROM doorlist_tenant`);
  await runner.query(`GRANT UPDATE (${CHANGEABLE}) ON groups TO doorlist_tenant`);
}

async function keepMembersStatic(runner: QueryRunner): Promise<void> {
  await runner.query(`
    ALTER TABLE group_members
      ADD COLUMN group_kind text NOT NULL DEFAULT 'static',
      ADD CONSTRAINT group_members_of_static CHECK (group_kind = 'static'),
      DROP CONSTRAINT group_members_group_fkey`);
  await runner.query(`
    ALTER TABLE group_members ADD CONSTRAINT group_members_group_fkey FOREIGN KEY (tenant_id, group_id, group_kind)
      REFERENCES groups (tenant_id, id, kind) ON DELETE CASCADE`);
}

/** No foreign keys: their checks would take most of the time of a rule that is changed for a million users. */
async function createRuleMembers(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE rule_members (
      tenant_id     uuid NOT NULL,
      user_id       uuid NOT NULL,
      group_id      uuid NOT NULL,
      user_ordinal  integer NOT NULL,
      added_at      timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT rule_members_pkey PRIMARY KEY (tenant_id, user_id, group_id)
    )`);
  await runner.query(`CREATE INDEX rule_members_group ON rule_members (tenant_id, group_id, user_id)`);
  await lockToTenant(runner, 'rule_members');
}

/** A value that no rules of the tenant had before, since any of them changed. */
async function createRuleVersions(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE rule_versions (
      tenant_id  uuid NOT NULL,
      version    uuid NOT NULL,
      CONSTRAINT rule_versions_pkey PRIMARY KEY (tenant_id),
      CONSTRAINT rule_versions_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
    )`);
  await lockToTenant(runner, 'rule_versions');
}

/** Who is directly in which group, by hand or by a rule. Its reader's own rights and row-level security hold. */
async function createMemberships(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE VIEW memberships WITH (security_invoker = true) AS
      SELECT tenant_id, group_id, user_id, user_ordinal, added_at, valid_from, valid_until, false AS by_rule
        FROM group_members
       UNION ALL
      SELECT tenant_id, group_id, user_id, user_ordinal, added_at, NULL::timestamptz, NULL::timestamptz, true
        FROM rule_members`);
  await runner.query(`GRANT SELECT ON memberships TO doorlist_tenant`);
}
