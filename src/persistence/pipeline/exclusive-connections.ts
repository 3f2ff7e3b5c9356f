import type pg from 'pg';
import type { AnyScope } from '../../kernel/scope.js';
import { isRetrySafe } from '../database-errors.js';
import type { Statement } from '../statement.js';
import type { PooledConnections } from './pooled-connections.js';
import { scoped, type SendOptions } from './scoped-batch.js';
import { isStaleStatement } from './stale-statement.js';
import { watched, type Watching } from './watched.js';

const ATTEMPTS = 4;

/**
 * Single statements that may wait for a lock, such as writes: each has a connection of TypeORM's pool to itself while it
 * runs, so that nothing waits behind it. Still one round trip, and one scoped batch.
 */
export class ExclusiveConnections {
  constructor(
    private readonly connections: PooledConnections,
    private readonly options: SendOptions & Watching,
  ) {}

  /** Runs one statement in `scope`. Rejects with pg's own error. */
  execute(scope: AnyScope, statement: Statement, values: unknown[]): Promise<pg.QueryResult> {
    return watched(this.options.watch, scope, statement, () => this.#execute(scope, statement, values));
  }

  async #execute(scope: AnyScope, statement: Statement, values: unknown[]): Promise<pg.QueryResult> {
    const batch = scoped(scope, statement, values, this.options);
    for (let attempt = 1; ; attempt += 1) {
      scope.statements += 1;
      try {
        return await this.connections.use((connection) => connection.send(batch));
      } catch (error) {
        // A statement that failed is a transaction that did nothing: running it again is right. A connection whose
        // statements are stale is closed; all others of the pool may be like it.
        if (isStaleStatement(error) && attempt < ATTEMPTS + this.connections.most) continue;
        if (attempt >= ATTEMPTS || !isRetrySafe(error)) throw error;
      }
    }
  }
}
