import type { KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { DomainError } from '../../kernel/domain-error.js';
import { PlatformScope, SYSTEM_ACTOR } from '../../kernel/scope.js';
import { Database } from '../../persistence/database.js';
import { UnitOfWork } from '../../persistence/unit-of-work.js';
import { TokenKeys } from '../../security/authentication/index.js';
import { newPrivateJwk, signerAt, signingKeyOf, type SigningKey } from './signing-key.js';
import {
  INSERT_FIRST_SIGNING_KEY,
  INSERT_NEXT_SIGNING_KEY,
  LOCK_SIGNING_KEYS,
  PRUNE_SIGNING_KEYS,
  READ_SIGNING_KEYS,
  RETIRE_OTHER_SIGNING_KEYS,
  SIGNING_KEYS_LOCK,
  type SigningKeyRow,
} from './signing-keys.queries.js';

/** Oldest that a set of keys may be when it is used, in milliseconds. */
const RELOAD_MS = 30_000;
/** Shortest time between two reloads that unknown key ids ask for, in milliseconds. */
const UNKNOWN_KEY_MS = 5000;
/** From a new key's publication until it signs, in seconds: longer than RELOAD_MS, so that every instance knows it by then. */
const OVERLAP_SECONDS = 60;
/** How much longer than its tokens a key is published, in seconds: for clocks that differ and requests on their way. */
const MARGIN_SECONDS = 60;

const newScope = (): PlatformScope => new PlatformScope(SYSTEM_ACTOR, 'signing-keys');

/**
 * The keys that our own tokens are signed with, shared by all instances through the database. Each instance works from a
 * set in memory that is never older than 30 seconds when it is used; there is no timer.
 */
@Injectable()
export class SigningKeysService extends TokenKeys {
  #keys: readonly SigningKey[] = [];
  #loadedAt = Number.NEGATIVE_INFINITY;
  #loading: Promise<void> | null = null;

  constructor(
    private readonly database: Database,
    private readonly unitOfWork: UnitOfWork,
    private readonly config: Config,
  ) {
    super();
  }

  override async find(kid: string): Promise<KeyObject | null> {
    await this.#refresh(RELOAD_MS);
    if (!this.#keys.some((key) => key.kid === kid)) await this.#refresh(UNKNOWN_KEY_MS);
    const key = this.#keys.find((candidate) => candidate.kid === kid);
    return key !== undefined && key.retiresAt > Date.now() ? key.publicKey : null;
  }

  /** The published keys: the signing one, its successor from the moment it exists, and those whose tokens are still alive. */
  async published(): Promise<readonly SigningKey[]> {
    await this.#refresh(RELOAD_MS);
    return this.#keys.filter((key) => key.retiresAt > Date.now());
  }

  /** The key to sign with now; the very first start makes one. Errors: 503 where the keys cannot be read. */
  async signer(): Promise<SigningKey> {
    await this.#refresh(RELOAD_MS);
    const found = signerAt(this.#keys, Date.now());
    if (found) return found;
    await this.ensureKey();
    const made = signerAt(this.#keys, Date.now());
    if (made) return made;
    throw new DomainError('unavailable', 'no_signing_key', 'There is no key to sign tokens with; try again.');
  }

  /** Whether the database has a key that may sign now; what is remembered does not count. */
  async canSign(): Promise<boolean> {
    await this.#reload();
    return signerAt(this.#keys, Date.now()) !== undefined;
  }

  /** Makes the first key where there is none; of instances that start together one makes it and all use it. */
  async ensureKey(): Promise<void> {
    await this.#reload();
    if (signerAt(this.#keys, Date.now())) return;
    const jwk = await newPrivateJwk();
    await this.unitOfWork.run(newScope(), async (transaction) => {
      await transaction.query(LOCK_SIGNING_KEYS, [SIGNING_KEYS_LOCK]);
      await transaction.query(INSERT_FIRST_SIGNING_KEY, [jwk.kid, JSON.stringify(jwk)]);
    });
    await this.#reloadAfterChange();
  }

  /**
   * Makes a new key, publishes it at once and signs with it from `overlapSeconds` on. The keys before it stay published
   * until the last token they can have signed has ended. Answers the new `kid`,
   * and how many ended keys were removed.
   */
  async rotate(overlapSeconds = OVERLAP_SECONDS): Promise<{ kid: string; signsInSeconds: number; removed: number }> {
    const jwk = await newPrivateJwk();
    const retiresIn = overlapSeconds + this.config.tokenTtlSeconds + MARGIN_SECONDS;
    await this.unitOfWork.run(newScope(), async (transaction) => {
      await transaction.query(LOCK_SIGNING_KEYS, [SIGNING_KEYS_LOCK]);
      await transaction.query(INSERT_NEXT_SIGNING_KEY, [jwk.kid, JSON.stringify(jwk), overlapSeconds]);
      await transaction.query(RETIRE_OTHER_SIGNING_KEYS, [jwk.kid, retiresIn]);
    });
    const removed = await this.prune();
    await this.#reloadAfterChange();
    return { kid: jwk.kid, signsInSeconds: overlapSeconds, removed };
  }

  /** Deletes the keys that are no longer published; answers how many. */
  async prune(): Promise<number> {
    const gone = await this.database.query(newScope(), PRUNE_SIGNING_KEYS, []);
    return gone.length;
  }

  /** Loads the set where it is older than `age`. While the database does not answer, a set that is there is used on. */
  async #refresh(age: number): Promise<void> {
    const elapsed = Date.now() - this.#loadedAt;
    // A clock that was set back makes the times of the keys wrong as well.
    if (elapsed >= 0 && elapsed < age) return;
    try {
      await this.#reload();
    } catch (error) {
      if (this.#keys.length === 0) throw error;
    }
  }

  /** A reload that is on its way may have read the rows before the change, so it is waited for and followed by another. */
  async #reloadAfterChange(): Promise<void> {
    await this.#loading?.catch(() => undefined);
    await this.#reload();
  }

  #reload(): Promise<void> {
    this.#loading ??= this.#load().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  async #load(): Promise<void> {
    const rows = await this.database.query<SigningKeyRow>(newScope(), READ_SIGNING_KEYS, []);
    const now = Date.now();
    this.#keys = rows.map((row) => signingKeyOf(row, now));
    this.#loadedAt = now;
  }
}
