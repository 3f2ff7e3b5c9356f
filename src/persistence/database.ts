import type { DataSource, EntityManager } from 'typeorm';
import type { AnyScope } from '../kernel/scope.js';
import { endsTransaction, toDomainError } from './database-errors.js';
import { entityManagerOver } from './entity-manager-over.js';
import type { ExclusiveConnections } from './pipeline/exclusive-connections.js';
import type { PipelinePool } from './pipeline/pipeline-pool.js';
import type { Lane, Pipelines } from './pipeline/pipelines.js';
import type { Replicas } from './replicas/replicas.js';
import type { Statement } from './statement.js';
import { statementNameOf } from './statement-name.js';
import { Transaction } from './transaction.js';

/** The door to the database for single statements; each is one round trip and sees only what its scope may see. */
export class Database {
  constructor(
    private readonly dataSource: DataSource,
    private readonly pipelines: Pipelines,
    private readonly exclusive: ExclusiveConnections,
    private readonly replicas: Replicas,
  ) {}

  /**
   * Reads with one statement and answers its rows. It shares its connection with other requests, so it must not wait for
   * locks. Within a scope whose transaction is open it runs in that.
   */
  query<Row>(scope: AnyScope, statement: Statement, values: unknown[]): Promise<Row[]> {
    return this.#read<Row>(scope, statement, values, 'quick');
  }

  /** The same for what may take long, such as a page with the total of many rows: quick ones do not wait behind it. */
  queryLong<Row>(scope: AnyScope, statement: Statement, values: unknown[]): Promise<Row[]> {
    return this.#read<Row>(scope, statement, values, 'long');
  }

  /**
   * Changes data with one statement, which is its own transaction, and answers its rows. Within a scope whose transaction
   * is open it runs in that. `input` names the values that a refusal may repeat.
   */
  write<Row>(
    scope: AnyScope,
    statement: Statement,
    values: unknown[],
    input?: Readonly<Record<string, unknown>>,
  ): Promise<Row[]> {
    return this.#in<Row>(scope, statement, values, this.exclusive, input);
  }

  #read<Row>(scope: AnyScope, statement: Statement, values: unknown[], lane: Lane): Promise<Row[]> {
    if (this.replicas.mayAnswer(scope)) return this.#readAnywhere<Row>(scope, statement, values, lane);
    return this.#in<Row>(scope, statement, values, this.pipelines[lane]);
  }

  async #readAnywhere<Row>(scope: AnyScope, statement: Statement, values: unknown[], lane: Lane): Promise<Row[]> {
    const answer = await this.replicas.read(scope, statement, values, lane).catch((error: unknown) => {
      throw toDomainError(error);
    });
    if (answer) return answer.rows as Row[];
    return this.#in<Row>(scope, statement, values, this.pipelines[lane]);
  }

  async #in<Row>(
    scope: AnyScope,
    statement: Statement,
    values: unknown[],
    connections: PipelinePool | ExclusiveConnections,
    input?: Readonly<Record<string, unknown>>,
  ): Promise<Row[]> {
    try {
      if (scope.transaction instanceof Transaction) return await scope.transaction.query<Row>(statement, values);
      const result = await connections.execute(scope, statement, values);
      return result.rows as Row[];
    } catch (error) {
      if (scope.transaction !== null && endsTransaction(error)) throw error;
      throw toDomainError(error, input);
    }
  }

  /** TypeORM's entity manager for reads by key in `scope`; every call is one scoped statement. It opens no transaction. */
  entities(scope: AnyScope): EntityManager {
    if (scope.transaction instanceof Transaction) return scope.transaction.manager;
    return entityManagerOver(this.dataSource, { isTransactionActive: false }, async (text, values) => {
      try {
        const statement = { name: statementNameOf(text), text };
        const mayAnswer = this.replicas.mayAnswer(scope);
        const answer = mayAnswer ? await this.replicas.read(scope, statement, values, 'quick') : null;
        return answer ?? (await this.pipelines.quick.execute(scope, statement, values));
      } catch (error) {
        throw toDomainError(error);
      }
    });
  }
}
