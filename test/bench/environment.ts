import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { EmbeddedEngine } from '../../src/persistence/engines/embedded/embedded-engine.js';
import { ServerEngine, type DatabaseEngine } from '../../src/persistence/engines/index.js';
import { tokenOf } from '../support/api.js';
import { urlOf } from '../support/database-url.js';
import { startDoorlist, type DoorlistProcess } from '../support/doorlist-process.js';
import { PLATFORM_CLIENT } from '../support/test-state.js';
import { startChild, type Child } from './child.js';
import type { FloorOrder } from './floor-parts.js';
import { servedSql } from './served-sql.js';

const AUDIENCE = 'urn:doorlist:api';
const PIPELINES = 4;

/** One of the two that are compared. */
export interface Server {
  readonly url: string;
  readonly pid: number;
}

/** Who may do everything in a tenant. */
export interface Caller {
  readonly tenantId: string;
  readonly token: string;
}

/** Everything that the benchmark has started: a database of its own, the service, the floor and the driver. */
export interface Environment {
  readonly doorlist: Server;
  readonly floor: Server;
  readonly driver: Child;
  /** A connection to the database as its owner. */
  readonly admin: pg.Client;
  readonly databaseVersion: string;
  /** Makes an empty tenant. */
  newTenant(slug: string): Promise<Caller>;
  stop(): Promise<void>;
}

/** Stops one thing that was started. */
export type Stop = () => Promise<unknown>;

/** Stops what was started by then when the run is told to stop. */
export function stopOnSignals(stops: readonly Stop[]): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void stopAll(stops).finally(() => process.exit(1)));
  }
}

/** Starts everything; stops what it has started where a step fails, and when the run is told to stop. */
export async function startEnvironment(): Promise<Environment> {
  const stops: Stop[] = [];
  stopOnSignals(stops);
  try {
    return await assemble(stops);
  } catch (error) {
    await stopAll(stops);
    throw error;
  }
}

async function assemble(stops: Stop[]): Promise<Environment> {
  const databaseUrl = await makeDatabase(stops);
  const service = await startService(databaseUrl, stops);
  const admin = new pg.Client({ connectionString: databaseUrl });
  await admin.connect();
  stops.unshift(() => admin.end());
  await letTheOwnerIn(admin);
  const { rows } = await admin.query<{ server_version: string }>('SHOW server_version');
  const floor = startChild('./floor.ts');
  const driver = startChild('./driver.ts');
  stops.unshift(floor.stop, driver.stop);
  const floorUrl = await floor.ask<string>({
    databaseUrl,
    lanes: PIPELINES,
    issuer: service.url,
    audience: AUDIENCE,
    jwksUrl: await jwksUrlOf(service.url),
    ...(await servedSql()),
  } satisfies FloorOrder);
  return {
    doorlist: service,
    floor: { url: floorUrl, pid: floor.pid },
    driver,
    admin,
    databaseVersion: rows[0]?.server_version.split(' ')[0] ?? '',
    newTenant: (slug) => makeTenant(service.url, slug),
    stop: () => stopAll(stops),
  };
}

/** A new database on the embedded engine, or on the server of DATABASE_URL; nothing else there is touched. */
async function makeDatabase(stops: Stop[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'doorlist-bench-'));
  stops.unshift(() => rm(folder, { recursive: true, force: true }));
  // As root the database runs as another user, who must get through to its files; it keeps those to itself.
  await chmod(folder, 0o711);
  const engine = engineOfTheRun(folder);
  stops.unshift(() => engine.stop());
  const connection = await engine.start();
  const name = `doorlist_bench_${randomBytes(4).toString('hex')}`;
  const inServer = async (text: string): Promise<void> => {
    const client = new pg.Client({ connectionString: urlOf(connection) });
    await client.connect();
    await client.query(text).finally(() => client.end());
  };
  await inServer(`CREATE DATABASE ${name}`);
  stops.unshift(() => inServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  return urlOf(connection, name);
}

function engineOfTheRun(dataDir: string): DatabaseEngine {
  const url = process.env.DATABASE_URL;
  const log = { info: () => undefined, warn: (line: string) => console.warn(line) };
  return url ? new ServerEngine(url) : new EmbeddedEngine({ dataDir, log });
}

async function startService(databaseUrl: string, stops: Stop[]): Promise<DoorlistProcess> {
  const settings = {
    DATABASE_URL: databaseUrl,
    DATABASE_PIPELINES: String(PIPELINES),
    BOOTSTRAP_CLIENT_ID: PLATFORM_CLIENT.id,
    BOOTSTRAP_CLIENT_SECRET: PLATFORM_CLIENT.secret,
    TOKEN_AUDIENCE: AUDIENCE,
    LOG_LEVEL: 'warn',
  };
  const service = await startDoorlist(settings, { ownSession: true });
  stops.unshift(() => service.stop());
  return service;
}

/** A tenant with a caller who may do everything in it; by plain calls, so that the service need not build its OpenAPI document. */
export async function makeTenant(url: string, slug: string): Promise<Caller> {
  const platform = await tokenOf(url, PLATFORM_CLIENT.id, PLATFORM_CLIENT.secret);
  const post = async <Data>(path: string, body: object): Promise<Data> => {
    const headers = { authorization: `Bearer ${platform}`, 'content-type': 'application/json' };
    const answer = await fetch(`${url}/api/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`POST ${path} answered ${answer.status}: ${await answer.text()}`);
    return ((await answer.json()) as { data: Data }).data;
  };
  const tenant = await post<{ id: string }>('tenants', { slug, name: slug });
  const path = `tenants/${tenant.id}/api-clients`;
  const client = await post<{ client_id: string; client_secret: string }>(path, {
    name: 'Bench',
    scopes: ['tenantadmin'],
  });
  return { tenantId: tenant.id, token: await tokenOf(url, client.client_id, client.client_secret) };
}

/** Row-level security binds owners too (FORCE): not here, where the floor must do without it. The service still has it. */
async function letTheOwnerIn(admin: pg.Client): Promise<void> {
  const text = `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relforcerowsecurity`;
  const { rows } = await admin.query<{ relname: string }>(text);
  for (const { relname } of rows)
    await admin.query(`ALTER TABLE ${admin.escapeIdentifier(relname)} NO FORCE ROW LEVEL SECURITY`);
}

async function jwksUrlOf(issuer: string): Promise<string> {
  const answer = await fetch(`${issuer}/.well-known/openid-configuration`);
  return ((await answer.json()) as { jwks_uri: string }).jwks_uri;
}

/** Stops all, in this order, whatever fails meanwhile. */
export async function stopAll(stops: readonly Stop[]): Promise<void> {
  for (const stop of stops) await stop().catch((error: unknown) => console.error(error));
}
