import type { DataSource, QueryRunner } from 'typeorm';
import type { Config } from '../config/config.js';
import type { ConnectionOptions } from './engines/index.js';
import { withDataSource } from './maintenance.js';
import { distribute } from './topology/distribute.js';
import { topologyOf } from './topology/topology.js';

/** Any fixed number: the advisory lock that one instance holds while it migrates. */
const MIGRATION_LOCK = 4_717_300_129;

/**
 * Runs the pending migrations, then distributes the tables where there is a cluster; instances that start together take
 * turns, and the later ones find nothing to do.
 */
async function migrate(dataSource: DataSource, config: Config): Promise<string[]> {
  return alone(dataSource, async (runner) => {
    const topology = await topologyOf(dataSource, config);
    const done = await dataSource.runMigrations({ transaction: 'each' });
    const lines = done.map((migration) => `migrated ${migration.name}`);
    return topology === 'citus' ? [...lines, ...(await distribute(runner))] : lines;
  });
}

/** Takes the newest migration back; answers its name, or null where there is none. */
async function revertLast(dataSource: DataSource): Promise<string | null> {
  return alone(dataSource, async (runner) => {
    const newest = async (): Promise<string | null> => {
      const rows = (await runner.query('SELECT name FROM migrations ORDER BY id DESC LIMIT 1')) as { name: string }[];
      return rows[0]?.name ?? null;
    };
    if (!(await runner.hasTable('migrations'))) return null;
    const name = await newest();
    if (name !== null) await dataSource.undoLastMigration({ transaction: 'each' });
    return name;
  });
}

/** Brings the schema up to date over connections of its own, without the time limits of requests; answers a line for each step. */
export async function migrateDatabase(connection: ConnectionOptions, config: Config): Promise<string[]> {
  return withDataSource(connection, config, (dataSource) => migrate(dataSource, config));
}

/** Takes the newest migration back, likewise; answers its name, or null where there is none. */
export async function revertDatabase(connection: ConnectionOptions, config: Config): Promise<string | null> {
  return withDataSource(connection, config, revertLast);
}

async function alone<T>(dataSource: DataSource, work: (runner: QueryRunner) => Promise<T>): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    return await work(runner);
  } finally {
    await runner.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => undefined);
    await runner.release();
  }
}
