import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { AppModule } from './app.module.js';
import type { Config } from './config/config.js';
import { AllowedMethods } from './http/allowed-methods.js';
import { basePathOf } from './config/ingress-types.js';
import { withoutBasePath } from './http/base-path.js';
import { acceptJsonOnly } from './http/body-parser.js';
import { compressAnswers } from './http/compression.js';
import { allowOrigins } from './http/cross-origin.js';
import { answerTokens } from './http/consistency.js';
import { limitArrival } from './http/arrival.js';
import { MOST_HEAD_BYTES, limitUrls } from './http/long-urls.js';
import { requireOneHost } from './http/one-host.js';
import { addHooks, requestIdOf } from './http/fastify-hooks.js';
import type { JsonLogger } from './http/json-logger.js';
import { answerClientError, answerConnect, answerExpectation, answerFrameworkError } from './http/raw-refusals.js';
import { addSecurityHeaders } from './http/security-headers.js';
import { dropSlowReaders } from './http/slow-readers.js';
import { serveDocument } from './http/openapi/serve-document.js';
import { OAUTH_OPERATIONS, mountOAuth } from './modules/oauth/index.js';
import type { Persistence } from './persistence/persistence.js';
import { RateLimits, limitAddresses } from './security/rate-limits/index.js';
import { serveMetricsAt, type Metrics, type Telemetry, observeRequests } from './telemetry/index.js';
import { VERSION } from './version.js';

/** Longest path parameter that is read at all; ids are 36 characters. */
const LONGEST_PARAMETER = 200;

/** What an application is built on. */
export interface Foundations {
  readonly config: Config;
  /** The URL under which callers reach the service, and the issuer of its tokens. */
  readonly issuer: string;
  readonly persistence: Persistence;
  readonly telemetry: Telemetry;
  /** Null where nobody asks for them. */
  readonly metrics: Metrics | null;
  readonly logger: JsonLogger;
}

/** Builds the whole application on an open database; it does not listen yet. */
export async function createApplication(foundations: Foundations): Promise<NestFastifyApplication> {
  const { config, issuer, persistence, telemetry, logger } = foundations;
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(config, issuer, persistence, telemetry.tallies),
    adapterFor(config, issuer),
    { logger, bodyParser: false, abortOnError: false },
  );
  addEverythingToAll(app, foundations);
  await mountOAuth(app);
  await app.init();
  return app;
}

function adapterFor(config: Config, issuer: string): FastifyAdapter {
  const base = basePathOf(issuer);
  return new FastifyAdapter({
    genReqId: requestIdOf,
    requestIdHeader: false,
    bodyLimit: config.bodyLimitBytes,
    http: {
      maxHeaderSize: MOST_HEAD_BYTES,
      // Refused by requireOneHost, in the words of the surface.
      requireHostHeader: false,
      headersTimeout: config.clientTimeoutMs,
      connectionsCheckingInterval: Math.min(30_000, config.clientTimeoutMs / 2),
    },
    routerOptions: { maxParamLength: LONGEST_PARAMETER, ignoreTrailingSlash: true },
    trustProxy: config.trustedProxies.length > 0 ? [...config.trustedProxies] : false,
    ...(base === '' ? {} : { rewriteUrl: withoutBasePath(base) }),
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    // Watched by limitArrival: a file may take longer than any other body.
    requestTimeout: 0,
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: answerClientError(withoutBasePath(base)),
  });
}

/** What every request passes, in this order, whatever becomes of it. */
function addEverythingToAll(
  app: NestFastifyApplication,
  { config, issuer, persistence, telemetry, metrics, logger }: Foundations,
): void {
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  app.get(AllowedMethods).watch(fastify);
  allowOrigins(app, config.corsOrigins);
  observeRequests(fastify, metrics, telemetry.tracer);
  addSecurityHeaders(fastify, issuer);
  addHooks(fastify, { publicUrl: issuer, serverTiming: config.serverTiming, log: logger });
  if (config.databaseReplicaUrls.length > 0) answerTokens(fastify, persistence.replicas);
  requireOneHost(fastify);
  limitUrls(fastify);
  limitArrival(fastify, config.clientTimeoutMs);
  limitAddresses(fastify, app.get(RateLimits));
  if (config.compression) compressAnswers(fastify);
  dropSlowReaders(fastify, config.clientTimeoutMs);
  acceptJsonOnly(fastify);
  fastify.server.on('checkExpectation', answerExpectation(withoutBasePath(basePathOf(issuer))));
  fastify.server.on('connect', answerConnect);
  if (metrics && config.metricsPort === null && config.metricsPath !== null) {
    serveMetricsAt(fastify, config.metricsPath, metrics);
  }
}

/** Serves Swagger UI; to be called before the application listens. `tenantId` is filled in where there is one to try. */
export function serveDocs(app: NestFastifyApplication, publicUrl: string, tenantId: string | null): void {
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  fastify.get('/', (_request, reply) => reply.redirect(`${publicUrl}/docs`));
  serveDocument(app, { version: VERSION, publicUrl, morePaths: OAUTH_OPERATIONS, tenantId });
}
