import type { DataSource } from 'typeorm';
import type { Config } from '../config/config.js';
import type { JsonLogger } from '../http/json-logger.js';
import { dataSourceFor } from '../persistence/data-source.js';
import { migrate, revertLast } from '../persistence/migrator.js';
import { withDatabase, type Command } from './command.js';

/** Brings the schema up to date. */
export const migrateCommand: Command = {
  about: 'bring the database schema up to date',
  run: (config, logger) =>
    withDataSource(config, logger, async (dataSource) => {
      const done = await migrate(dataSource);
      return done.length > 0 ? done.map((name) => `migrated ${name}`) : ['the schema is up to date'];
    }),
};

/** Takes the newest migration back. */
export const revertCommand: Command = {
  about: 'take the newest migration back, and its data with it',
  run: (config, logger) =>
    withDataSource(config, logger, async (dataSource) => {
      const name = await revertLast(dataSource);
      return [name === null ? 'there is no migration to take back' : `reverted ${name}`];
    }),
};

async function withDataSource<T>(
  config: Config,
  logger: JsonLogger,
  work: (dataSource: DataSource) => Promise<T>,
): Promise<T> {
  return withDatabase(config, logger, async (connection) => {
    const dataSource = dataSourceFor(connection, config, []);
    await dataSource.initialize();
    try {
      return await work(dataSource);
    } finally {
      await dataSource.destroy();
    }
  });
}
