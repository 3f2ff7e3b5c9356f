import type { Config } from '../../config/config.js';
import type { DatabaseEngine, EngineLog } from './database-engine.js';
import { EmbeddedEngine } from './embedded/embedded-engine.js';
import { ServerEngine } from './server-engine.js';

/** The engine that the configuration asks for: a server where DATABASE_URL names one, else an embedded one. */
export function engineFor(config: Config, log: EngineLog, attach = false): DatabaseEngine {
  if (config.databaseUrl !== null) return new ServerEngine(config.databaseUrl);
  return new EmbeddedEngine({ dataDir: config.dataDir, log, attach });
}
