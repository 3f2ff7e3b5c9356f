import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { JsonLogger } from './http/json-logger.js';

/**
 * Stops the service in order on SIGTERM and SIGINT: no new connections, requests in flight answered (for at most
 * `seconds`, then they are cut), the database closed and, where it is embedded, stopped.
 */
export function stopOnSignals(app: NestFastifyApplication, seconds: number, logger: JsonLogger): void {
  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    logger.info({ msg: 'stopping', signal });
    const deadline = setTimeout(() => app.getHttpServer().closeAllConnections(), seconds * 1000);
    try {
      await app.close();
      clearTimeout(deadline);
      logger.info({ msg: 'stopped' });
    } catch (error) {
      logger.error({ msg: 'stopping failed', reason: String(error) });
      process.exitCode = 1;
    }
    process.exit();
  };
  process.on('SIGTERM', (signal) => void stop(signal));
  process.on('SIGINT', (signal) => void stop(signal));
}
