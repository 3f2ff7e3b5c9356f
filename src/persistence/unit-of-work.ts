import type { DataSource } from 'typeorm';
import type { EntityManager, QueryRunner } from 'typeorm';
import type { AnyScope } from '../kernel/scope.js';
import type { StatementWatch } from '../kernel/statement-watch.js';
import { writeAuditRecords, type AuditRecord } from './audit-record.js';
import { isConnectionLoss, isRetrySafe, toDomainError } from './database-errors.js';
import { enteringFor, enteringInside, type Entrance } from './database-role.js';
import { textFor, type Statement } from './statement.js';
import type { Topology } from './topology/topology.js';
import { watchRunner } from './watched-runner.js';

const ATTEMPTS = 4;

/** Names of savepoints, one for each use: they may lie within each other. */
type Savepoint = 'answer' | 'rehearsal';

/** Whether what a transaction did is kept; what is not reads one moment all through, so that it can compare. */
type Ending = 'commit' | 'rollback';

/** The open transaction of one unit of work, already inside its tenant's (or the platform's) scope. */
export class Transaction {
  readonly #records: AuditRecord[] = [];

  /** `afterCommit` is shared by all that joins one transaction of the database. */
  constructor(
    private readonly scope: AnyScope,
    readonly manager: EntityManager,
    private readonly topology: Topology,
    readonly afterCommit: (() => void)[] = [],
  ) {}

  /** Runs SQL inside the transaction and answers its rows. */
  async query<Row>(statement: Statement, values: unknown[]): Promise<Row[]> {
    const answer: unknown = await this.manager.query(textFor(statement, this.topology), values);
    // TypeORM answers [rows, count] for UPDATE and DELETE, and the rows alone for the rest.
    const rows = Array.isArray(answer) && answer.length === 2 && Array.isArray(answer[0]) ? answer[0] : answer;
    return rows as Row[];
  }

  /** Writes down a change; it reaches the audit trail in this transaction, or not at all. */
  record(record: AuditRecord): void {
    this.#records.push(record);
  }

  /** Marks where `rollbackToSavepoint` of the same name goes back to. */
  async savepoint(name: Savepoint): Promise<void> {
    await this.manager.query(`SAVEPOINT ${name}`);
  }

  /** Takes back everything since the savepoint, audit records included. */
  async rollbackToSavepoint(name: Savepoint): Promise<void> {
    await this.manager.query(`ROLLBACK TO SAVEPOINT ${name}`);
    this.#records.length = 0;
  }

  /** Writes the records down now; the unit of work does it before it commits. */
  async flush(): Promise<void> {
    await writeAuditRecords(this.manager, this.scope, this.#records.splice(0));
  }
}

/** The door to the database for changes: everything inside one `run` is written, with its audit records, or nothing is. */
export class UnitOfWork {
  constructor(
    private readonly dataSource: DataSource,
    private readonly entrance: Entrance,
    private readonly watch: StatementWatch | null = null,
  ) {}

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
      if (scope.transaction !== null && (isRetrySafe(error) || isConnectionLoss(error))) throw error;
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
    const { manager, afterCommit } = outer.transaction;
    const enter = async (scope: AnyScope): Promise<void> => {
      const { text, values } = enteringInside(outer, scope, this.entrance);
      await manager.query(text, values);
    };
    await enter(inner);
    inner.transaction = new Transaction(inner, manager, this.entrance.topology, afterCommit);
    try {
      return await work();
    } finally {
      inner.transaction = null;
      await enter(outer).catch(() => undefined);
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
    const runner = this.dataSource.createQueryRunner();
    let committed: readonly (() => void)[] = [];
    try {
      await this.#open(runner, scope, ending === 'commit' ? 'READ COMMITTED' : 'REPEATABLE READ');
      const transaction = new Transaction(scope, runner.manager, this.entrance.topology);
      // What `work` calls with the same scope joins this transaction.
      scope.transaction = transaction;
      const result = await work(transaction);
      if (ending === 'rollback') await runner.rollbackTransaction();
      else {
        await transaction.flush();
        progress.committing = true;
        await runner.commitTransaction();
        committed = transaction.afterCommit;
      }
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

  async #open(runner: QueryRunner, scope: AnyScope, isolation: 'READ COMMITTED' | 'REPEATABLE READ'): Promise<void> {
    runner.data = { scope };
    if (this.watch) watchRunner(runner, scope, this.watch);
    await runner.connect();
    // Said only where it is not the server's own: it costs a statement.
    await (isolation === 'READ COMMITTED' ? runner.startTransaction() : runner.startTransaction(isolation));
    const { text, values } = enteringFor(scope, this.entrance);
    await runner.query(text, values);
  }
}
