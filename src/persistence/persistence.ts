import { randomBytes } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { Config } from '../config/config.js';
import { CursorCodec } from '../kernel/cursor.js';
import { PlatformScope, SYSTEM_ACTOR } from '../kernel/scope.js';
import { BulkConnections } from './bulk/index.js';
import { connectionConfig, dataSourceFor, type EntityClass } from './data-source.js';
import { ENTRANCES } from './database-role.js';
import { Database } from './database.js';
import { EngineError, type ConnectionOptions, type DatabaseEngine } from './engines/index.js';
import { migrateDatabase } from './migrator.js';
import { Paginator } from './paginator.js';
import { ExclusiveConnections } from './pipeline/exclusive-connections.js';
import { PipelinePool } from './pipeline/pipeline-pool.js';
import type { SendOptions } from './pipeline/scoped-query.js';
import { statement } from './statement.js';
import { topologyOf } from './topology/topology.js';
import { UnitOfWork } from './unit-of-work.js';

const MAKE_SECRET = statement(
  'persistence.make_secret',
  'INSERT INTO service_secrets (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING',
);
const READ_SECRET = statement('persistence.read_secret', 'SELECT value FROM service_secrets WHERE name = $1');

/** Everything that reaches the database, opened together and closed together. */
export interface Persistence {
  readonly engine: DatabaseEngine;
  readonly dataSource: DataSource;
  readonly database: Database;
  readonly unitOfWork: UnitOfWork;
  readonly paginator: Paginator;
  readonly bulk: BulkConnections;
  close(): Promise<void>;
}

/** Starts the engine, brings the schema up to date and opens the doors. Closes all again where a step fails. */
export async function openPersistence(
  engine: DatabaseEngine,
  config: Config,
  entities: readonly EntityClass[],
  onConnectionLost: (error: Error) => void,
): Promise<Persistence> {
  const connection = await engine.start();
  const dataSource = dataSourceFor(connection, config, entities);
  try {
    await dataSource.initialize();
    await requireVersion(dataSource);
    await migrateDatabase(connection, config);
    const entrance = ENTRANCES[await topologyOf(dataSource, config)];
    const send = { entrance, prepared: config.databasePreparedStatements };
    const unitOfWork = new UnitOfWork(dataSource, entrance);
    const lanes = (): PipelinePool => lanesOf(connection, config, send, onConnectionLost);
    const pipelines = { quick: lanes(), long: lanes() };
    const database = new Database(dataSource, pipelines, new ExclusiveConnections(dataSource, send));
    const bulk = new BulkConnections(connectionConfig(connection, config), entrance);
    const close = async (): Promise<void> => {
      bulk.close();
      await Promise.all([pipelines.quick.close(), pipelines.long.close()]);
      await dataSource.destroy();
      await engine.stop();
    };
    const paginator = paginatorFor(database, dataSource, config, await cursorSecret(unitOfWork));
    return { engine, dataSource, database, unitOfWork, paginator, bulk, close };
  } catch (error) {
    if (dataSource.isInitialized) await dataSource.destroy();
    await engine.stop();
    throw error;
  }
}

function paginatorFor(database: Database, dataSource: DataSource, config: Config, secret: Buffer): Paginator {
  const filterTimeoutMs = Math.min(config.filterTimeoutMs, config.statementTimeoutMs);
  return new Paginator(database, dataSource, new CursorCodec(secret), filterTimeoutMs);
}

function lanesOf(
  connection: ConnectionOptions,
  config: Config,
  send: SendOptions,
  onLost: (error: Error) => void,
): PipelinePool {
  return new PipelinePool(connectionConfig(connection, config), { lanes: config.databasePipelines, send, onLost });
}

/** Row-level security, generated identities and NULLS handling as we use them are tested from this version on. */
const OLDEST_POSTGRES = 15;

async function requireVersion(dataSource: DataSource): Promise<void> {
  const [row] = await dataSource.query<{ server_version_num: string }[]>('SHOW server_version_num');
  const major = Math.floor(Number(row?.server_version_num ?? 0) / 10_000);
  if (major >= OLDEST_POSTGRES) return;
  throw new EngineError('start_failed', `DATABASE_URL must name PostgreSQL ${OLDEST_POSTGRES} or later, not ${major}.`);
}

/** The secret that all instances sign cursors with; the first instance makes it. */
async function cursorSecret(unitOfWork: UnitOfWork): Promise<Buffer> {
  return unitOfWork.run(new PlatformScope(SYSTEM_ACTOR, 'start'), async (transaction) => {
    await transaction.query(MAKE_SECRET, ['cursor', randomBytes(32)]);
    const [row] = await transaction.query<{ value: Buffer }>(READ_SECRET, ['cursor']);
    if (!row) throw new Error('The table service_secrets has no row "cursor" although it was just made.');
    return row.value;
  });
}
