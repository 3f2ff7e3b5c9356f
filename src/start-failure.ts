import { ConfigError } from './config/config.js';
import { DomainError } from './kernel/domain-error.js';
import { isUntrusted } from './persistence/database-errors.js';
import { EngineError } from './persistence/engines/index.js';

/** A start that failed for a reason that an operator can mend; the message is one line. */
class StartError extends Error {}

/** A command that cannot do what it was asked to; the message says why. */
export class CommandError extends Error {}

/** Why a start or a command failed: one line a reason for what an operator can mend, the stack for the rest. */
export function reasonOf(error: unknown): string {
  const mendable = [ConfigError, EngineError, StartError, CommandError, DomainError];
  if (error instanceof Error && mendable.some((kind) => error instanceof kind)) return error.message;
  const { code, path, message } = error as NodeJS.ErrnoException;
  if (code && path) return `DATA_DIR must be a folder that can be written: ${message}.`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Says which setting to look at where the database cannot be used. */
export function databaseFailure(error: unknown): never {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const isOfDatabase =
    /^[0-9A-Z]{5}$/.test(code) || code.startsWith('E') || isUntrusted(error) || /timeout|terminated/i.test(message);
  if (!isOfDatabase || error instanceof EngineError) throw error;
  throw new StartError(`DATABASE_URL must name a database that can be used: ${message.replace(/\s+/g, ' ')}.`);
}

/** Says which settings to look at where the service cannot listen. */
export function listenFailure(error: unknown): never {
  throw new StartError(`HOST and PORT must name an address of this machine that is free: ${(error as Error).message}.`);
}

/** The same for the port of the metrics. */
export function metricsFailure(error: unknown): never {
  throw new StartError(`METRICS_PORT must name a port of HOST that is free: ${(error as Error).message}.`);
}
