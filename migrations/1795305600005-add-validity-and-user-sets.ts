import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTables, lockToTenant } from './support/tenant-table.js';

const CHANGED = ['users', 'group_members', 'assignments'] as const;
const BATCH = 5000;

/** Whether a row of this table holds at all times, as SQL. */
const ALWAYS = 'valid_from IS NULL AND valid_until IS NULL';

/**
 * Access for a time, and sets of users as bits: each user gets a small number that is unique in the tenant, and the
 * members of a group, the users assigned to an application and the suspended users of a tenant are kept as bit strings
 * over these numbers (docs/decisions/0008-sets-of-users.md).
 */
export class AddValidityAndUserSets1795305600005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Row-level security binds the owner too, who now has to see the rows of all tenants.
    for (const table of CHANGED) await runner.query(`ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY`);
    await numberUsers(runner);
    await addDisplayNameKeys(runner);
    await changeMemberships(runner);
    await changeAssignments(runner);
    await createUserSets(runner);
    for (const table of CHANGED) await runner.query(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, 'user_sets');
    for (const table of ['assignments', 'group_members']) {
      // What holds for a time only would hold for ever without its bounds.
      await runner.query(`ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY`);
      await runner.query(`DELETE FROM ${table} WHERE NOT (${ALWAYS})`);
      await runner.query(
        `ALTER TABLE ${table} DROP CONSTRAINT ${table}_user_fkey, DROP COLUMN user_ordinal, DROP COLUMN valid_from, DROP COLUMN valid_until`,
      );
      await runner.query(
        `ALTER TABLE ${table} ADD CONSTRAINT ${table}_user_fkey FOREIGN KEY (tenant_id, user_id)
           REFERENCES users (tenant_id, id) ON DELETE CASCADE`,
      );
      await runner.query(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
    }
    // It went with the columns that it includes.
    await runner.query(`CREATE INDEX group_members_user ON group_members (tenant_id, user_id, group_id)`);
    await runner.query(`DROP INDEX users_user_name_key`);
    await runner.query(`CREATE UNIQUE INDEX users_user_name_key ON users (tenant_id, user_name_key)`);
    await runner.query(`ALTER TABLE users DROP COLUMN ordinal, DROP COLUMN display_name_key`);
    await dropTables(runner, 'user_ordinals');
  }
}

async function numberUsers(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE user_ordinals (
      tenant_id     uuid NOT NULL,
      next_ordinal  integer NOT NULL,
      CONSTRAINT user_ordinals_pkey PRIMARY KEY (tenant_id),
      CONSTRAINT user_ordinals_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
      CONSTRAINT user_ordinals_counted CHECK (next_ordinal >= 0)
    )`);
  await runner.query(`ALTER TABLE users ADD COLUMN ordinal integer`);
  await runner.query(`
    UPDATE users u SET ordinal = numbered.ordinal
      FROM (SELECT tenant_id, id, row_number() OVER (PARTITION BY tenant_id ORDER BY id) - 1 AS ordinal FROM users) numbered
     WHERE u.tenant_id = numbered.tenant_id AND u.id = numbered.id`);
  await runner.query(
    `INSERT INTO user_ordinals (tenant_id, next_ordinal) SELECT tenant_id, count(*) FROM users GROUP BY tenant_id`,
  );
  await lockToTenant(runner, 'user_ordinals');
  await runner.query(`ALTER TABLE users ALTER COLUMN ordinal SET NOT NULL`);
  await runner.query(`ALTER TABLE users ADD CONSTRAINT users_ordinal_counted CHECK (ordinal >= 0)`);
  await runner.query(`CREATE UNIQUE INDEX users_ordinal_key ON users (tenant_id, ordinal)`);
  // For foreign keys that hold a copy of the ordinal.
  await runner.query(`CREATE UNIQUE INDEX users_id_ordinal_key ON users (tenant_id, id, ordinal)`);
  // Lists by name find the ordinals without the table.
  await runner.query(`DROP INDEX users_user_name_key`);
  await runner.query(`CREATE UNIQUE INDEX users_user_name_key ON users (tenant_id, user_name_key) INCLUDE (ordinal)`);
}

/** The comparison key of names as it was when this was written: a migration is history. */
function keyOf(name: string): string {
  const folded = name.normalize('NFKC').toUpperCase().toLowerCase().replaceAll('ς', 'σ');
  return [...folded.normalize('NFKC')].slice(0, 200).join('');
}

interface Named {
  readonly tenant_id: string;
  readonly ordinal: number;
  readonly name: string;
}

/** Made in batches by the one comparison rule, which SQL does not have. */
async function addDisplayNameKeys(runner: QueryRunner): Promise<void> {
  await runner.query(`ALTER TABLE users ADD COLUMN display_name_key text COLLATE "C"`);
  let after: [string, number] = ['00000000-0000-0000-0000-000000000000', -1];
  for (;;) {
    const batch = (await runner.query(
      `SELECT tenant_id, ordinal, coalesce(display_name, user_name) AS name FROM users
        WHERE (tenant_id, ordinal) > ($1::uuid, $2::int) ORDER BY tenant_id, ordinal LIMIT ${BATCH}`,
      after,
    )) as Named[];
    const last = batch.at(-1);
    if (!last) break;
    after = [last.tenant_id, last.ordinal];
    await runner.query(
      `UPDATE users u SET display_name_key = k.key FROM unnest($1::uuid[], $2::int[], $3::text[]) k(tenant_id, ordinal, key)
        WHERE u.tenant_id = k.tenant_id AND u.ordinal = k.ordinal`,
      [batch.map((each) => each.tenant_id), batch.map((each) => each.ordinal), batch.map((each) => keyOf(each.name))],
    );
  }
  await runner.query(`ALTER TABLE users ALTER COLUMN display_name_key SET NOT NULL`);
  await runner.query(`CREATE UNIQUE INDEX users_display_name ON users (tenant_id, display_name_key, ordinal)`);
}

/** Gives a table its copy of the users' ordinals, with a foreign key that keeps it true, and the bounds of its time. */
async function addOrdinalAndValidity(runner: QueryRunner, table: 'group_members' | 'assignments'): Promise<void> {
  await runner.query(`
    ALTER TABLE ${table} ADD COLUMN user_ordinal integer, ADD COLUMN valid_from timestamptz, ADD COLUMN valid_until timestamptz,
      ADD CONSTRAINT ${table}_validity CHECK (valid_from < valid_until)`);
  await runner.query(`
    UPDATE ${table} held SET user_ordinal = u.ordinal FROM users u WHERE u.tenant_id = held.tenant_id AND u.id = held.user_id`);
  await runner.query(`ALTER TABLE ${table} DROP CONSTRAINT ${table}_user_fkey`);
  await runner.query(`
    ALTER TABLE ${table} ADD CONSTRAINT ${table}_user_fkey FOREIGN KEY (tenant_id, user_id, user_ordinal)
      REFERENCES users (tenant_id, id, ordinal) ON DELETE CASCADE`);
}

async function changeMemberships(runner: QueryRunner): Promise<void> {
  await addOrdinalAndValidity(runner, 'group_members');
  await runner.query(`ALTER TABLE group_members ALTER COLUMN user_ordinal SET NOT NULL`);
  await runner.query(`DROP INDEX group_members_user`);
  await runner.query(`
    CREATE INDEX group_members_user ON group_members (tenant_id, user_id, group_id) INCLUDE (valid_from, valid_until)`);
  // The few that are not in the sets of users.
  await runner.query(`
    CREATE INDEX group_members_for_a_time ON group_members (tenant_id, group_id) WHERE NOT (${ALWAYS})`);
}

async function changeAssignments(runner: QueryRunner): Promise<void> {
  await addOrdinalAndValidity(runner, 'assignments');
  await runner.query(`
    ALTER TABLE assignments ADD CONSTRAINT assignments_user_ordinal CHECK ((user_id IS NULL) = (user_ordinal IS NULL))`);
  await runner.query(`
    CREATE INDEX assignments_for_a_time ON assignments (tenant_id, application_id) WHERE user_id IS NOT NULL AND NOT (${ALWAYS})`);
}

/** How many users a row holds, and up to how many of them are listed one by one. */
const CHUNK = 16_384;
const MOST_LISTED = 512;

async function createUserSets(runner: QueryRunner): Promise<void> {
  // Rows are updated in place: the free part of each page keeps the new version beside the old one.
  await runner.query(`
    CREATE TABLE user_sets (
      tenant_id  uuid NOT NULL,
      owner_id   uuid NOT NULL,
      chunk      integer NOT NULL,
      members    bytea,
      bits       bit(${CHUNK}),
      CONSTRAINT user_sets_pkey PRIMARY KEY (tenant_id, owner_id, chunk),
      CONSTRAINT user_sets_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
      CONSTRAINT user_sets_chunk_counted CHECK (chunk >= 0),
      CONSTRAINT user_sets_one_form CHECK (num_nonnulls(members, bits) = 1),
      CONSTRAINT user_sets_few_listed CHECK (length(members) <= ${2 * MOST_LISTED} AND length(members) % 2 = 0)
    ) WITH (fillfactor = 75)`);
  await runner.query(
    `ALTER TABLE user_sets ALTER COLUMN members SET STORAGE PLAIN, ALTER COLUMN bits SET STORAGE PLAIN`,
  );
  await runner.query(`
    INSERT INTO user_sets (tenant_id, owner_id, chunk, members, bits)
    SELECT tenant_id, owner_id, ordinal / ${CHUNK},
           CASE WHEN count(*) <= ${MOST_LISTED} THEN string_agg(int2send((ordinal % ${CHUNK})::smallint), '') END,
           CASE WHEN count(*) > ${MOST_LISTED} THEN bit_or(set_bit(0::bit(${CHUNK}), ordinal % ${CHUNK}, 1)) END
      FROM (SELECT tenant_id, group_id AS owner_id, user_ordinal AS ordinal FROM group_members
            UNION ALL
            SELECT tenant_id, application_id, user_ordinal FROM assignments WHERE user_id IS NOT NULL
            UNION ALL
            SELECT tenant_id, tenant_id, ordinal FROM users WHERE status = 'suspended') member
     GROUP BY 1, 2, 3`);
  await lockToTenant(runner, 'user_sets');
}
