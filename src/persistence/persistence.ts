import { randomBytes } from 'node:crypto';
import type { ClientConfig } from 'pg';
import { DataSource, type DataSourceOptions, type Logger as TypeOrmLogger, type QueryRunner } from 'typeorm';
import { MIGRATIONS } from '../../migrations/index.js';
import type { Config } from '../config/config.js';
import { CursorCodec } from '../kernel/cursor.js';
import { PlatformScope, SYSTEM_ACTOR, type AnyScope } from '../kernel/scope.js';
import { Database } from './database.js';
import type { DatabaseEngine } from './engines/database-engine.js';
import { migrate } from './migrator.js';
import { SnakeCaseNaming } from './naming-strategy.js';
import { Paginator } from './paginator.js';
import { PipelinePool } from './pipeline/pipeline-pool.js';
import { statement } from './statement.js';
import { UnitOfWork } from './unit-of-work.js';

const MAKE_SECRET = statement(
  'persistence.make_secret',
  'INSERT INTO service_secrets (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING',
);
const READ_SECRET = statement('persistence.read_secret', 'SELECT value FROM service_secrets WHERE name = $1');

type EntityClass = new () => object;

/** Everything that reaches the database, opened together and closed together. */
export interface Persistence {
  readonly engine: DatabaseEngine;
  readonly dataSource: DataSource;
  readonly database: Database;
  readonly unitOfWork: UnitOfWork;
  readonly paginator: Paginator;
  close(): Promise<void>;
}

/** The TypeORM data source of a running engine, not yet initialized. */
export function dataSourceFor(connection: ClientConfig, config: Config, entities: readonly EntityClass[]): DataSource {
  const { connectionString, ...rest } = connection;
  return new DataSource({
    type: 'postgres',
    ...(connectionString === undefined ? {} : { url: connectionString }),
    ...connectionFields(rest),
    entities: [...entities],
    migrations: MIGRATIONS,
    namingStrategy: new SnakeCaseNaming(),
    synchronize: false,
    installExtensions: false,
    logger: new StatementCounter(),
    poolSize: config.databasePoolSize,
    applicationName: 'doorlist',
    extra: { statement_timeout: config.statementTimeoutMs, connectionTimeoutMillis: 5000, ...rest },
  } as DataSourceOptions);
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
    await migrate(dataSource);
    const unitOfWork = new UnitOfWork(dataSource);
    const cursors = new CursorCodec(await cursorSecret(unitOfWork));
    const pipelines = new PipelinePool(
      { ...connection, statement_timeout: config.statementTimeoutMs, connectionTimeoutMillis: 5000, application_name: 'doorlist' },
      { lanes: config.databasePipelines, prepared: config.databasePreparedStatements, onLost: onConnectionLost },
    );
    const database = new Database(dataSource, pipelines);
    const close = async (): Promise<void> => {
      await pipelines.close();
      await dataSource.destroy();
      await engine.stop();
    };
    const paginator = new Paginator(database, dataSource, cursors);
    return { engine, dataSource, database, unitOfWork, paginator, close };
  } catch (error) {
    if (dataSource.isInitialized) await dataSource.destroy();
    await engine.stop();
    throw error;
  }
}

function connectionFields(connection: ClientConfig): object {
  const { host, port, user, password, database, ssl } = connection;
  return { host, port, username: user, password, database, ssl };
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
