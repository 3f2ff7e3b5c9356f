import type { Writable } from 'node:stream';
import pg from 'pg';
import type { AnyScope } from '../../kernel/scope.js';
import { scopeValues } from '../database-role.js';
import type { Statement } from '../statement.js';
import { sendScoped, type SendOptions } from './scoped-query.js';
import { isStaleStatement } from './stale-statement.js';

interface Lane {
  client: pg.Client | null;
  connecting: Promise<pg.Client> | null;
  waiting: number;
}

/**
 * A few connections that carry many requests each: statements are written without waiting for the answers before them
 * (pg's pipeline mode), each as a scoped batch of its own. For single statements only; transactions need a connection
 * to themselves and take it from the TypeORM pool, and so does what may wait for a lock: all behind it would wait as well.
 */
export class PipelinePool {
  readonly #lanes: Lane[];
  #closing = false;

  constructor(
    private readonly connection: pg.ClientConfig,
    private readonly options: { lanes: number; send: SendOptions; onLost: (error: Error) => void },
  ) {
    this.#lanes = Array.from({ length: options.lanes }, () => ({ client: null, connecting: null, waiting: 0 }));
  }

  /** Runs one statement in `scope` on the least busy connection. Rejects with pg's own error. */
  async execute(scope: AnyScope, statement: Statement, values: unknown[]): Promise<pg.QueryResult> {
    scope.statements += 1;
    try {
      return await this.#run(scope, statement, values);
    } catch (error) {
      if (!isStaleStatement(error)) throw error;
      return this.#run(scope, statement, values);
    }
  }

  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all(this.#lanes.map(async (lane) => lane.client?.end()));
  }

  async #run(scope: AnyScope, statement: Statement, values: unknown[]): Promise<pg.QueryResult> {
    const lane = this.#leastBusy();
    lane.waiting += 1;
    let client: pg.Client | null = null;
    try {
      client = lane.client ?? (await this.#connect(lane));
      return await this.#send(client, scope, statement, values);
    } catch (error) {
      if (isStaleStatement(error)) discard(lane, client);
      throw error;
    } finally {
      lane.waiting -= 1;
    }
  }

  /** Statements that are sent while one phase of the event loop runs leave in one write to the socket. */
  #gather(client: pg.Client): void {
    const { stream } = (client as pg.Client & { connection: { stream: Writable } }).connection;
    if (stream.writableCorked > 0) return;
    stream.cork();
    setImmediate(() => {
      stream.uncork();
    });
  }

  #send(client: pg.Client, scope: AnyScope, statement: Statement, values: unknown[]): Promise<pg.QueryResult> {
    this.#gather(client);
    return sendScoped(client, scopeValues(scope), statement, { ...this.options.send, values });
  }

  #leastBusy(): Lane {
    return this.#lanes.reduce((best, lane) => (lane.waiting < best.waiting ? lane : best));
  }

  #connect(lane: Lane): Promise<pg.Client> {
    lane.connecting ??= this.#open(lane).finally(() => {
      lane.connecting = null;
    });
    return lane.connecting;
  }

  async #open(lane: Lane): Promise<pg.Client> {
    if (this.#closing) throw new Error('The connection pool is closed.');
    const options: pg.ClientConfig & { pipeline: true } = { ...this.connection, pipeline: true };
    const client = new pg.Client(options);
    client.on('error', (error) => {
      if (lane.client === client) lane.client = null;
      this.options.onLost(error);
    });
    client.on('end', () => {
      if (lane.client === client) lane.client = null;
    });
    await client.connect();
    lane.client = client;
    return client;
  }
}

/** Takes a connection out of use once its statements are answered, if the lane has not another one already. */
function discard(lane: Lane, client: pg.Client | null): void {
  if (lane.client === client) lane.client = null;
  void client?.end();
}
