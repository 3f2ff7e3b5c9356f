import 'reflect-metadata';
import { ConfigError, loadConfig } from './config/config.js';
import { JsonLogger } from './http/json-logger.js';
import { EngineError } from './persistence/engines/index.js';
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

/** One line a reason for what an operator can mend; the stack for what only a developer can. */
function reasonOf(error: unknown): string {
  if (error instanceof ConfigError || error instanceof EngineError) return error.message;
  const { code, message, stack } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return `PORT must be a free port: ${message}.`;
  if (code?.startsWith('E') || /^\d|^[A-Z0-9]{5}$/.test(code ?? '')) return `The database cannot be used: ${message}`;
  return stack ?? message;
}
