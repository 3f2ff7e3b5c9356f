import { setTimeout as sleep } from 'node:timers/promises';
import type { QueryResult } from 'pg';
import { PlatformScope, SYSTEM_ACTOR, type AnyScope } from '../../kernel/scope.js';
import type { Lane, Pipelines } from '../pipeline/pipelines.js';
import { statement, type Statement } from '../statement.js';
import { positionOf } from './log-position.js';

/** How far a standby has come; null on a server that is none (any more). */
const REPLAYED = statement(
  'replicas.replayed',
  'SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() END::text AS lsn',
);

/** Longest wait until a replica has come as far as a read needs, and the time between two looks, in milliseconds. */
const PATIENCE_MS = 100;
const LOOK_MS = 10;
/** How long a replica that failed is left alone, in milliseconds. */
const REST_MS = 1000;

/** One standby of the primary. */
export class Replica {
  /** It was as far as this already, and never goes back while its connections stand. */
  #replayed = 0n;
  #restsUntil = 0;
  #looking: Promise<bigint> | null = null;

  constructor(private readonly pipelines: Pipelines) {}

  get isResting(): boolean {
    return performance.now() < this.#restsUntil;
  }

  /** To be called when it fails, or a connection to it is lost: it may have been started anew, from an earlier point. */
  rest(): void {
    this.#replayed = 0n;
    this.#restsUntil = performance.now() + REST_MS;
  }

  async execute(scope: AnyScope, read: Statement, values: unknown[], lane: Lane): Promise<QueryResult> {
    return this.pipelines[lane].execute(scope, read, values);
  }

  /** Waits, for a bounded time, until it has come as far as `position`; false where it has not. */
  async reaches(position: bigint): Promise<boolean> {
    for (const until = performance.now() + PATIENCE_MS; ;) {
      if (this.#replayed >= position) return true;
      const replayed = await this.#look();
      if (replayed >= position) return true;
      if (performance.now() >= until) return false;
      await sleep(LOOK_MS);
    }
  }

  /** Simultaneous questions are asked once. */
  #look(): Promise<bigint> {
    this.#looking ??= this.#ask().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #ask(): Promise<bigint> {
    const scope = new PlatformScope(SYSTEM_ACTOR, 'replica');
    const { rows } = await this.pipelines.quick.execute(scope, REPLAYED, []);
    const lsn = (rows[0] as { lsn: string | null } | undefined)?.lsn;
    this.#replayed = lsn ? positionOf(lsn) : 0n;
    return this.#replayed;
  }
}
