import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTables, lockToTenant } from './support/tenant-table.js';

const CHANGED = ['users', 'groups', 'applications'] as const;
const BATCH = 2000;

/**
 * What lists are filtered by: comparison keys of all texts, and a row for each value of the users' attributes, because
 * row-level security keeps inverted indexes from being used (docs/decisions/0017-filters.md).
 */
export class IndexFilters1795305600011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createUserAttributes(runner);
    await runner.query(
      `ALTER TABLE users ADD COLUMN email_key text COLLATE "C", ADD COLUMN filter_keys jsonb NOT NULL DEFAULT '{}'`,
    );
    for (const table of ['groups', 'applications']) {
      await runner.query(`ALTER TABLE ${table} ADD COLUMN description_key text COLLATE "C"`);
    }
    // Row-level security binds the owner too, who now has to see the rows of all tenants.
    for (const table of CHANGED) await runner.query(`ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY`);
    await fillUsers(runner);
    for (const table of ['groups', 'applications']) await fillDescriptions(runner, table);
    for (const table of CHANGED) await runner.query(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
    await runner.query(`CREATE INDEX users_email ON users (tenant_id, email_key) WHERE email_key IS NOT NULL`);
    await runner.query(`CREATE INDEX users_created ON users (tenant_id, created_at, id)`);
    await runner.query(`CREATE INDEX audit_events_time ON audit_events (tenant_id, occurred_at)`);
    await lockToTenant(runner, 'user_attributes');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX audit_events_time`);
    await runner.query(`DROP INDEX users_created`);
    await runner.query(`ALTER TABLE users DROP COLUMN email_key, DROP COLUMN filter_keys`);
    for (const table of ['groups', 'applications']) {
      await runner.query(`ALTER TABLE ${table} DROP COLUMN description_key`);
    }
    await dropTables(runner, 'user_attributes');
  }
}

async function createUserAttributes(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE user_attributes (
      tenant_id  uuid NOT NULL,
      path       text COLLATE "C" NOT NULL,
      value      text COLLATE "C" NOT NULL,
      user_id    uuid NOT NULL,
      CONSTRAINT user_attributes_pkey PRIMARY KEY (tenant_id, path, value, user_id),
      CONSTRAINT user_attributes_user_fkey FOREIGN KEY (tenant_id, user_id)
        REFERENCES users (tenant_id, id) ON DELETE CASCADE
    )`);
  await runner.query(`CREATE INDEX user_attributes_user ON user_attributes (tenant_id, user_id)`);
}

/** Keys and index entries as they were when this was written: a migration is history. */
const LONGEST = 200;

function keyOf(text: string): string {
  const folded = text.normalize('NFKC').toUpperCase().toLowerCase().replaceAll('ς', 'σ');
  return folded.normalize('NFKC');
}

function cut(text: string): string {
  return [...text].slice(0, LONGEST).join('');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withKeys(value: unknown): unknown {
  if (typeof value === 'string') return keyOf(value);
  if (Array.isArray(value)) return value.map(withKeys);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withKeys(each)]));
}

function addEntries(found: Map<string, readonly [string, string]>, value: unknown, names: readonly string[]): void {
  for (const each of Array.isArray(value) ? (value as unknown[]) : [value]) {
    if (typeof each === 'string' || typeof each === 'number' || typeof each === 'boolean') {
      const entry = [cut(JSON.stringify(names)), cut(typeof each === 'string' ? `"${each}` : String(each))] as const;
      found.set(entry.join('\u0000'), entry);
    } else if (isObject(each)) {
      for (const [name, inner] of Object.entries(each)) addEntries(found, inner, [...names, name]);
    }
  }
}

interface UserRow {
  readonly tenant_id: string;
  readonly id: string;
  readonly texts: Readonly<Record<string, string>>;
  readonly attributes: Record<string, unknown>;
}

async function fillUsers(runner: QueryRunner): Promise<void> {
  for (let after = ['00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000000']; ;) {
    const batch = (await runner.query(
      `SELECT tenant_id, id, attributes, jsonb_strip_nulls(jsonb_build_object(
                'email', email, 'display_name', display_name, 'given_name', given_name, 'family_name', family_name)) AS texts
         FROM users WHERE (tenant_id, id) > ($1::uuid, $2::uuid) ORDER BY tenant_id, id LIMIT ${BATCH}`,
      after,
    )) as UserRow[];
    const last = batch.at(-1);
    if (!last) return;
    after = [last.tenant_id, last.id];
    await fillKeys(runner, batch);
    await fillEntries(runner, batch);
  }
}

async function fillKeys(runner: QueryRunner, batch: readonly UserRow[]): Promise<void> {
  const keys = batch.map(({ texts, attributes }) => ({
    ...(withKeys(texts) as Record<string, string>),
    ...(Object.keys(attributes).length > 0 ? { attributes: withKeys(attributes) } : {}),
  }));
  await runner.query(
    `UPDATE users u SET email_key = k.email, filter_keys = k.keys::jsonb
       FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) k(tenant_id, id, email, keys)
      WHERE u.tenant_id = k.tenant_id AND u.id = k.id`,
    [
      batch.map((row) => row.tenant_id),
      batch.map((row) => row.id),
      batch.map(({ texts }) => (texts.email === undefined ? null : cut(keyOf(texts.email)))),
      keys.map((each) => JSON.stringify(each)),
    ],
  );
}

async function fillEntries(runner: QueryRunner, batch: readonly UserRow[]): Promise<void> {
  const rows = batch.flatMap(({ tenant_id: tenant, id, attributes }) => {
    const found = new Map<string, readonly [string, string]>();
    addEntries(found, withKeys(attributes), []);
    return [...found.values()].map(([path, value]) => ({ tenant, id, path, value }));
  });
  await runner.query(
    `INSERT INTO user_attributes (tenant_id, path, value, user_id)
     SELECT tenant_id, path, value, id FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[]) e(tenant_id, path, value, id)`,
    [
      rows.map((row) => row.tenant),
      rows.map((row) => row.path),
      rows.map((row) => row.value),
      rows.map((row) => row.id),
    ],
  );
}

interface DescribedRow {
  readonly tenant_id: string;
  readonly id: string;
  readonly description: string;
}

async function fillDescriptions(runner: QueryRunner, table: string): Promise<void> {
  for (let after = ['00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000000']; ;) {
    const batch = (await runner.query(
      `SELECT tenant_id, id, description FROM ${table}
        WHERE description IS NOT NULL AND (tenant_id, id) > ($1::uuid, $2::uuid) ORDER BY tenant_id, id LIMIT ${BATCH}`,
      after,
    )) as DescribedRow[];
    const last = batch.at(-1);
    if (!last) return;
    after = [last.tenant_id, last.id];
    await runner.query(
      `UPDATE ${table} t SET description_key = k.key FROM unnest($1::uuid[], $2::uuid[], $3::text[]) k(tenant_id, id, key)
        WHERE t.tenant_id = k.tenant_id AND t.id = k.id`,
      [batch.map((row) => row.tenant_id), batch.map((row) => row.id), batch.map((row) => keyOf(row.description))],
    );
  }
}
