import type pg from 'pg';
import type { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import type { AnyScope } from '../../kernel/scope.js';
import { isRetrySafe } from '../database-errors.js';
import type { Statement } from '../statement.js';
import { sendScoped, type SendOptions } from './scoped-query.js';
import { isStaleStatement } from './stale-statement.js';
import { watched, type Watching } from './watched.js';

const ATTEMPTS = 4;

type Release = (error?: Error) => void;

/**
 * Single statements that may wait for a lock, such as writes: each has a connection of TypeORM's pool to itself while it
 * runs, so that nothing waits behind it. Still one round trip, and one scoped batch.
 */
export class ExclusiveConnections {
  readonly #driver: PostgresDriver;

  constructor(
    dataSource: DataSource,
    private readonly options: SendOptions & Watching,
  ) {
    this.#driver = dataSource.driver as PostgresDriver;
  }

  /** Runs one statement in `scope`. Rejects with pg's own error. */
  execute(scope: AnyScope, statement: Statement, values: unknown[]): Promise<pg.QueryResult> {
    const { watch } = this.options;
    if (!watch) return this.#execute(scope, statement, values);
    return watched(watch, scope, statement, () => this.#execute(scope, statement, values));
  }

  async #execute(scope: AnyScope, statement: Statement, values: unknown[]): Promise<pg.QueryResult> {
    for (let attempt = 1; ; attempt += 1) {
      scope.statements += 1;
      try {
        return await this.#run(scope, statement, values);
      } catch (error) {
        // A statement that failed is a transaction that did nothing: running it again is right.
        if (attempt >= ATTEMPTS || !(isStaleStatement(error) || isRetrySafe(error))) throw error;
      }
    }
  }

  async #run(scope: AnyScope, statement: Statement, values: unknown[]): Promise<pg.QueryResult> {
    const [client, release] = (await this.#driver.obtainMasterConnection()) as [pg.PoolClient, Release];
    try {
      const result = await sendScoped(client, scope, statement, values, this.options);
      release();
      return result;
    } catch (error) {
      // Of no use any more: a connection that is gone, or one whose prepared statements are stale.
      release(isStaleStatement(error) || !hasSqlState(error) ? (error as Error) : undefined);
      throw error;
    }
  }
}

/** PostgreSQL's own refusals have a state of five characters and leave the connection as it was. */
function hasSqlState(error: unknown): boolean {
  return /^[0-9A-Z]{5}$/.test((error as { code?: string }).code ?? '');
}
