import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/config.js';
import { EmbeddedEngine } from '../../src/persistence/engines/embedded/embedded-engine.js';
import { ServerEngine, type DatabaseEngine } from '../../src/persistence/engines/index.js';
import { migrateDatabase } from '../../src/persistence/migrator.js';
import { urlOf } from './database-url.js';
import { startDoorlist } from './doorlist-process.js';
import { createDatabase, nodesAt, withClient } from './new-database.js';
import { startPooler } from './pooler.js';
import { running } from './running.js';
import { PLATFORM_CLIENT, STATE_VARIABLE, type TestState } from './test-state.js';
import { POOLER_VARIABLE, serverOf } from './through-pooler.js';

/** What the cluster of the tests holds need not outlive a crash. life-cycle crashes clusters of its own, set as they are served. */
const CARELESS = ['ALTER SYSTEM SET fsync = off', 'ALTER SYSTEM SET full_page_writes = off', 'SELECT pg_reload_conf()'];

/**
 * Makes what the end-to-end tests speak to: a PostgreSQL (embedded, or the server that DATABASE_URL names), a migrated
 * template, and for each worker a copy of it with a service of the built code.
 */
export default async function globalSetup(options: { maxWorkers: number }): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'doorlist-test-'));
  // As root the database runs as another user, who must get through to its files; it keeps those to itself.
  await chmod(folder, 0o711);
  const engine = engineOfTheRun(folder);
  running.folder = folder;
  running.engine = engine;
  const connection = await engine.start();
  const adminUrl = urlOf(connection);
  running.adminUrl = adminUrl;
  if (engine.kind === 'embedded') for (const sql of CARELESS) await withClient(adminUrl, (client) => client.query(sql));
  const run = randomBytes(4).toString('hex');
  const templateName = `doorlist_test_${run}`;
  running.databases.push(templateName);
  // A cluster's databases are migrated one by one.
  const isCluster = (await nodesAt(adminUrl)).length > 0;
  if (!isCluster) await migrateTemplate(await createDatabase(adminUrl, templateName, null));
  // The tests look into the database directly; the services reach it through the pooler.
  if (process.env.TEST_POOLER === 'pgbouncer') {
    running.pooler = await startPooler(adminUrl, folder);
    const stands = { server: serverOf(new URL(adminUrl)), pooler: running.pooler.host };
    process.env[POOLER_VARIABLE] = JSON.stringify(stands);
  }
  const workers: { url: string; databaseUrl: string }[] = [];
  for (let worker = 1; worker <= options.maxWorkers; worker += 1) {
    const name = `${templateName}_${worker}`;
    const databaseUrl = await createDatabase(adminUrl, name, templateName);
    // What these tests store need not outlive a crash: nobody waits for the disk. life-cycle crashes clusters of its own.
    await withClient(adminUrl, (client) => client.query(`ALTER DATABASE ${name} SET synchronous_commit = off`));
    const service = await startDoorlist({
      DATABASE_URL: databaseUrl,
      BOOTSTRAP_CLIENT_ID: PLATFORM_CLIENT.id,
      BOOTSTRAP_CLIENT_SECRET: PLATFORM_CLIENT.secret,
      LOG_LEVEL: 'warn',
      SERVER_TIMING: 'true',
    });
    running.services.push(service);
    workers.push({ url: service.url, databaseUrl });
  }
  const state: TestState = { engine: engine.kind, isCluster, adminUrl, templateName, workers };
  const path = join(folder, 'state.json');
  await writeFile(path, JSON.stringify(state), { mode: 0o600 });
  process.env[STATE_VARIABLE] = path;
}

function engineOfTheRun(dataDir: string): DatabaseEngine {
  const url = process.env.DATABASE_URL;
  const log = { info: () => undefined, warn: (line: string) => process.emitWarning(line) };
  return url ? new ServerEngine(url) : new EmbeddedEngine({ dataDir, log });
}

async function migrateTemplate(url: string): Promise<void> {
  const config = loadConfig({ DATABASE_URL: url, PUBLIC_URL: 'http://127.0.0.1' });
  await migrateDatabase({ connectionString: url }, config);
}
