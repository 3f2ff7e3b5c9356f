import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MIGRATIONS } from '../../migrations/index.js';
import { ADMINISTRATION_PERMISSIONS, EVERY_PERMISSION } from '../../src/kernel/permissions.js';
import { catalogOf } from '../support/catalog.js';
import { newDatabase, rowsAt } from '../support/database-copy.js';
import type { EntitySchema } from './entity-schema.js';
import { NOT_IN_ENTITIES, TABLES_WITHOUT_ENTITY } from './schema-exceptions.js';

const BUILT = new URL('../../dist/src', import.meta.url).href;
const CLI = fileURLToPath(new URL('../../dist/src/cli.js', import.meta.url));
const TYPESCRIPT = fileURLToPath(new URL('../support/typescript.mjs', import.meta.url));
const ENTITY_SCHEMA = fileURLToPath(new URL('entity-schema.ts', import.meta.url));
const NAMES = MIGRATIONS.map(({ name }) => name);
const UP_TO_DATE = 'the schema is up to date';

/** Runs Node in a process of its own on a database; answers what it printed. Rejects where it fails. */
async function node(databaseUrl: string, ...args: string[]): Promise<string> {
  // The commands work on the database alone and need no URL of the service.
  const more = args[0] === CLI ? {} : { PUBLIC_URL: 'http://127.0.0.1' };
  const env = { PATH: process.env.PATH ?? '', DATABASE_URL: databaseUrl, ...more };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, maxBuffer: 10_000_000 });
  return stdout.trim();
}

/** What it printed, but for what it distributed where there is a cluster: that has a test of its own. */
async function migrate(databaseUrl: string): Promise<string[]> {
  const lines = (await node(databaseUrl, CLI, 'migrate')).split('\n');
  return lines.filter((line) => !line.startsWith('distributed '));
}

async function revert(databaseUrl: string): Promise<string> {
  return node(databaseUrl, CLI, 'migrate:revert');
}

/** Takes one back after the other, as `migrate:revert` does, in one process; answers their names. */
async function revertAll(databaseUrl: string): Promise<string[]> {
  const script = `
    import { loadConfig } from '${BUILT}/config/config.js';
    import { revertDatabase } from '${BUILT}/persistence/migrator.js';
    const config = loadConfig();
    const connection = { connectionString: config.databaseUrl };
    for (let name; (name = await revertDatabase(connection, config)) !== null; ) console.log(name);`;
  return (await node(databaseUrl, '--input-type=module', '--eval', script)).split('\n');
}

async function applied(databaseUrl: string): Promise<string[]> {
  const rows = await rowsAt<{ name: string }>(databaseUrl, 'SELECT name FROM migrations ORDER BY id');
  return rows.map(({ name }) => name);
}

/** One works, one waits for it, and the others wait for those: more of them would only wait, too. */
const AT_ONCE = 4;

/** Each of these starts processes of its own, which two busy cores take their time for. */
const TIMEOUT_MS = 240_000;

describe('the migrations', () => {
  it(
    'go up, leave nothing behind when all are taken back, and go up to the same again',
    async () => {
      const database = await newDatabase('empty');
      const empty = await catalogOf(database);
      expect(await migrate(database)).toEqual(NAMES.map((name) => `migrated ${name}`));
      expect(await applied(database)).toEqual(NAMES);
      const first = await catalogOf(database);
      expect(first.length).toBeGreaterThan(150);
      expect(await revertAll(database)).toEqual(NAMES.toReversed());
      expect(await revert(database)).toBe('there is no migration to take back');
      expect(await applied(database)).toEqual([]);
      expect(await catalogOf(database)).toEqual(empty);
      expect(await migrate(database)).toHaveLength(NAMES.length);
      expect(await catalogOf(database)).toEqual(first);
    },
    TIMEOUT_MS,
  );

  it(
    'can be taken back one alone, and made again',
    async () => {
      const database = await newDatabase('migrated');
      const before = await catalogOf(database);
      const newest = NAMES.at(-1)!;
      expect(await revert(database)).toBe(`reverted ${newest}`);
      expect(await applied(database)).toEqual(NAMES.slice(0, -1));
      expect(await catalogOf(database)).not.toEqual(before);
      expect(await migrate(database)).toEqual([`migrated ${newest}`]);
      expect(await catalogOf(database)).toEqual(before);
    },
    TIMEOUT_MS,
  );

  it(
    'change nothing the second time, not even the data',
    async () => {
      const database = await newDatabase('migrated');
      await rowsAt(database, `INSERT INTO tenants (id, slug, name) VALUES (gen_random_uuid(), 'kept', 'Kept')`);
      const before = [await catalogOf(database), await rowsAt(database, 'SELECT * FROM migrations ORDER BY id')];
      expect(await migrate(database)).toEqual([UP_TO_DATE]);
      expect([await catalogOf(database), await rowsAt(database, 'SELECT * FROM migrations ORDER BY id')]).toEqual(
        before,
      );
      expect(await rowsAt(database, 'SELECT slug FROM tenants')).toEqual([{ slug: 'kept' }]);
    },
    TIMEOUT_MS,
  );

  it(
    'are run by one of the processes that start at once, and all of them succeed',
    async () => {
      const database = await newDatabase('empty');
      const printed = await Promise.all(Array.from({ length: AT_ONCE }, () => migrate(database)));
      const workers = printed.filter((lines) => ![UP_TO_DATE, ''].includes(lines.join()));
      expect(workers).toEqual([NAMES.map((name) => `migrated ${name}`)]);
      expect(printed).toHaveLength(AT_ONCE);
      expect(await applied(database)).toEqual(NAMES);
      expect(await catalogOf(database)).toEqual(await catalogOf(await newDatabase('migrated')));
    },
    TIMEOUT_MS,
  );

  it(
    'run in several empty databases of one server at once, whose roles are the same',
    async () => {
      const databases = await Promise.all(Array.from({ length: 3 }, () => newDatabase('empty')));
      const printed = await Promise.all(databases.map(migrate));
      expect(printed).toEqual(databases.map(() => NAMES.map((name) => `migrated ${name}`)));
    },
    TIMEOUT_MS,
  );
});

/** The columns of every table, described as the entities are. */
async function migratedColumns(databaseUrl: string): Promise<Record<string, Record<string, string>>> {
  const rows = await rowsAt<{ table: string; column: string; description: string }>(
    databaseUrl,
    `SELECT c.relname AS table, a.attname AS column,
            format_type(a.atttypid, a.atttypmod)
              || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
              || coalesce(' default ' || regexp_replace(pg_get_expr(d.adbin, d.adrelid), '::[a-z ]+(\\[\\])?$', ''), '')
              || CASE a.attidentity WHEN 'a' THEN ' identity ALWAYS' WHEN 'd' THEN ' identity BY DEFAULT' ELSE '' END AS description
       FROM pg_class c
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> 'migrations'`,
  );
  const tables: Record<string, Record<string, string>> = {};
  for (const { table, column, description } of rows) tables[table] = { ...tables[table], [column]: description };
  return tables;
}

describe('the migrated schema and the entities', () => {
  let entities: EntitySchema;
  let migrated: Record<string, Record<string, string>>;

  beforeAll(async () => {
    const database = await newDatabase('migrated');
    migrated = await migratedColumns(database);
    entities = JSON.parse(await node(database, '--import', TYPESCRIPT, ENTITY_SCHEMA)) as EntitySchema;
  }, TIMEOUT_MS);

  it('have the same columns, with the same types, nullability and defaults', () => {
    const described = Object.entries(entities.tables).map(([table, columns]) => {
      // TypeORM quotes numbers: default '1' is default 1.
      const plain = Object.entries(columns).map(
        ([name, text]) => [name, text.replace(/ default '(\d+)'/, ' default $1')] as const,
      );
      return [table, Object.fromEntries(plain)] as const;
    });
    const ofEntities = Object.entries(migrated).filter(([table]) => !TABLES_WITHOUT_ENTITY.includes(table));
    expect(Object.fromEntries(described)).toEqual(Object.fromEntries(ofEntities));
  });

  it('differ in no table but those that are read by SQL alone', () => {
    const without = Object.keys(migrated).filter((table) => !(table in entities.tables));
    expect(without.sort()).toEqual([...TABLES_WITHOUT_ENTITY].sort());
  });

  it('differ, for TypeORM itself, in nothing but what it cannot express, and all of that is still there', () => {
    expect(entities.changes.map(nameIn).sort()).toEqual([...NOT_IN_ENTITIES].sort());
  });
});

/** The constraint or index that TypeORM would drop because no entity says it; any other change as it is. */
function nameIn(change: string): string {
  return /^(?:ALTER TABLE "\w+" DROP CONSTRAINT|DROP INDEX "public"\.)\s*"(\w+)"$/.exec(change)?.[1] ?? change;
}

describe('the index of roles that allow something in the service itself', () => {
  it('knows every permission that does', async () => {
    const [index] = await rowsAt<{ predicate: string }>(
      await newDatabase('migrated'),
      `SELECT pg_get_expr(indpred, indrelid) AS predicate FROM pg_index WHERE indexrelid = 'roles_administration'::regclass`,
    );
    const names = [...(index?.predicate ?? '').matchAll(/'([^']+)'/g)].map(([, name]) => name);
    expect(names).toEqual([EVERY_PERMISSION, ...ADMINISTRATION_PERMISSIONS]);
  });
});
