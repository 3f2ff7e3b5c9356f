import type { DataSource } from 'typeorm';
import type { EntityManager, QueryRunner } from 'typeorm';
import type { AnyScope } from '../kernel/scope.js';
import { writeAuditRecords, type AuditRecord } from './audit-record.js';
import { isRetrySafe, toDomainError } from './database-errors.js';
import { ENTER_SCOPE, scopeValues } from './database-role.js';
import type { Statement } from './statement.js';

const ATTEMPTS = 4;

/** The open transaction of one unit of work, already inside its tenant's (or the platform's) scope. */
export class Transaction {
  readonly #records: AuditRecord[] = [];

  /** `afterCommit` is shared by all that joins one transaction of the database. */
  constructor(
    private readonly scope: AnyScope,
    readonly manager: EntityManager,
    readonly afterCommit: (() => void)[] = [],
  ) {}

  /** Runs SQL inside the transaction and answers its rows. */
  async query<Row>(statement: Statement, values: unknown[]): Promise<Row[]> {
    const answer: unknown = await this.manager.query(statement.text, values);
    // TypeORM answers [rows, count] for UPDATE and DELETE, and the rows alone for the rest.
    const rows = Array.isArray(answer) && answer.length === 2 && Array.isArray(answer[0]) ? answer[0] : answer;
    return rows as Row[];
  }

  /** Writes down a change; it reaches the audit trail in this transaction, or not at all. */
  record(record: AuditRecord): void {
    this.#records.push(record);
  }

  /** Marks where `rollbackToSavepoint` goes back to. */
  async savepoint(): Promise<void> {
    await this.manager.query('SAVEPOINT doorlist');
  }

  /** Takes back everything since the savepoint, audit records included. */
  async rollbackToSavepoint(): Promise<void> {
    await this.manager.query('ROLLBACK TO SAVEPOINT doorlist');
    this.#records.length = 0;
  }

  /** Writes the records down now; the unit of work does it before it commits. */
  async flush(): Promise<void> {
    await writeAuditRecords(this.manager, this.scope, this.#records.splice(0));
  }
}

/** The door to the database for changes: everything inside one `run` is written, with its audit records, or nothing is. */
export class UnitOfWork {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Runs `work` in one transaction (READ COMMITTED), or in the transaction that the scope is already in. Deadlocks and
   * serialization failures are tried again, so `work` must not do anything outside of the database.
   * `input` is what the change was made from; refusals name its values.
   */
  async run<T>(
    scope: AnyScope,
    work: (transaction: Transaction) => Promise<T>,
    input?: Readonly<Record<string, unknown>>,
  ): Promise<T> {
    try {
      if (scope.transaction instanceof Transaction) return await this.#join(scope.transaction, work);
      return await this.#runWithRetries(scope, work);
    } catch (error) {
      // Whoever opened the transaction tries all of it again; that must not be hidden from it.
      if (scope.transaction !== null && isRetrySafe(error)) throw error;
      throw toDomainError(error, input);
    }
  }

  /**
   * Runs `work` in another scope inside the transaction that `outer` has open, such as in a tenant that the same
   * transaction has just made. It must not be called while other statements of `outer` are under way.
   */
  async runInside<T>(outer: AnyScope, inner: AnyScope, work: () => Promise<T>): Promise<T> {
    if (!(outer.transaction instanceof Transaction)) throw new Error('The outer scope has no open transaction.');
    const { manager, afterCommit } = outer.transaction;
    await manager.query(ENTER_SCOPE.text, scopeValues(inner));
    inner.transaction = new Transaction(inner, manager, afterCommit);
    try {
      return await work();
    } finally {
      inner.transaction = null;
      await manager.query(ENTER_SCOPE.text, scopeValues(outer)).catch(() => undefined);
    }
  }

  /** Does what is outside of the database, such as forgetting what was remembered, once the change is there for all to see. */
  afterCommit(scope: AnyScope, act: () => void): void {
    if (scope.transaction instanceof Transaction) scope.transaction.afterCommit.push(act);
    else act();
  }

  async #join<T>(transaction: Transaction, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const result = await work(transaction);
    await transaction.flush();
    return result;
  }

  async #runWithRetries<T>(scope: AnyScope, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#runOnce(scope, work);
      } catch (error) {
        if (attempt >= ATTEMPTS || !isRetrySafe(error)) throw error;
      }
    }
  }

  async #runOnce<T>(scope: AnyScope, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    let committed: readonly (() => void)[] = [];
    try {
      await this.#open(runner, scope);
      const transaction = new Transaction(scope, runner.manager);
      // What `work` calls with the same scope joins this transaction.
      scope.transaction = transaction;
      const result = await work(transaction);
      await transaction.flush();
      await runner.commitTransaction();
      committed = transaction.afterCommit;
      return result;
    } catch (error) {
      if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
      throw error;
    } finally {
      scope.transaction = null;
      await runner.release();
      for (const act of committed) act();
    }
  }

  async #open(runner: QueryRunner, scope: AnyScope): Promise<void> {
    runner.data = { scope };
    await runner.connect();
    await runner.startTransaction();
    await runner.query(ENTER_SCOPE.text, scopeValues(scope));
  }
}
