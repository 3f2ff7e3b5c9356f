import type pg from 'pg';
import type { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { sendBatch, type OnEnded, type Sent } from './batch.js';
import { isStaleStatement } from './stale-statement.js';

type Release = (error?: Error) => void;

/** A connection that somebody has to themselves for a while. */
export class PooledConnection {
  /** Why it must not be used again. */
  useless: Error | undefined;

  constructor(private readonly client: pg.ClientBase) {}

  /** Sends statements as one batch and answers the last one's result. Rejects with pg's own error. */
  async send(statements: readonly Sent[], onEnded?: OnEnded): Promise<pg.QueryResult> {
    try {
      return await sendBatch(this.client, statements, onEnded);
    } catch (error) {
      if (isStaleStatement(error) || !hasSqlState(error)) this.useless = error as Error;
      throw error;
    }
  }
}

/** The connections of TypeORM's pool. */
export class PooledConnections {
  readonly #driver: PostgresDriver;

  constructor(dataSource: DataSource) {
    this.#driver = dataSource.driver as PostgresDriver;
  }

  /** How many there are at the same time. */
  get most(): number {
    return this.#driver.options.poolSize ?? 0;
  }

  /** Gives `work` a connection until it ends. */
  async use<T>(work: (connection: PooledConnection) => Promise<T>): Promise<T> {
    const [client, release] = (await this.#driver.obtainMasterConnection()) as [pg.PoolClient, Release];
    const connection = new PooledConnection(client);
    // The statement that is under way is told of it as well; with no listener at all, the process would end.
    const lost = (error: Error): void => {
      connection.useless = error;
    };
    client.on('error', lost);
    try {
      return await work(connection);
    } finally {
      client.off('error', lost);
      release(connection.useless);
    }
  }
}

/** PostgreSQL's own refusals have a state of five characters and leave the connection as it was. */
function hasSqlState(error: unknown): boolean {
  return /^[0-9A-Z]{5}$/.test((error as { code?: string }).code ?? '');
}
