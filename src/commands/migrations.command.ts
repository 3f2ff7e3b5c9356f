import { migrateDatabase, revertDatabase } from '../persistence/migrator.js';
import { withDatabase, type Command } from './command.js';

/** Brings the schema up to date. */
export const migrateCommand: Command = {
  about: 'bring the database schema up to date',
  run: (config, logger) =>
    withDatabase(config, logger, async (connection) => {
      const done = await migrateDatabase(connection, config);
      return done.length > 0 ? done.map((name) => `migrated ${name}`) : ['the schema is up to date'];
    }),
};

/** Takes the newest migration back. */
export const revertCommand: Command = {
  about: 'take the newest migration back, and its data with it',
  run: (config, logger) =>
    withDatabase(config, logger, async (connection) => {
      const name = await revertDatabase(connection, config);
      return [name === null ? 'there is no migration to take back' : `reverted ${name}`];
    }),
};
