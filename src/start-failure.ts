import { ConfigError } from './config/config.js';
import { EngineError } from './persistence/engines/index.js';

/** Why a start or a command failed: one line a reason for what an operator can mend, the stack for the rest. */
export function reasonOf(error: unknown): string {
  if (error instanceof ConfigError || error instanceof EngineError) return error.message;
  const { code = '', message, stack } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return `PORT must be a free port: ${message}.`;
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL')
    return `HOST and PORT must be an address to listen on: ${message}.`;
  const isDatabaseError =
    /^[0-9A-Z]{5}$/.test(code) || code.startsWith('E') || /timeout expired|terminated/.test(message);
  return isDatabaseError ? `DATABASE_URL must name a database that can be used: ${message}.` : (stack ?? message);
}
