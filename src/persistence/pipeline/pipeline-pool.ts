import type { Writable } from 'node:stream';
import pg from 'pg';
import type { AnyScope } from '../../kernel/scope.js';
import { isConnectionLoss } from '../database-errors.js';
import type { Statement } from '../statement.js';
import { sendBatch } from './batch.js';
import { scoped, type SendOptions } from './scoped-batch.js';
import { isStaleStatement } from './stale-statement.js';
import { watched, type Watching } from './watched.js';

/** How many connections, how statements are sent, and who is told of both. */
export interface PipelineOptions extends SendOptions, Watching {
  readonly lanes: number;
  readonly onLost: (error: Error) => void;
}

/** Connections that are open at a moment, and the statements that wait for their answers. */
export interface PipelineLoad {
  readonly connections: number;
  readonly waiting: number;
}

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
    private readonly options: PipelineOptions,
  ) {
    this.#lanes = Array.from({ length: options.lanes }, () => ({ client: null, connecting: null, waiting: 0 }));
  }

  load(): PipelineLoad {
    return {
      connections: this.#lanes.filter(({ client }) => client !== null).length,
      waiting: this.#lanes.reduce((sum, { waiting }) => sum + waiting, 0),
    };
  }

  /**
   * Runs one statement in `scope` on the least busy connection, and on another where that was lost: what runs here reads,
   * or may be done twice. All may have been lost at once, so each is tried. Rejects with pg's own error.
   */
  execute(scope: AnyScope, statement: Statement, values: unknown[]): Promise<pg.QueryResult> {
    return watched(this.options.watch, scope, statement, () => this.#execute(scope, statement, values));
  }

  async #execute(scope: AnyScope, statement: Statement, values: unknown[]): Promise<pg.QueryResult> {
    scope.statements += 1;
    for (let left = this.#lanes.length; ; left -= 1) {
      try {
        return await this.#run(scope, statement, values);
      } catch (error) {
        if (left === 0 || !(isStaleStatement(error) || isConnectionLoss(error))) throw error;
      }
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
      // It tells its statements before it ends: what is tried again must not find it in use still.
      else if (isConnectionLoss(error) && !this.#mayBeOfNode && lane.client === client) lane.client = null;
      throw error;
    } finally {
      lane.waiting -= 1;
    }
  }

  /**
   * Whether what was lost may be a cluster's connection to one of its nodes: then ours stands, and would be left open if it
   * were forgotten. One that ends says so by itself.
   */
  get #mayBeOfNode(): boolean {
    return this.options.entrance.topology === 'citus';
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
    return sendBatch(client, scoped(scope, statement, values, this.options));
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
