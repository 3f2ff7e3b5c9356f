import type { KeyObject } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { IssuerDocuments } from './issuer-documents.js';
import { keyFor, verificationKeys, type VerificationKey } from './json-web-keys.js';
import { issuerUnavailable } from './token-refusals.js';

/** All in milliseconds. */
const KEY_SET_TIMES = {
  /** How long a set is used without asking again: so long does a key that the issuer withdrew live on here. */
  fresh: 600_000,
  /** How long it is used while the issuer does not answer. */
  stale: 3_600_000,
  /** Shortest time between two fetches, whatever key ids callers send. */
  cooldown: 30_000,
  /** The same after a fetch that failed: until then callers are told at once. */
  failureCooldown: 5000,
} as const;

/**
 * The keys of an outside issuer. They are fetched when a token needs them: never without bound (a flood of unknown key ids
 * costs one fetch in 30 seconds), once for all who wait, and never longer than the deadline of `IssuerDocuments`.
 */
export class RemoteKeySet {
  readonly #log = new Logger('issuer-keys');
  #keys: readonly VerificationKey[] = [];
  #url: string | null = null;
  #loadedAt = Number.NEGATIVE_INFINITY;
  #triedAt = Number.NEGATIVE_INFINITY;
  #failed = false;
  #fetching: Promise<void> | null = null;

  /** `url`: where the set is; null: found by discovery. `now` is the clock, in milliseconds. */
  constructor(
    private readonly issuer: string,
    private readonly url: string | null,
    private readonly now: () => number = Date.now,
  ) {}

  /** The key that the issuer has for this `kid` and algorithm; null where it has none. Errors: 503 `issuer_unavailable`. */
  async find(keyId: string | undefined, algorithm: string): Promise<KeyObject | null> {
    const known = keyFor(this.#keys, keyId, algorithm);
    if (known !== null && this.#age() < KEY_SET_TIMES.fresh) return known;
    await this.#refresh();
    const key = keyFor(this.#keys, keyId, algorithm);
    if (key !== null && this.#age() < KEY_SET_TIMES.stale) return key;
    if (this.#failed) throw issuerUnavailable(this.issuer);
    return null;
  }

  #age(): number {
    return this.now() - this.#loadedAt;
  }

  #refresh(): Promise<void> {
    if (this.#fetching !== null) return this.#fetching;
    const pause = this.#failed ? KEY_SET_TIMES.failureCooldown : KEY_SET_TIMES.cooldown;
    if (this.now() - this.#triedAt < pause) return Promise.resolve();
    this.#triedAt = this.now();
    this.#fetching = this.#fetch().finally(() => {
      this.#fetching = null;
    });
    return this.#fetching;
  }

  /** Never rejects: a failure is remembered, and the keys that are there stay. */
  async #fetch(): Promise<void> {
    const documents = new IssuerDocuments();
    try {
      this.#url ??= this.url ?? (await documents.keySetUrl(this.issuer));
      const keys = verificationKeys(await documents.get(this.#url));
      if (keys === null) throw new Error(`${this.#url} is not a JWK Set.`);
      this.#keys = keys;
      this.#loadedAt = this.now();
      this.#failed = false;
    } catch (error) {
      this.#url = null;
      this.#failed = true;
      this.#log.warn({ issuer: this.issuer, reason: error instanceof Error ? error.message : String(error) });
    }
  }
}
