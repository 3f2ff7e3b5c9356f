import type { DataSource } from 'typeorm';
import type { Config } from '../config/config.js';
import { dataSourceFor } from './data-source.js';
import { entranceOf } from './database-role.js';
import { EngineError, type ConnectionOptions } from './engines/index.js';
import { MIGRATION_NAMES } from './migration-names.js';
import { sendOptions } from './servers.js';
import { topologyOf } from './topology/topology.js';
import { UnitOfWork } from './unit-of-work.js';

/**
 * What a schema is changed with on a cluster; one server knows nothing of it and takes no notice. Steps of a transaction
 * that depend on each other go over one connection to a node, and a new table stays as it is until it is distributed.
 */
const ON_A_CLUSTER =
  '-c citus.multi_shard_modify_mode=sequential -c citus.enable_local_reference_table_foreign_keys=off';

/** Runs `work` over connections of its own, without the time limits of requests. */
export async function withDataSource<T>(
  connection: ConnectionOptions,
  config: Config,
  work: (dataSource: DataSource) => Promise<T>,
): Promise<T> {
  const unhurried = { ...config, databasePoolSize: 2, statementTimeoutMs: 0, lockTimeoutMs: 0 };
  const dataSource = dataSourceFor(connection, unhurried, [], { moreSettings: ON_A_CLUSTER });
  await dataSource.initialize();
  try {
    return await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

/** The same with the door for transactions, on a database whose schema is up to date; it is left as it is. */
export async function withUnitOfWork<T>(
  connection: ConnectionOptions,
  config: Config,
  work: (unitOfWork: UnitOfWork) => Promise<T>,
): Promise<T> {
  return withDataSource(connection, config, async (dataSource) => {
    if (!(await isUpToDate(dataSource))) {
      throw new EngineError('start_failed', 'The schema must be up to date; run first: npm run migrate');
    }
    const unhurried = { ...config, statementTimeoutMs: 0, lockTimeoutMs: 0 };
    const entrance = entranceOf(unhurried, await topologyOf(dataSource, config));
    return work(new UnitOfWork(dataSource, { ...sendOptions(unhurried, entrance), watch: null }));
  });
}

/** TypeORM's own answer to it would make the table of migrations where there is none. */
async function isUpToDate(dataSource: DataSource): Promise<boolean> {
  const runner = dataSource.createQueryRunner();
  try {
    if (!(await runner.hasTable('migrations'))) return false;
    const done = (await runner.query('SELECT name FROM migrations')) as { name: string }[];
    return MIGRATION_NAMES.every((needed) => done.some(({ name }) => name === needed));
  } finally {
    await runner.release();
  }
}
