import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from './config/config.js';
import type { JsonLogger } from './http/json-logger.js';
import type { DatabaseEngine } from './persistence/engines/index.js';

const IDLE_SWEEP_MS = 100;
/** How long the application may take to close once its last connections were cut. */
const CUT_MS = 500;
/**
 * How long an idle connection is kept once no new ones are taken, where an ingress was given time to look away: it may just
 * be sending a request on it, and what it has sent it may not send again. By then it has met the closed door and keeps away.
 */
const LINGER_MS = 1000;

/** What runs and is to be stopped. */
interface Started {
  readonly app: NestFastifyApplication;
  /** Lets it no longer be ready. */
  readonly beginDraining: () => void;
  readonly closeTelemetry: () => Promise<void>;
}

type Server = ReturnType<NestFastifyApplication['getHttpServer']>;

/**
 * Stops the service in order on SIGTERM and SIGINT: no longer ready but answering as before for DRAIN_SECONDS (a second
 * signal ends that), then no new connections, requests in flight answered (for at most SHUTDOWN_SECONDS, then they are
 * cut), the database closed and, where it is embedded, stopped. During the start there is nothing but the engine to stop.
 */
export class Stopping {
  #started: Started | null = null;
  #asked = false;
  #endDrain: () => void = () => undefined;

  constructor(
    private readonly engine: DatabaseEngine,
    private readonly config: Pick<Config, 'drainSeconds' | 'shutdownSeconds'>,
    private readonly logger: JsonLogger,
  ) {}

  listen(): void {
    process.on('SIGTERM', (signal) => void this.#stop(signal));
    process.on('SIGINT', (signal) => void this.#stop(signal));
  }

  /** From now on there is an application to stop. */
  started(started: Started): void {
    this.#started = started;
    if (this.#asked) void started.app.close();
  }

  /** A start that fails because it was told to stop has not failed: it waits for the end of the process. */
  async unlessAsked(error: unknown): Promise<never> {
    if (!this.#asked) throw error;
    return new Promise<never>(() => undefined);
  }

  async #stop(signal: string): Promise<void> {
    if (this.#asked) {
      this.#endDrain();
      return;
    }
    this.#asked = true;
    this.logger.info({ msg: 'stopping', signal });
    try {
      if (this.#started) await this.#stopServing(this.#started);
      else await this.engine.stop();
      this.logger.info({ msg: 'stopped' });
    } catch (error) {
      this.logger.error({ msg: 'stopping failed', reason: String(error) });
      process.exitCode = 1;
    }
    process.exit();
  }

  async #stopServing({ app, beginDraining, closeTelemetry }: Started): Promise<void> {
    beginDraining();
    await this.#drain();
    const server = app.getHttpServer();
    const deadline = setTimeout(() => {
      server.closeAllConnections();
      // What still waits in the database is not waited for: it ends with its connections.
      setTimeout(() => void this.engine.stop().finally(() => process.exit()), CUT_MS);
    }, this.config.shutdownSeconds * 1000);
    const sweep = closeIdleConnections(server, this.config.drainSeconds > 0 ? LINGER_MS : 0);
    await app.close();
    clearInterval(sweep);
    await closeTelemetry();
    clearTimeout(deadline);
  }

  async #drain(): Promise<void> {
    const { drainSeconds } = this.config;
    if (drainSeconds === 0) return;
    await new Promise<void>((resolve) => {
      this.#endDrain = resolve;
      setTimeout(resolve, drainSeconds * 1000);
    });
  }
}

/** A connection that was busy when closing began, such as an ingress keeps, is idle once its answer is out. */
function closeIdleConnections(server: Server, lingerMs: number): NodeJS.Timeout {
  const closeIdle = server.closeIdleConnections.bind(server);
  const from = performance.now() + lingerMs;
  // Node and Fastify close idle connections as soon as they close the door; it is for the sweep to say when.
  if (lingerMs > 0) server.closeIdleConnections = () => undefined;
  return setInterval(() => {
    if (performance.now() >= from) closeIdle();
  }, IDLE_SWEEP_MS);
}
