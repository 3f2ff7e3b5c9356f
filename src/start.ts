import { createServer } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ENTITIES } from './app.entities.js';
import { createApplication, serveDocs } from './app.setup.js';
import type { Config } from './config/config.js';
import { keepDemoNote, readDemoNote } from './demo/demo-note.js';
import { createDemoTenant, isStillThere, type DemoTenant } from './demo/demo-tenant.js';
import type { JsonLogger } from './http/json-logger.js';
import { ClientDirectory } from './modules/api-clients/index.js';
import { SigningKeysService } from './modules/oauth/index.js';
import type { DatabaseEngine } from './persistence/engines/index.js';
import { openPersistence } from './persistence/persistence.js';
import { databaseFailure, listenFailure } from './start-failure.js';
import { startBanner } from './start-banner.js';
import { VERSION } from './version.js';

/** A service that listens. */
interface RunningService {
  readonly app: NestFastifyApplication;
  readonly banner: string;
}

/** Starts everything in order: database, schema, application, first data, and at last the port. */
export async function startService(
  config: Config,
  engine: DatabaseEngine,
  logger: JsonLogger,
): Promise<RunningService> {
  const port = config.port === 0 ? await freePort(config.host).catch(listenFailure) : config.port;
  const url = config.publicUrl ?? `http://${hostInUrls(config.host)}:${port}`;
  const persistence = await openPersistence(engine, config, ENTITIES, logger).catch(databaseFailure);
  const app = await createApplication(config, url, persistence, logger).catch(async (error: unknown) => {
    await persistence.close();
    throw error;
  });
  try {
    const demo = await prepareData(app, config);
    if (config.docsEnabled) serveDocs(app, url, demo?.tenantId ?? null);
    await app.listen({ port, host: config.host }).catch(listenFailure);
    const banner = startBanner({ version: VERSION, engine: engine.describe(), url, docs: config.docsEnabled, demo });
    return { app, banner };
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** The platform's first client and the demo tenant, where they are wanted and not there. */
async function prepareData(app: NestFastifyApplication, config: Config): Promise<DemoTenant | null> {
  await app.get(SigningKeysService).ensureKey();
  const { bootstrapClientId, bootstrapClientSecret, dataDir } = config;
  if (bootstrapClientId !== null && bootstrapClientSecret !== null) {
    await app.get(ClientDirectory).ensurePlatformClient(bootstrapClientId, bootstrapClientSecret);
  }
  const isEmbedded = config.databaseUrl === null;
  if (!(config.demoData ?? isEmbedded)) return null;
  const keep = (demo: DemoTenant): Promise<void> => (isEmbedded ? keepDemoNote(dataDir, demo) : Promise.resolve());
  const made = await createDemoTenant(app, keep);
  const known = made ?? (isEmbedded ? await readDemoNote(dataDir) : null);
  return known && (await isStillThere(app, known)) ? known : null;
}

/** What callers on this machine call it by: all addresses, and the loopback one, are `localhost`. */
function hostInUrls(host: string): string {
  if (['0.0.0.0', '::', '127.0.0.1', '::1'].includes(host)) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

/** A port that is free at this moment, needed before listening because the tokens' issuer holds it. */
async function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, host, () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
  });
}
