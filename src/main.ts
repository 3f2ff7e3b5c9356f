import 'reflect-metadata';
import { setFlagsFromString } from 'node:v8';
import { loadConfig } from './config/config.js';
import { JsonLogger } from './http/json-logger.js';
import { engineFor } from './persistence/engines/index.js';
import { reasonOf } from './start-failure.js';
import { Stopping } from './stop-on-signals.js';

// V8 lets garbage lie while the machine has memory; many instances share one. Collect when the heap has grown by 60 %.
setFlagsFromString('--heap-growing-percent=60');

try {
  const config = loadConfig();
  // The application is loaded when the settings are known to be right: what is wrong with them is told at once.
  const { startService } = await import('./start.js');
  const logger = new JsonLogger(config.logLevel);
  const engine = engineFor(config, logger);
  const stopping = new Stopping(engine, config, logger);
  stopping.listen();
  const service = await startService(config, engine, logger).catch((error: unknown) => stopping.unlessAsked(error));
  stopping.started(service);
  console.log(service.banner);
} catch (error) {
  console.error(reasonOf(error));
  process.exit(1);
}
