import type { MigrationInterface, QueryRunner } from 'typeorm';

const CHANGED = ['workspaces', 'projects', 'roles'] as const;
const BATCH = 2000;

/** What the lists of workspaces, projects, roles and entitlements are filtered by: comparison keys of all their texts. */
export class AddFilterKeys1795305600015 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const table of ['workspaces', 'projects']) {
      await runner.query(`ALTER TABLE ${table} ADD COLUMN description_key text COLLATE "C"`);
    }
    await runner.query(`ALTER TABLE roles ADD COLUMN filter_keys jsonb NOT NULL DEFAULT '{}'`);
    // Row-level security binds the owner too, who now has to see the rows of all tenants.
    for (const table of CHANGED) await runner.query(`ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY`);
    for (const table of ['workspaces', 'projects']) {
      const key = (texts: Texts): string | null => (texts.description === undefined ? null : keyOf(texts.description));
      await fill(runner, table, 'description_key = k.key', key);
    }
    await fill(runner, 'roles', 'filter_keys = k.key::jsonb', (texts) =>
      JSON.stringify(Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, keyOf(text)]))),
    );
    for (const table of CHANGED) await runner.query(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE roles DROP COLUMN filter_keys`);
    for (const table of ['workspaces', 'projects']) {
      await runner.query(`ALTER TABLE ${table} DROP COLUMN description_key`);
    }
  }
}

type Texts = Readonly<Record<string, string>>;

/** Comparison keys as they were when this was written: a migration is history. */
function keyOf(text: string): string {
  const folded = text.normalize('NFKC').toUpperCase().toLowerCase().replaceAll('ς', 'σ');
  return folded.normalize('NFKC');
}

interface Row {
  readonly tenant_id: string;
  readonly id: string;
  readonly texts: Texts;
}

/** Sets a key of all rows that have any of the texts. */
async function fill(
  runner: QueryRunner,
  table: string,
  set: string,
  keyFor: (texts: Texts) => string | null,
): Promise<void> {
  const names = table === 'roles' ? ['description', 'display_name', 'category'] : ['description'];
  for (let after = ['00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000000']; ;) {
    const batch = (await runner.query(
      `SELECT tenant_id, id, jsonb_strip_nulls(jsonb_build_object(${names.map((name) => `'${name}', ${name}`).join(', ')})) AS texts
         FROM ${table}
        WHERE num_nonnulls(${names.join(', ')}) > 0 AND (tenant_id, id) > ($1::uuid, $2::uuid)
        ORDER BY tenant_id, id LIMIT ${BATCH}`,
      after,
    )) as Row[];
    const last = batch.at(-1);
    if (!last) return;
    after = [last.tenant_id, last.id];
    await runner.query(
      `UPDATE ${table} t SET ${set} FROM unnest($1::uuid[], $2::uuid[], $3::text[]) k(tenant_id, id, key)
        WHERE t.tenant_id = k.tenant_id AND t.id = k.id`,
      [batch.map((row) => row.tenant_id), batch.map((row) => row.id), batch.map(({ texts }) => keyFor(texts))],
    );
  }
}
