import { migrateDatabase, revertDatabase } from '../persistence/migrator.js';
import { plainCommand, withDatabase, type Command } from './command.js';

/** Brings the schema up to date. */
export const migrateCommand: Command = {
  ...plainCommand('bring the database schema up to date', (context) =>
    withDatabase(context, async (connection) => {
      const done = await migrateDatabase(connection, context.config);
      return done.length > 0 ? done : ['the schema is up to date'];
    }),
  ),
  servesNobody: true,
};

/** Takes the newest migration back. */
export const revertCommand: Command = {
  ...plainCommand('take the newest migration back, and its data with it', (context) =>
    withDatabase(context, async (connection) => {
      const name = await revertDatabase(connection, context.config);
      return [name === null ? 'there is no migration to take back' : `reverted ${name}`];
    }),
  ),
  servesNobody: true,
};
