import { randomBytes } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { Config } from '../config/config.js';
import { CursorCodec } from '../kernel/cursor.js';
import { PlatformScope, SYSTEM_ACTOR } from '../kernel/scope.js';
import { BulkConnections } from './bulk/index.js';
import { connectionLoad, type ConnectionLoad } from './connection-load.js';
import { connectionConfig, dataSourceFor, type EntityClass } from './data-source.js';
import { entranceOf } from './database-role.js';
import { Database } from './database.js';
import { EngineError, type DatabaseEngine } from './engines/index.js';
import { migrateDatabase } from './migrator.js';
import { Paginator } from './paginator.js';
import { ExclusiveConnections } from './pipeline/exclusive-connections.js';
import { PooledConnections } from './pipeline/pooled-connections.js';
import type { Replicas } from './replicas/replicas.js';
import { Servers, sendOptions, watchOfPrimary, type Observers, type Server } from './servers.js';
import { statement } from './statement.js';
import { topologyOf, type Topology } from './topology/topology.js';
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
  readonly replicas: Replicas;
  /** How busy the connections are at this moment. */
  readonly load: () => ConnectionLoad;
  close(): Promise<void>;
}

/** Starts the engine, brings the schema up to date and opens the doors. Closes all again where a step fails. */
export async function openPersistence(
  engine: DatabaseEngine,
  config: Config,
  entities: readonly EntityClass[],
  observers: Observers,
): Promise<Persistence> {
  const connection = await engine.start();
  const primary = { connection, watch: watchOfPrimary(connection, config, observers.log) };
  const dataSource = dataSourceFor(connection, config, entities, { sockets: primary.watch?.sockets });
  try {
    await dataSource.initialize();
    await requireVersion(dataSource);
    await migrateDatabase(connection, config);
    return await openDoors({ engine, dataSource, primary }, config, observers);
  } catch (error) {
    if (dataSource.isInitialized) await dataSource.destroy();
    await engine.stop();
    throw error;
  }
}

/** What stands before the doors are opened. */
interface Ground {
  readonly engine: DatabaseEngine;
  readonly dataSource: DataSource;
  readonly primary: Server;
}

async function openDoors(
  { engine, dataSource, primary }: Ground,
  config: Config,
  observers: Observers,
): Promise<Persistence> {
  const entrance = entranceOf(config, await topologyOf(dataSource, config));
  const servers = new Servers(primary, entrance, config, observers);
  const options = { ...sendOptions(config, entrance), watch: observers.watch };
  const unitOfWork = new UnitOfWork(dataSource, options);
  const { pipelines, replicas } = servers;
  const exclusive = new ExclusiveConnections(new PooledConnections(dataSource), options);
  const database = new Database(dataSource, pipelines, exclusive, replicas);
  const bulk = bulkOf(primary, config, entrance.topology);
  const close = async (): Promise<void> => {
    bulk.close();
    await servers.close();
    await dataSource.destroy();
    await engine.stop();
  };
  const paginator = paginatorFor(database, dataSource, config, await cursorSecret(unitOfWork));
  const load = (): ConnectionLoad => connectionLoad(dataSource, servers);
  servers.watch();
  return { engine, dataSource, database, unitOfWork, paginator, bulk, replicas, load, close };
}

function bulkOf({ connection, watch }: Server, config: Config, topology: Topology): BulkConnections {
  const settings = connectionConfig(connection, config, { sockets: watch?.sockets });
  return new BulkConnections(settings, config.databasePooler, topology);
}

function paginatorFor(database: Database, dataSource: DataSource, config: Config, secret: Buffer): Paginator {
  const filterTimeoutMs = Math.min(config.filterTimeoutMs, config.statementTimeoutMs);
  return new Paginator(database, dataSource, new CursorCodec(secret), filterTimeoutMs);
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
