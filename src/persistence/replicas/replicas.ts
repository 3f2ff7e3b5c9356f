import type { QueryResult } from 'pg';
import { Consistency } from '../../kernel/consistency.js';
import { DomainError } from '../../kernel/domain-error.js';
import type { AnyScope } from '../../kernel/scope.js';
import { toDomainError } from '../database-errors.js';
import type { Lane, Pipelines } from '../pipeline/pipelines.js';
import { statement, type Statement } from '../statement.js';
import { positionIn, positionOf, tokenOf } from './log-position.js';
import type { Replica } from './replica.js';

/** Behind the commit of everything that was answered before. */
const WRITTEN = statement('replicas.written', 'SELECT pg_current_wal_insert_lsn()::text AS lsn');

/** What the reads of a scope need, and who answers them: decided once, so that a request never sees time go back. */
interface Reading {
  readonly position: bigint;
  source?: Promise<Replica | null>;
}

/** Decides which reads a replica answers: those of a scope that says what it has seen, by a replica that has come so far. */
export class Replicas extends Consistency {
  readonly #readings = new WeakMap<AnyScope, Reading>();
  #turn = 0;

  constructor(
    private readonly replicas: readonly Replica[],
    private readonly primary: Pipelines,
  ) {
    super();
  }

  override async tokenNow(scope: AnyScope): Promise<string | null> {
    try {
      const { rows } = await this.primary.quick.execute(scope, WRITTEN, []);
      return tokenOf(positionOf((rows[0] as { lsn: string }).lsn));
    } catch {
      // The write is done: it is answered, and without a token the next read goes to the primary.
      return null;
    }
  }

  override require(scope: AnyScope, token: string): void {
    const position = positionIn(token);
    if (this.replicas.length > 0) this.#readings.set(scope, { position });
  }

  /** Whether `read` is to be asked: told at once, because nearly every read is one of the primary. */
  mayAnswer(scope: AnyScope): boolean {
    return this.#readings.has(scope) && scope.transaction === null;
  }

  /** The answer of a replica, or null where the primary is to be asked. Rejects with pg's own error. */
  async read(scope: AnyScope, read: Statement, values: unknown[], lane: Lane): Promise<QueryResult | null> {
    const reading = this.#readings.get(scope);
    if (!reading) return null;
    const source = await (reading.source ??= this.#choose(reading.position));
    if (source === null) return null;
    try {
      return await source.execute(scope, read, values, lane);
    } catch (error) {
      if (!isOfReplica(error)) throw error;
      source.rest();
      reading.source = Promise.resolve(null);
      return null;
    }
  }

  /** The next one in turn that has come so far. */
  async #choose(position: bigint): Promise<Replica | null> {
    this.#turn += 1;
    const awake = this.replicas.filter((replica) => !replica.isResting);
    const chosen = awake[this.#turn % awake.length];
    if (!chosen) return null;
    try {
      return (await chosen.reaches(position)) ? chosen : null;
    } catch {
      chosen.rest();
      return null;
    }
  }
}

/**
 * Whether the primary would not have failed so: the replica is gone, had to give the statement up for what it replays
 * (manual, "Handling Query Conflicts"), or may not write.
 */
function isOfReplica(error: unknown): boolean {
  const refusal = toDomainError(error);
  return refusal instanceof DomainError && refusal.kind === 'unavailable' && refusal.code !== 'statement_timeout';
}
