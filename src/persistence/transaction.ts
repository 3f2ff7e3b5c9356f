import type { DataSource, EntityManager } from 'typeorm';
import type { AnyScope } from '../kernel/scope.js';
import { auditStatement, type AuditRecord } from './audit-record.js';
import { entityManagerOver } from './entity-manager-over.js';
import type { TransactionConnection } from './pipeline/transaction-connection.js';
import type { Statement } from './statement.js';
import { statementNameOf } from './statement-name.js';

/** Names of savepoints, one for each use: they may lie within each other. */
type Savepoint = 'answer' | 'rehearsal';

/** The open transaction of one unit of work, already inside its tenant's (or the platform's) scope. */
export class Transaction {
  readonly #records: AuditRecord[] = [];
  #manager: EntityManager | null = null;

  /** `afterCommit` is shared by all that joins one transaction of the database, like the connection. */
  constructor(
    private readonly dataSource: DataSource,
    private readonly scope: AnyScope,
    readonly connection: TransactionConnection,
    readonly afterCommit: (() => void)[] = [],
  ) {}

  /** TypeORM's entity manager inside the transaction, for what is found by its key. */
  get manager(): EntityManager {
    this.#manager ??= entityManagerOver(this.dataSource, { isTransactionActive: true }, (text, values) =>
      this.connection.send({ name: statementNameOf(text), text, plannedOnce: true }, values),
    );
    return this.#manager;
  }

  /** Runs SQL inside the transaction and answers its rows. */
  async query<Row>(statement: Statement, values: unknown[]): Promise<Row[]> {
    const { rows } = await this.connection.send(statement, values);
    return rows as Row[];
  }

  /**
   * The same for SQL whose answer nobody needs: it goes with the next statement that is waited for, or with COMMIT. What can be
   * refused is not for it, for the refusal would be told where nobody knows of its values.
   */
  later(statement: Statement, values: unknown[]): void {
    this.connection.later(statement, values);
  }

  /** Writes down a change; it reaches the audit trail in this transaction, or not at all. */
  record(record: AuditRecord): void {
    this.#records.push(record);
  }

  /** Marks where `rollbackToSavepoint` of the same name goes back to. */
  savepoint(name: Savepoint): void {
    this.connection.savepoint(name);
  }

  /** Takes back everything since the savepoint, audit records included. */
  async rollbackToSavepoint(name: Savepoint): Promise<void> {
    await this.connection.rollbackTo(name);
    this.#records.length = 0;
  }

  /** Has the records written down before what comes next; the unit of work does it before it commits. */
  flush(): void {
    if (this.#records.length === 0) return;
    const { statement, values } = auditStatement(this.scope, this.#records.splice(0));
    this.later(statement, values);
  }
}
