import type { Config } from '../config/config.js';
import type { JsonLogger } from '../http/json-logger.js';
import { databaseFailure } from '../start-failure.js';
import { engineFor, type ConnectionOptions } from '../persistence/engines/index.js';

/** What a command runs with. */
export interface CommandContext {
  readonly config: Config;
  readonly logger: JsonLogger;
}

/** One command of the command line: what it does in a word, and how. It answers the lines that it prints. */
export interface Command {
  readonly about: string;
  /** What stands behind its name, as the usage shows it; empty where nothing may. */
  readonly takes: string;
  /** Whether it works on the database alone and says no URL to anybody, so that it asks for none. */
  readonly servesNobody?: boolean;
  /** Reads what stands behind its name. Throws an Error that says what is wrong with it. */
  readonly prepare: (args: readonly string[]) => (context: CommandContext) => Promise<string[]>;
}

/** A command that takes nothing but its name. */
export function plainCommand(about: string, run: (context: CommandContext) => Promise<string[]>): Command {
  const prepare: Command['prepare'] = (args) => {
    if (args.length > 0) throw new Error(`It takes no arguments, not ${args.join(' ')}.`);
    return run;
  };
  return { about, takes: '', prepare };
}

/**
 * Runs `work` on the configured database. An embedded one that a running service owns is joined and left as it is; where
 * none runs, one is started and stopped again.
 */
export async function withDatabase<T>(
  { config, logger }: CommandContext,
  work: (connection: ConnectionOptions) => Promise<T>,
): Promise<T> {
  const engine = engineFor(config, logger, true);
  try {
    return await work(await engine.start()).catch(databaseFailure);
  } finally {
    await engine.stop();
  }
}
