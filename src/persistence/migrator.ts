import { MigrationExecutor, type DataSource, type QueryRunner } from 'typeorm';
import type { Config } from '../config/config.js';
import type { ConnectionOptions } from './engines/index.js';
import { withDataSource } from './maintenance.js';
import { distribute, dropProcedure } from './topology/distribute.js';
import { topologyOf } from './topology/topology.js';

/** Any fixed number: the advisory lock that one instance holds while it migrates. */
const MIGRATION_LOCK = 4_717_300_129;

/**
 * Runs the pending migrations over connections of their own, without the time limits of requests, and then distributes the
 * tables where there is a cluster; answers a line for each step. Instances that start together take turns, and the later
 * ones find nothing to do.
 */
export async function migrateDatabase(connection: ConnectionOptions, config: Config): Promise<string[]> {
  return withDataSource(connection, config, async (dataSource) => {
    const topology = await topologyOf(dataSource, config);
    const done = await alone(dataSource, (runner) =>
      new MigrationExecutor(dataSource, runner).executePendingMigrations(),
    );
    const lines = done.map((migration) => `migrated ${migration.name}`);
    if (topology === 'citus') lines.push(...(await distribute((step) => alone(dataSource, step))));
    return lines;
  });
}

/** Takes the newest migration back, likewise; answers its name, or null where there is none. */
export async function revertDatabase(connection: ConnectionOptions, config: Config): Promise<string | null> {
  return withDataSource(connection, config, (dataSource) => alone(dataSource, (runner) => revert(dataSource, runner)));
}

async function revert(dataSource: DataSource, runner: QueryRunner): Promise<string | null> {
  if (!(await runner.hasTable('migrations'))) return null;
  const [newest, before] = (await runner.query('SELECT name FROM migrations ORDER BY id DESC LIMIT 2')) as {
    name: string;
  }[];
  if (newest === undefined) return null;
  await new MigrationExecutor(dataSource, runner).undoLastMigration();
  if (before === undefined) await dropProcedure(runner);
  return newest.name;
}

/**
 * Runs `work` in one transaction that holds the lock: whatever it does is there as a whole or not at all. The lock is the
 * transaction's and not the session's, because a pooler may give every transaction another session.
 */
async function alone<T>(dataSource: DataSource, work: (runner: QueryRunner) => Promise<T>): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.startTransaction();
    await runner.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    const result = await work(runner);
    await runner.commitTransaction();
    return result;
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
    throw error;
  } finally {
    await runner.release();
  }
}
