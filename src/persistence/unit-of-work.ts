import type { DataSource } from 'typeorm';
import type { AnyScope } from '../kernel/scope.js';
import { endsTransaction, isConnectionLoss, isRetrySafe, toDomainError } from './database-errors.js';
import { PooledConnections } from './pipeline/pooled-connections.js';
import type { SendOptions } from './pipeline/scoped-batch.js';
import { isStaleStatement } from './pipeline/stale-statement.js';
import { TransactionConnection, type Isolation } from './pipeline/transaction-connection.js';
import type { Watching } from './pipeline/watched.js';
import { Transaction } from './transaction.js';

const ATTEMPTS = 4;

/** What a transaction does with what it wrote; what is not kept reads one moment all through, so that it can compare. */
type Ending = 'commit' | 'rollback';

const ISOLATION: Readonly<Record<Ending, Isolation>> = { commit: 'READ COMMITTED', rollback: 'REPEATABLE READ' };

/** The door to the database for changes: everything inside one `run` is written, with its audit records, or nothing is. */
export class UnitOfWork {
  readonly #connections: PooledConnections;

  constructor(
    private readonly dataSource: DataSource,
    private readonly options: SendOptions & Watching,
  ) {
    this.#connections = new PooledConnections(dataSource);
  }

  /**
   * Runs `work` in one transaction (READ COMMITTED), or in the transaction that the scope is already in. It is run again
   * after a deadlock or a serialization failure, and once after the connection was lost before COMMIT was sent, so `work`
   * must not do anything outside of the database. Whether a COMMIT that is not answered was carried out is not known.
   * `input` is what the change was made from; refusals name its values.
   */
  async run<T>(
    scope: AnyScope,
    work: (transaction: Transaction) => Promise<T>,
    input?: Readonly<Record<string, unknown>>,
  ): Promise<T> {
    try {
      if (scope.transaction instanceof Transaction) return await this.#join(scope.transaction, work);
      return await this.#runWithRetries(scope, work, 'commit');
    } catch (error) {
      // Whoever opened the transaction tries all of it again; that must not be hidden from it.
      if (scope.transaction !== null && endsTransaction(error)) throw error;
      throw toDomainError(error, input);
    }
  }

  /**
   * Runs `work` in a transaction that is taken back at the end, whatever it did, and answers its result. All it reads is
   * of one moment (REPEATABLE READ), but for its own changes.
   */
  async rehearse<T>(scope: AnyScope, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    if (scope.transaction !== null) throw new Error('Only a request as a whole can be rehearsed.');
    return this.#runWithRetries(scope, work, 'rollback').catch((error: unknown) => {
      throw toDomainError(error);
    });
  }

  /**
   * Runs `work` in another scope inside the transaction that `outer` has open, such as in a tenant that the same
   * transaction has just made. It must not be called while other statements of `outer` are under way.
   */
  async runInside<T>(outer: AnyScope, inner: AnyScope, work: () => Promise<T>): Promise<T> {
    if (!(outer.transaction instanceof Transaction)) throw new Error('The outer scope has no open transaction.');
    const { connection, afterCommit } = outer.transaction;
    connection.enter(inner);
    inner.transaction = new Transaction(this.dataSource, inner, connection, afterCommit);
    try {
      return await work();
    } finally {
      inner.transaction = null;
      connection.enter(outer);
    }
  }

  /** Does what is outside of the database, such as forgetting what was remembered, once the change is there for all to see. */
  afterCommit(scope: AnyScope, act: () => void): void {
    if (scope.transaction instanceof Transaction) scope.transaction.afterCommit.push(act);
    else act();
  }

  async #join<T>(transaction: Transaction, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const result = await work(transaction);
    transaction.flush();
    return result;
  }

  async #runWithRetries<T>(
    scope: AnyScope,
    work: (transaction: Transaction) => Promise<T>,
    ending: Ending,
  ): Promise<T> {
    let isLost = false;
    for (let attempt = 1; ; attempt += 1) {
      const progress = { committing: false };
      try {
        return await this.#runOnce(scope, work, ending, progress);
      } catch (error) {
        // A connection whose statements are stale is closed; all others of the pool may be like it.
        if (isStaleStatement(error) && attempt < ATTEMPTS + this.#connections.most) continue;
        const mayRepeat = isRetrySafe(error) || (isConnectionLoss(error) && !progress.committing && !isLost);
        if (attempt >= ATTEMPTS || !mayRepeat) throw error;
        isLost ||= isConnectionLoss(error);
      }
    }
  }

  /** `progress` tells how far it came where it throws. */
  async #runOnce<T>(
    scope: AnyScope,
    work: (transaction: Transaction) => Promise<T>,
    ending: Ending,
    progress: { committing: boolean },
  ): Promise<T> {
    const committed: (() => void)[] = [];
    const result = await this.#connections.use(async (pooled) => {
      const connection = new TransactionConnection(pooled, scope, this.options, ISOLATION[ending]);
      const transaction = new Transaction(this.dataSource, scope, connection, committed);
      // What `work` calls with the same scope joins this transaction.
      scope.transaction = transaction;
      try {
        const its = await work(transaction);
        if (ending === 'rollback') await connection.rollback();
        else {
          transaction.flush();
          progress.committing = true;
          await connection.commit();
        }
        return its;
      } catch (error) {
        await connection.rollback();
        throw error;
      } finally {
        scope.transaction = null;
      }
    });
    if (ending === 'commit') for (const act of committed) act();
    return result;
  }
}
