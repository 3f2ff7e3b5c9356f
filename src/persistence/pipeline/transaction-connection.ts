import type pg from 'pg';
import type { AnyScope } from '../../kernel/scope.js';
import { PLANNING, enteringFor, enteringInside, type Entering, type Planning } from '../database-role.js';
import type { Statement } from '../statement.js';
import type { PooledConnection } from './pooled-connections.js';
import { sentAs, type SendOptions } from './scoped-batch.js';
import { sendWatched, type Ahead } from './watched-batch.js';
import type { Watching } from './watched.js';

/** READ COMMITTED is the server's own. */
const START = {
  'READ COMMITTED': 'START TRANSACTION',
  'REPEATABLE READ': 'START TRANSACTION ISOLATION LEVEL REPEATABLE READ',
} as const;

/** How much of what others commit a transaction sees while it runs. */
export type Isolation = keyof typeof START;

/**
 * One transaction of several statements. Nothing is sent before there is something to wait for: what begins it, enters its
 * scope, sets savepoints, and all that answers nothing goes in one batch with the next statement that does, or with
 * COMMIT. Where one of a batch fails those behind it are not run, so whoever waits is told of it, and it is never missed.
 */
export class TransactionConnection {
  #ahead: Ahead[] = [];
  /** How much of it only begins the transaction. */
  readonly #opening: number;
  #isBegun = false;
  /** Null where a savepoint has put it back to something. */
  #planning: Planning | null = 'anew';

  constructor(
    private readonly connection: PooledConnection,
    private readonly scope: AnyScope,
    private readonly options: SendOptions & Watching,
    isolation: Isolation,
  ) {
    this.#push(START[isolation]);
    this.#enter(enteringFor(scope, options.entrance));
    this.#opening = this.#ahead.length;
  }

  /** What follows runs in another scope than the transaction was opened in, or in that again. */
  enter(scope: AnyScope): void {
    this.#enter(enteringInside(this.scope, scope, this.options.entrance));
  }

  /** Sends a statement, with all that goes ahead of it, and answers its result. Rejects with pg's own error. */
  async send(statement: Statement, values: readonly unknown[]): Promise<pg.QueryResult> {
    this.later(statement, values);
    return this.#flush();
  }

  /** The same for a statement whose answer nobody needs. */
  later(statement: Statement, values: readonly unknown[]): void {
    // A plan for all values cannot know the shard.
    const isOnce = statement.plannedOnce === true && this.options.entrance.topology !== 'citus';
    const planning = isOnce ? 'once' : 'anew';
    if (this.#planning !== planning) {
      this.#planning = planning;
      this.#ahead.push({ sent: sentAs(PLANNING[planning], [], this.options), told: null });
    }
    // What is planned for its values is planned at each use: there is nothing to keep.
    const kept = isOnce ? statement : { ...statement, name: '' };
    this.#ahead.push({ sent: sentAs(kept, values, this.options), told: statement });
  }

  /** Marks where `rollbackTo` of the same name goes back to. The name is SQL. */
  savepoint(name: string): void {
    this.#push(`SAVEPOINT ${name}`);
  }

  /** Takes back everything since the savepoint, what was set for the transaction as well. */
  async rollbackTo(name: string): Promise<void> {
    const set = this.#ahead.findIndex(({ sent }) => sent.text === `SAVEPOINT ${name}`);
    this.#ahead = this.#ahead.slice(0, Math.max(0, set));
    this.#planning = null;
    if (set >= 0) return;
    this.#push(`ROLLBACK TO SAVEPOINT ${name}`);
    await this.#flush();
  }

  /** Rejects with pg's own error; nothing is kept then, but where the connection was lost, which leaves it unknown. */
  async commit(): Promise<void> {
    if (!this.#isBegun && this.#ahead.length === this.#opening) return;
    this.#push('COMMIT');
    const { command } = await this.#flush();
    if (command !== 'COMMIT') throw new Error('A statement of the transaction had failed, and nobody was told of it.');
  }

  /** Takes everything back. */
  async rollback(): Promise<void> {
    this.#ahead = [];
    // The server takes it back by itself where the connection ends.
    if (!this.#isBegun || this.connection.useless) return;
    this.#push('ROLLBACK');
    await this.#flush().catch(() => undefined);
  }

  #enter(entering: Entering): void {
    this.#ahead.push({ sent: sentAs(entering, entering.values, this.options), told: null });
  }

  #push(text: string): void {
    this.#ahead.push({ sent: { name: '', text, values: [] }, told: { name: '', text }, instant: true });
  }

  async #flush(): Promise<pg.QueryResult> {
    const batch = this.#ahead;
    this.#ahead = [];
    this.#isBegun = true;
    for (const { told } of batch) if (told) this.scope.statements += 1;
    const { watch } = this.options;
    if (watch) return sendWatched(watch, this.scope, this.connection, batch);
    return this.connection.send(batch.map(({ sent }) => sent));
  }
}
