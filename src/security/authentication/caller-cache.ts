import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Config } from '../../config/config.js';
import { Tallies, type MemoryTally } from '../../kernel/tallies.js';
import { CallerRegistry, type ClientStatus, type TenantStanding } from './caller-registry.js';

/** Most clients, and most tenants, whose standing is remembered at a time. */
const MOST_ENTRIES = 20_000;
/** A tenant that is not there may be made the next moment, so its absence is believed this long at most. */
const UNKNOWN_TENANT_MS = 1000;

/**
 * The caller registry with a short memory in front of it. What changes on this instance is forgotten at once
 * (`forgetClient`, `forgetTenant`); other instances see it after AUTH_CACHE_SECONDS. With 0 nothing is remembered.
 */
@Injectable()
export class CallerCache {
  readonly #clients: Memory<ClientStatus>;
  readonly #tenants: Memory<TenantStanding>;

  constructor(registry: CallerRegistry, config: Config, tallies: Tallies) {
    const milliseconds = config.authCacheSeconds * 1000;
    this.#clients = new Memory(
      (id) => registry.clientStatus(id),
      () => milliseconds,
      tallies.memories.clients,
    );
    this.#tenants = new Memory(
      (id) => registry.tenantStatus(id),
      (status) => (status === 'unknown' ? Math.min(UNKNOWN_TENANT_MS, milliseconds) : milliseconds),
      tallies.memories.tenants,
    );
  }

  /** Answers at once where the standing is remembered, so that the hot path waits for nothing. */
  clientStatus(clientId: string): ClientStatus | Promise<ClientStatus> {
    return this.#clients.get(clientId);
  }

  tenantStatus(tenantId: string): TenantStanding | Promise<TenantStanding> {
    return this.#tenants.get(tenantId);
  }

  /** To be called after a client was revoked or removed (its `client_id`, not its row's id). */
  forgetClient(clientId: string): void {
    this.#clients.forget(clientId);
  }

  /** To be called after a tenant was made, suspended, resumed or removed. */
  forgetTenant(tenantId: string): void {
    this.#tenants.forget(tenantId);
  }
}

/** Answers by key, each kept for a while; simultaneous questions for one key are asked once. */
class Memory<Answer extends string> {
  readonly #kept = new LRUCache<string, Answer>({ max: MOST_ENTRIES });
  readonly #asked = new Map<string, Promise<Answer>>();

  constructor(
    private readonly ask: (key: string) => Promise<Answer>,
    private readonly millisecondsOf: (answer: Answer) => number,
    private readonly tally: MemoryTally,
  ) {}

  get(key: string): Answer | Promise<Answer> {
    const kept = this.#kept.get(key);
    this.tally[kept === undefined ? 'misses' : 'hits'] += 1;
    return kept ?? this.#asked.get(key) ?? this.#ask(key);
  }

  forget(key: string): void {
    this.#kept.delete(key);
    this.#asked.delete(key);
  }

  #ask(key: string): Promise<Answer> {
    const question: Promise<Answer> = this.ask(key)
      .then((answer) => {
        const ttl = this.millisecondsOf(answer);
        // An answer that was on its way when its key was forgotten may be the old one: it is not kept.
        if (ttl > 0 && this.#asked.get(key) === question) this.#kept.set(key, answer, { ttl });
        return answer;
      })
      .finally(() => {
        if (this.#asked.get(key) === question) this.#asked.delete(key);
      });
    this.#asked.set(key, question);
    return question;
  }
}
