import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { JsonLogger } from './http/json-logger.js';
import type { DatabaseEngine } from './persistence/engines/index.js';

const IDLE_SWEEP_MS = 100;
/** How long the application may take to close once its last connections were cut. */
const CUT_MS = 500;

/**
 * Stops the service in order on SIGTERM and SIGINT: no new connections, requests in flight answered (for at most
 * `seconds`, then they are cut), the database closed and, where it is embedded, stopped. During the start there is
 * nothing but the engine to stop.
 */
export class Stopping {
  #app: NestFastifyApplication | null = null;
  #asked = false;

  constructor(
    private readonly engine: DatabaseEngine,
    private readonly seconds: number,
    private readonly logger: JsonLogger,
  ) {}

  listen(): void {
    process.on('SIGTERM', (signal) => void this.#stop(signal));
    process.on('SIGINT', (signal) => void this.#stop(signal));
  }

  /** From now on there is an application to stop. */
  started(app: NestFastifyApplication): void {
    this.#app = app;
    if (this.#asked) void app.close();
  }

  /** A start that fails because it was told to stop has not failed: it waits for the end of the process. */
  async unlessAsked(error: unknown): Promise<never> {
    if (!this.#asked) throw error;
    return new Promise<never>(() => undefined);
  }

  async #stop(signal: string): Promise<void> {
    if (this.#asked) return;
    this.#asked = true;
    this.logger.info({ msg: 'stopping', signal });
    const server = this.#app?.getHttpServer();
    const deadline = setTimeout(() => {
      server?.closeAllConnections();
      // What still waits in the database is not waited for: it ends with its connections.
      setTimeout(() => void this.engine.stop().finally(() => process.exit()), CUT_MS);
    }, this.seconds * 1000);
    // A connection that was busy when closing began, such as an ingress keeps, is idle once its answer is out.
    const sweep = setInterval(() => server?.closeIdleConnections(), IDLE_SWEEP_MS);
    try {
      await (this.#app ? this.#app.close() : this.engine.stop());
      clearTimeout(deadline);
      clearInterval(sweep);
      this.logger.info({ msg: 'stopped' });
    } catch (error) {
      this.logger.error({ msg: 'stopping failed', reason: String(error) });
      process.exitCode = 1;
    }
    process.exit();
  }
}
