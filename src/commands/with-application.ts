import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ENTITIES } from '../app.entities.js';
import { AppModule } from '../app.module.js';
import { engineFor } from '../persistence/engines/index.js';
import { Tallies } from '../kernel/tallies.js';
import { openPersistence } from '../persistence/persistence.js';
import { databaseFailure } from '../start-failure.js';
import type { CommandContext } from './command.js';

/** Runs `work` with all rooms of the application on the configured database; see `withDatabase`. */
export async function withApplication<T>(
  { config, logger }: CommandContext,
  work: (app: INestApplicationContext) => Promise<T>,
): Promise<T> {
  const engine = engineFor(config, logger, true);
  const observers = { log: logger, watch: null };
  const persistence = await openPersistence(engine, config, ENTITIES, observers).catch(databaseFailure);
  const issuer = config.publicUrl ?? 'http://localhost';
  const app = await NestFactory.createApplicationContext(
    AppModule.forRoot(config, issuer, persistence, new Tallies()),
    { logger },
  );
  try {
    return await work(app);
  } finally {
    await app.close();
  }
}
