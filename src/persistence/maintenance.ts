import type { DataSource } from 'typeorm';
import type { Config } from '../config/config.js';
import { dataSourceFor } from './data-source.js';
import { EngineError, type ConnectionOptions } from './engines/index.js';
import { MIGRATION_NAMES } from './migration-names.js';
import { sendOptions } from './servers.js';
import { UnitOfWork } from './unit-of-work.js';

/** Runs `work` over connections of its own, without the time limits of requests. */
export async function withDataSource<T>(
  connection: ConnectionOptions,
  config: Config,
  work: (dataSource: DataSource) => Promise<T>,
): Promise<T> {
  const unhurried = { ...config, databasePoolSize: 2, statementTimeoutMs: 0, lockTimeoutMs: 0 };
  const dataSource = dataSourceFor(connection, unhurried, []);
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
    return work(new UnitOfWork(dataSource, { ...sendOptions(unhurried), watch: null }));
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
