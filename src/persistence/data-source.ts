import type { ClientConfig } from 'pg';
import { DataSource, type Logger as TypeOrmLogger } from 'typeorm';
import { MIGRATIONS } from '../../migrations/index.js';
import type { Config } from '../config/config.js';
import type { ConnectionOptions } from './engines/index.js';
import { SnakeCaseNaming } from './naming-strategy.js';
import type { WatchedSockets } from './watch/watched-sockets.js';

const CONNECT_TIMEOUT_MS = 5000;
/** How much later than its own time limit the server's refusal may arrive. */
const SILENCE_MS = 5000;

/** A class with TypeORM's decorators. */
export type EntityClass = new () => object;

interface ConnectionExtras {
  /** Where they are watched. */
  readonly sockets?: WatchedSockets | undefined;
  /** As the server's command line has them. */
  readonly moreSettings?: string;
}

/** The TypeORM data source of a running engine, not yet initialized. */
export function dataSourceFor(
  connection: ConnectionOptions,
  config: Config,
  entities: readonly EntityClass[],
  { sockets, moreSettings }: ConnectionExtras = {},
): DataSource {
  return new DataSource({
    type: 'postgres',
    entities: [...entities],
    migrations: MIGRATIONS,
    namingStrategy: new SnakeCaseNaming(),
    synchronize: false,
    installExtensions: false,
    logger: new SilentLogger(),
    poolSize: config.databasePoolSize,
    applicationName: 'doorlist',
    // Handed to pg as it is: TypeORM's own reading of URLs drops parameters such as sslmode and host.
    extra: connectionConfig(connection, config, { sockets, moreSettings }),
  });
}

/** What every connection of the service is opened with. */
export function connectionConfig(
  connection: ConnectionOptions,
  config: Config,
  { sockets, moreSettings = '' }: ConnectionExtras = {},
): ClientConfig {
  return {
    ...connection,
    ...(sockets ? { stream: sockets.make } : {}),
    ...(config.databasePooler ? {} : sessionSettings(config, moreSettings)),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    // A server that is silent, and not only slow: the connection is given up.
    query_timeout: config.statementTimeoutMs === 0 ? 0 : config.statementTimeoutMs + SILENCE_MS,
    keepAlive: true,
    application_name: 'doorlist',
  };
}

/** What holds for a session. A pooler refuses it, or would hand one client's settings to another: see `limitsOf`. */
function sessionSettings(config: Config, moreSettings: string): ClientConfig {
  return {
    statement_timeout: config.statementTimeoutMs,
    lock_timeout: config.lockTimeoutMs,
    // Compiling a statement takes longer than any of ours runs.
    options: `-c jit=off ${moreSettings}`,
  };
}

/** Says nothing: what statements say is never logged, because it holds personal data, and they are counted where they are sent. */
class SilentLogger implements TypeOrmLogger {
  logQuery(): void {
    // Told to the watch of statements.
  }
  logQueryError(): void {
    // The error itself is thrown to the caller.
  }
  logQuerySlow(): void {
    // Not asked for: maxQueryExecutionTime is unset.
  }
  logSchemaBuild(): void {
    // Schemas come from migrations only.
  }
  logMigration(): void {
    // The command line prints what it ran.
  }
  log(): void {
    // Nothing that the service should say.
  }
}
