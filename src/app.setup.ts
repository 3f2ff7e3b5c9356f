import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { AppModule } from './app.module.js';
import type { Config } from './config/config.js';
import { AllowedMethods } from './http/allowed-methods.js';
import { acceptJsonOnly } from './http/body-parser.js';
import { answerTokens } from './http/consistency.js';
import { limitArrival } from './http/arrival.js';
import { MOST_HEAD_BYTES, limitUrls } from './http/long-urls.js';
import { addHooks, requestIdOf } from './http/fastify-hooks.js';
import type { JsonLogger } from './http/json-logger.js';
import { answerClientError, answerFrameworkError } from './http/raw-refusals.js';
import { serveDocument } from './http/openapi/serve-document.js';
import { OAUTH_OPERATIONS, mountOAuth } from './modules/oauth/index.js';
import type { Persistence } from './persistence/persistence.js';
import { VERSION } from './version.js';

/** Longest path parameter that is read at all; ids are 36 characters. */
const LONGEST_PARAMETER = 200;

/** Longest time for which a request may arrive. */
const REQUEST_TIMEOUT_MS = 60_000;

/** Builds the whole application on an open database; it does not listen yet. */
export async function createApplication(
  config: Config,
  issuer: string,
  persistence: Persistence,
  logger: JsonLogger,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    genReqId: requestIdOf,
    requestIdHeader: false,
    bodyLimit: config.bodyLimitBytes,
    http: { maxHeaderSize: MOST_HEAD_BYTES },
    routerOptions: { maxParamLength: LONGEST_PARAMETER, ignoreTrailingSlash: true },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    // Watched by limitArrival: a file may take longer than any other body.
    requestTimeout: 0,
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: answerClientError,
  });
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(config, issuer, persistence),
    adapter,
    { logger, bodyParser: false, abortOnError: false },
  );
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  app.get(AllowedMethods).watch(fastify);
  addHooks(fastify, { publicUrl: issuer, serverTiming: config.serverTiming, log: logger });
  if (config.databaseReplicaUrls.length > 0) answerTokens(fastify, persistence.replicas);
  limitUrls(fastify);
  limitArrival(fastify, REQUEST_TIMEOUT_MS);
  acceptJsonOnly(fastify);
  await mountOAuth(app);
  await app.init();
  return app;
}

/** Serves Swagger UI; to be called before the application listens. `tenantId` is filled in where there is one to try. */
export function serveDocs(app: NestFastifyApplication, publicUrl: string, tenantId: string | null): void {
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  fastify.get('/', (_request, reply) => reply.redirect(`${publicUrl}/docs`));
  serveDocument(app, { version: VERSION, publicUrl, morePaths: OAUTH_OPERATIONS, tenantId });
}
