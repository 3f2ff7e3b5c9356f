import type { LoggerService } from '@nestjs/common';
import { pino, type Logger } from 'pino';

/** The one log of the service: JSON lines on standard output. Never a token, a secret or a person's data. */
export class JsonLogger implements LoggerService {
  readonly #pino: Logger;

  /** `level` is one of pino's. */
  constructor(level: string) {
    this.#pino = pino({ level, base: { service: 'doorlist' }, timestamp: pino.stdTimeFunctions.isoTime });
  }

  log(message: unknown, context?: unknown): void {
    // Nest tells every route and module that it sets up; that is nothing for an operator.
    this.#pino.debug(entry(message, context));
  }

  info(message: unknown): void {
    this.#pino.info(entry(message, undefined));
  }

  warn(message: unknown, context?: unknown): void {
    this.#pino.warn(entry(message, context));
  }

  error(message: unknown, ...details: unknown[]): void {
    this.#pino.error(entry(message, details.at(-1)));
  }

  fatal(message: unknown, context?: unknown): void {
    this.#pino.fatal(entry(message, context));
  }

  debug(message: unknown, context?: unknown): void {
    this.#pino.debug(entry(message, context));
  }

  verbose(message: unknown, context?: unknown): void {
    this.#pino.trace(entry(message, context));
  }
}

function entry(message: unknown, context: unknown): object {
  const text = typeof message === 'object' && message !== null ? message : { msg: String(message) };
  return typeof context === 'string' ? { ...text, context } : text;
}
