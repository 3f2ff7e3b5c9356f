import { createServer } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ENTITIES } from './app.entities.js';
import { createApplication, serveDocs } from './app.setup.js';
import type { Config } from './config/config.js';
import { keepDemoNote, readDemoNote } from './demo/demo-note.js';
import { createDemoTenant, isStillThere, type DemoTenant } from './demo/demo-tenant.js';
import type { JsonLogger } from './http/json-logger.js';
import { ClientDirectory } from './modules/api-clients/index.js';
import { Draining } from './modules/health/index.js';
import { SigningKeysService } from './modules/oauth/index.js';
import type { DatabaseEngine } from './persistence/engines/index.js';
import { openPersistence } from './persistence/persistence.js';
import { databaseFailure, listenFailure, metricsFailure } from './start-failure.js';
import { startBanner } from './start-banner.js';
import { openMetrics, openTelemetry, serveMetrics, type Metrics, type Telemetry } from './telemetry/index.js';
import { VERSION } from './version.js';

/** A service that listens. */
interface RunningService {
  readonly app: NestFastifyApplication;
  readonly banner: string;
  readonly beginDraining: () => void;
  /** Ends what is served and told beside the application, when that has ended. */
  readonly closeTelemetry: () => Promise<void>;
}

/** Starts everything in order: database, schema, application, first data, and at last the port. */
export async function startService(
  config: Config,
  engine: DatabaseEngine,
  logger: JsonLogger,
): Promise<RunningService> {
  const port = config.port === 0 ? await freePort(config.host).catch(listenFailure) : config.port;
  const url = config.publicUrl ?? `http://${hostInUrls(config.host)}:${port}`;
  const telemetry = await openTelemetry(config, logger, VERSION);
  const observers = { log: logger, watch: telemetry.watch };
  const persistence = await openPersistence(engine, config, ENTITIES, observers).catch(databaseFailure);
  const metrics = await openMetrics(config, telemetry.tallies, { version: VERSION, load: persistence.load });
  const foundations = { config, issuer: url, persistence, telemetry, metrics, logger };
  const app = await createApplication(foundations).catch(async (error: unknown) => {
    await persistence.close();
    throw error;
  });
  try {
    const demo = await prepareData(app, config);
    if (config.docsEnabled) serveDocs(app, url, demo?.tenantId ?? null);
    const closeTelemetry = await serveTelemetry(config, telemetry, metrics);
    await app.listen({ port, host: config.host }).catch(listenFailure);
    const banner = startBanner({ version: VERSION, engine: engine.describe(), url, docs: config.docsEnabled, demo });
    return { app, banner, closeTelemetry, beginDraining: () => app.get(Draining).begin() };
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** Serves metrics where they have a port of their own; answers what ends that, and sends the last traces. */
async function serveTelemetry(
  { host, metricsPort: port, metricsPath }: Config,
  { tracer }: Telemetry,
  metrics: Metrics | null,
): Promise<() => Promise<void>> {
  const path = metricsPath ?? '/metrics';
  const server =
    metrics && port !== null ? await serveMetrics(metrics, { host, port, path }).catch(metricsFailure) : null;
  return async () => {
    server?.close();
    server?.closeAllConnections();
    await tracer?.close();
  };
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
