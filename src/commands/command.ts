import type { Config } from '../config/config.js';
import type { JsonLogger } from '../http/json-logger.js';
import { databaseFailure } from '../start-failure.js';
import { engineFor, type ConnectionOptions } from '../persistence/engines/index.js';

/** One command of the command line: what it does in a word, and how. It answers the lines that it prints. */
export interface Command {
  readonly about: string;
  readonly run: (config: Config, logger: JsonLogger) => Promise<string[]>;
}

/**
 * Runs `work` on the configured database. An embedded one that a running service owns is joined and left as it is; where
 * none runs, one is started and stopped again.
 */
export async function withDatabase<T>(
  config: Config,
  logger: JsonLogger,
  work: (connection: ConnectionOptions) => Promise<T>,
): Promise<T> {
  const engine = engineFor(config, logger, true);
  try {
    return await work(await engine.start()).catch(databaseFailure);
  } finally {
    await engine.stop();
  }
}
