import { deepStrictEqual } from 'node:assert';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { EmbeddedEngine } from '../../src/persistence/engines/embedded/embedded-engine.js';
import { ServerEngine, type DatabaseEngine } from '../../src/persistence/engines/index.js';
import { tokenOf } from '../support/api.js';
import { urlOf } from '../support/database-url.js';
import { startDoorlist, type DoorlistProcess } from '../support/doorlist-process.js';
import { PLATFORM_CLIENT } from '../support/test-state.js';
import { startChild, type Child } from './child.js';
import { makeData, type BenchData } from './data.js';
import type { DriverReport } from './driver.js';
import type { FloorOrder } from './floor.js';
import type { Row } from './rows.js';
import { servedSql } from './served-sql.js';

const PER_PAGE = 50;
const AUDIENCE = 'urn:doorlist:api';
const PIPELINES = 4;
const QUIET_LIMIT_MS = 30_000;

/** One of the two that are compared. */
export interface Server {
  readonly url: string;
  readonly pid: number;
}

type Stop = () => Promise<unknown>;

/** Everything that the benchmark has started: a database of its own with data, the service, the floor and the driver. */
export class Bench {
  constructor(
    readonly doorlist: Server,
    readonly floor: Server,
    readonly data: BenchData,
    private readonly caller: { readonly tenantId: string; readonly token: string },
    private readonly tools: {
      readonly admin: pg.Client;
      readonly driver: Child;
      readonly version: string;
      readonly stops: Stop[];
    },
  ) {}

  get tenantId(): string {
    return this.caller.tenantId;
  }

  get databaseVersion(): string {
    return this.tools.version;
  }

  /** One burst of load; `burst` is its number in the row. */
  async drive(server: Server, row: Row, burst: number, seconds: number): Promise<DriverReport> {
    const { token } = this.caller;
    return this.tools.driver.ask<DriverReport>({
      url: server.url,
      token,
      seconds,
      connections: row.connectionsOf(burst),
    });
  }

  /** Throws where the two servers answer a row's first requests differently, but for what differs by nature. */
  async compare(row: Row, floorRow: Row): Promise<void> {
    const ours = await this.#firstAnswers(this.doorlist, row);
    const theirs = await this.#firstAnswers(this.floor, floorRow);
    deepStrictEqual(theirs, ours, `${row.name}: the floor answers something else.`);
  }

  /** A cursor that opens the page in the middle; throws where the application has not exactly `users` of them. */
  async cursorInTheMiddle(server: Server, applicationId: string, users: number): Promise<string> {
    const path = `/api/v1/tenants/${this.tenantId}/applications/${applicationId}/effective-users`;
    const body = await this.#get(server, `${path}?page=${users / PER_PAGE / 2}&per_page=${PER_PAGE}`);
    const { pagination } = body as { pagination: { total_items: number; next_cursor: string } };
    if (pagination.total_items !== users)
      throw new Error(`${pagination.total_items} effective users, not ${users}, at ${server.url}.`);
    return pagination.next_cursor;
  }

  /** Waits until the database works on nothing. */
  async quiet(): Promise<void> {
    const text = `SELECT count(*)::int AS busy FROM pg_stat_activity
                   WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid() AND backend_type = 'client backend'`;
    const until = Date.now() + QUIET_LIMIT_MS;
    for (;;) {
      const { rows } = await this.tools.admin.query<{ busy: number }>(text);
      if (rows[0]?.busy === 0) return;
      if (Date.now() > until) throw new Error(`The database is still busy after ${QUIET_LIMIT_MS / 1000} s.`);
      await sleep(20);
    }
  }

  async stop(): Promise<void> {
    await stopAll(this.tools.stops);
  }

  /** The first read, or the first write and the one that takes it back. */
  async #firstAnswers(server: Server, row: Row): Promise<unknown[]> {
    const requests = row.connectionsOf(0)[0]?.slice(0, row.kind === 'write' ? 2 : 1) ?? [];
    const answers: unknown[] = [];
    for (const { method, path, body } of requests) {
      const headers = {
        authorization: `Bearer ${this.caller.token}`,
        ...(body && { 'content-type': 'application/json' }),
      };
      const answer = await fetch(server.url + path, { method, headers, ...(body && { body }) });
      const text = await answer.text();
      answers.push([answer.status, text && withoutChance(JSON.parse(text))]);
    }
    return answers;
  }

  async #get(server: Server, path: string): Promise<unknown> {
    const answer = await fetch(server.url + path, { headers: { authorization: `Bearer ${this.caller.token}` } });
    if (!answer.ok) throw new Error(`${server.url}${path} answered ${answer.status}: ${await answer.text()}`);
    return answer.json();
  }
}

/** Starts everything; stops what it has started where a step fails, and when the run is told to stop. */
export async function startBench(): Promise<Bench> {
  const stops: Stop[] = [];
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stopAll(stops).finally(() => process.exit(1)));
  }
  try {
    return await assemble(stops);
  } catch (error) {
    await stopAll(stops);
    throw error;
  }
}

async function assemble(stops: Stop[]): Promise<Bench> {
  const databaseUrl = await makeDatabase(stops);
  const service = await startService(databaseUrl, stops);
  const caller = await makeTenant(service.url);
  const admin = new pg.Client({ connectionString: databaseUrl });
  await admin.connect();
  stops.unshift(() => admin.end());
  await letTheOwnerIn(admin);
  const data = await makeData(admin, caller.tenantId);
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
    sql: await servedSql(),
  } satisfies FloorOrder);
  return new Bench(service, { url: floorUrl, pid: floor.pid }, data, caller, {
    admin,
    driver,
    version: rows[0]?.server_version.split(' ')[0] ?? '',
    stops,
  });
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
  const service = await startDoorlist({
    DATABASE_URL: databaseUrl,
    DATABASE_PIPELINES: String(PIPELINES),
    BOOTSTRAP_CLIENT_ID: PLATFORM_CLIENT.id,
    BOOTSTRAP_CLIENT_SECRET: PLATFORM_CLIENT.secret,
    TOKEN_AUDIENCE: AUDIENCE,
    LOG_LEVEL: 'warn',
  });
  stops.unshift(() => service.stop());
  return service;
}

/** A tenant with a caller who may do everything in it; by plain calls, so that the service need not build its OpenAPI document. */
async function makeTenant(url: string): Promise<{ tenantId: string; token: string }> {
  const platform = await tokenOf(url, PLATFORM_CLIENT.id, PLATFORM_CLIENT.secret);
  const post = async <Data>(path: string, body: object): Promise<Data> => {
    const headers = { authorization: `Bearer ${platform}`, 'content-type': 'application/json' };
    const answer = await fetch(`${url}/api/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`POST ${path} answered ${answer.status}: ${await answer.text()}`);
    return ((await answer.json()) as { data: Data }).data;
  };
  const tenant = await post<{ id: string }>('tenants', { slug: 'bench', name: 'Bench' });
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

/** An answer without what two servers never say alike: request ids, moments, new ids and cursors. */
function withoutChance(body: unknown): unknown {
  const { data, pagination } = body as { data: object; pagination?: object };
  const isNew = 'assigned_by' in data;
  return {
    data: isNew ? { ...data, id: null, assigned_at: null } : data,
    pagination: { ...pagination, next_cursor: null },
  };
}

async function stopAll(stops: readonly Stop[]): Promise<void> {
  for (const stop of stops) await stop().catch((error: unknown) => console.error(error));
}
