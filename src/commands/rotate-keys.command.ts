import { NestFactory } from '@nestjs/core';
import { ENTITIES } from '../app.entities.js';
import { AppModule } from '../app.module.js';
import { SigningKeysService } from '../modules/oauth/index.js';
import { engineFor } from '../persistence/engines/index.js';
import { openPersistence } from '../persistence/persistence.js';
import { databaseFailure } from '../start-failure.js';
import type { Command } from './command.js';

/** Makes a new signing key; every instance takes it over by itself, and tokens of the old one stay good until they end. */
export const rotateKeysCommand: Command = {
  about: 'make a new key for signing tokens',
  run: async (config, logger) => {
    const onLost = (error: Error): void => logger.warn({ msg: 'database connection lost', reason: error.message });
    const persistence = await openPersistence(engineFor(config, logger, true), config, ENTITIES, onLost).catch(
      databaseFailure,
    );
    const issuer = config.publicUrl ?? 'http://localhost';
    const app = await NestFactory.createApplicationContext(AppModule.forRoot(config, issuer, persistence), { logger });
    try {
      const { kid, signsInSeconds, removed } = await app.get(SigningKeysService).rotate();
      return [`key ${kid} is published now and signs in ${signsInSeconds} s; ${removed} ended keys were removed`];
    } finally {
      await app.close();
    }
  },
};
