import 'reflect-metadata';
import { loadConfig } from './config/config.js';
import { JsonLogger } from './http/json-logger.js';
import { reasonOf } from './start-failure.js';
import { startService } from './start.js';
import { stopOnSignals } from './stop-on-signals.js';

try {
  const config = loadConfig();
  const logger = new JsonLogger(config.logLevel);
  const { app, banner } = await startService(config, logger);
  stopOnSignals(app, config.shutdownSeconds, logger);
  console.log(banner);
} catch (error) {
  console.error(reasonOf(error));
  process.exit(1);
}
