import type { ClientConfig } from 'pg';
import { DataSource, type Logger as TypeOrmLogger, type QueryRunner } from 'typeorm';
import { MIGRATIONS } from '../../migrations/index.js';
import type { Config } from '../config/config.js';
import type { AnyScope } from '../kernel/scope.js';
import type { ConnectionOptions } from './engines/index.js';
import { SnakeCaseNaming } from './naming-strategy.js';

const CONNECT_TIMEOUT_MS = 5000;
/** How much later than its own time limit the server's refusal may arrive. */
const SILENCE_MS = 5000;

/** A class with TypeORM's decorators. */
export type EntityClass = new () => object;

/** The TypeORM data source of a running engine, not yet initialized. */
export function dataSourceFor(
  connection: ConnectionOptions,
  config: Config,
  entities: readonly EntityClass[],
  moreSettings = '',
): DataSource {
  return new DataSource({
    type: 'postgres',
    entities: [...entities],
    migrations: MIGRATIONS,
    namingStrategy: new SnakeCaseNaming(),
    synchronize: false,
    installExtensions: false,
    logger: new StatementCounter(),
    poolSize: config.databasePoolSize,
    applicationName: 'doorlist',
    // Handed to pg as it is: TypeORM's own reading of URLs drops parameters such as sslmode and host.
    extra: connectionConfig(connection, config, moreSettings),
  });
}

/** What every connection of the service is opened with; `moreSettings` as the server's command line has them. */
export function connectionConfig(connection: ConnectionOptions, config: Config, moreSettings = ''): ClientConfig {
  return {
    ...connection,
    statement_timeout: config.statementTimeoutMs,
    lock_timeout: config.lockTimeoutMs,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    // A server that is silent, and not only slow: the connection is given up.
    query_timeout: config.statementTimeoutMs === 0 ? 0 : config.statementTimeoutMs + SILENCE_MS,
    keepAlive: true,
    // Compiling a statement takes longer than any of ours runs.
    options: `-c jit=off ${moreSettings}`,
    application_name: 'doorlist',
  };
}

/** Counts a transaction's statements for its scope; what they say is never logged, because it holds personal data. */
class StatementCounter implements TypeOrmLogger {
  logQuery(_query: string, _parameters: unknown[] | undefined, runner?: QueryRunner): void {
    const scope = (runner?.data as { scope?: AnyScope } | undefined)?.scope;
    if (scope) scope.statements += 1;
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
