import { finished, Readable } from 'node:stream';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { AnyScope } from '../../kernel/scope.js';
import { toDomainError } from '../database-errors.js';
import { enteringFor } from '../database-role.js';
import type { Topology } from '../topology/topology.js';
import { BulkSession } from './bulk-session.js';
import { throughFile } from './temporary-file.js';

/** Longest wait for rows that others are changing: a file is worth more patience than a request. */
const LOCK_TIMEOUT_MS = 600_000;

/** How the rows of a file are separated. */
export type CopyFormat = 'csv' | 'lines';

/**
 * COPY's CSV with signs that no JSON holds in place of quotes and commas, so that a line of JSON is copied as it stands
 * (RFC 8259 section 7: control characters are escaped).
 */
const OPTIONS: Readonly<Record<CopyFormat, string>> = {
  csv: `FORMAT csv, HEADER`,
  lines: `FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02'`,
};

/** No time limit for statements; the server looks whether we are still there, where it can. */
const UNHURRIED = `DO $$ BEGIN
    PERFORM set_config('statement_timeout', '0', true), set_config('lock_timeout', '${LOCK_TIMEOUT_MS}', true),
            set_config('work_mem', '64MB', true), set_config('jit', 'off', true);
    PERFORM set_config('client_connection_check_interval', '2s', true);
  EXCEPTION WHEN invalid_parameter_value THEN
    PERFORM set_config('statement_timeout', '0', true), set_config('lock_timeout', '${LOCK_TIMEOUT_MS}', true);
  END $$`;

/** What a transaction answers, and whether what it wrote is to stay. */
export interface BulkResult<T> {
  readonly result: T;
  readonly keep: boolean;
}

/** Connections for whole files of rows: each is opened for one file and closed behind it, so that no request waits for one. */
export class BulkConnections {
  readonly #open = new Set<pg.Client>();

  /**
   * `pooled`: whether a pooler stands in front of the server, which has few connections to give. No transaction may then
   * wait for somebody who sends or takes a file, nor for another transaction: files pass through a temporary one.
   */
  constructor(
    private readonly connection: pg.ClientConfig,
    readonly pooled: boolean,
    private readonly topology: Topology,
  ) {}

  /** Runs `work` in one transaction; nothing of it stays where it fails, or where its result says so. */
  async transact<T>(scope: AnyScope, work: (session: BulkSession) => Promise<BulkResult<T>>): Promise<T> {
    const client = await this.#connect();
    try {
      await enter(client, scope, this.topology);
      const { result, keep } = await work(new BulkSession(scope, client, this.topology));
      await client.query(keep ? 'COMMIT' : 'ROLLBACK');
      return result;
    } catch (error) {
      throw toDomainError(error);
    } finally {
      this.#close(client);
    }
  }

  /**
   * What a query answers, as a file, all of one moment. It is read no faster than it is taken; destroying it cancels the
   * query, and so does `leaving` before there is a file. `select` takes no parameters and sees only what the scope may see.
   */
  async copyOut(scope: AnyScope, select: string, format: CopyFormat, leaving?: AbortSignal): Promise<Readable> {
    const client = await this.#connect();
    const leave = (): void => this.#close(client);
    leaving?.addEventListener('abort', leave);
    try {
      await enter(client, scope, this.topology);
      scope.statements += 1;
      const stream = client.query(copyTo(`COPY (${select}) TO STDOUT (${OPTIONS[format]})`));
      finished(stream, leave);
      if (this.pooled) return await throughFile(stream);
      await firstOf(stream);
      return stream;
    } catch (error) {
      this.#close(client);
      // Nobody is there to be told, and nothing went wrong.
      if (leaving?.aborted) return Readable.from([]);
      throw toDomainError(error);
    } finally {
      leaving?.removeEventListener('abort', leave);
    }
  }

  /** Cuts what is still under way. */
  close(): void {
    for (const client of this.#open) this.#close(client);
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({ ...this.connection, statement_timeout: 0, lock_timeout: 0, query_timeout: 0 });
    // The statement that is under way is told of it as well.
    client.on('error', () => this.#open.delete(client));
    try {
      await client.connect();
    } catch (error) {
      throw toDomainError(error);
    }
    this.#open.add(client);
    return client;
  }

  /** While a statement runs, pg cuts the connection, and the server rolls back. */
  #close(client: pg.Client): void {
    this.#open.delete(client);
    void client.end().catch(() => undefined);
  }
}

async function enter(client: pg.Client, scope: AnyScope, topology: Topology): Promise<void> {
  await client.query('BEGIN');
  await client.query(UNHURRIED);
  const { text, values } = enteringFor(scope, { topology, limits: null });
  await client.query(text, values);
  // A file goes to the tenant's node as a whole.
  if (topology === 'citus') await client.query('SET LOCAL citus.max_intermediate_result_size = -1');
}

/** Waits until the query has begun to answer, so that its failure is an answer and no broken file. */
async function firstOf(stream: Readable): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const settle = (error?: Error): void => {
      stream.off('readable', settle).off('end', settle).off('error', settle);
      if (error) reject(error);
      else resolve();
    };
    stream.once('readable', settle).once('end', settle).once('error', settle);
  });
}
