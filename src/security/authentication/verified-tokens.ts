import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Principal } from '../../kernel/principal.js';
import { Tallies, type MemoryTally } from '../../kernel/tallies.js';

/** Most tokens that are remembered; with all that belongs to one about 1.5 KB each. */
const MOST_TOKENS = 10_000;
/** Longest time without verifying a token again, in milliseconds: so long does a key that was withdrawn live on here. */
const LONGEST_MS = 300_000;

interface Entry {
  readonly principal: Principal;
  /** In milliseconds since 1970. */
  readonly until: number;
}

/**
 * Tokens that were verified, by SHA-256 of their text: a look at it costs about 2 microseconds, a signature 50. Tokens
 * themselves are not kept. Whether the caller is still welcome is not remembered here (see `CallerCache`).
 */
@Injectable()
export class VerifiedTokens {
  readonly #entries = new LRUCache<string, Entry>({ max: MOST_TOKENS });
  readonly #tally: MemoryTally;

  constructor(tallies: Tallies) {
    this.#tally = tallies.memories.tokens;
  }

  find(token: string): Principal | undefined {
    const key = digest(token);
    const entry = this.#entries.get(key);
    if (entry !== undefined && entry.until > Date.now()) {
      this.#tally.hits += 1;
      return entry.principal;
    }
    this.#tally.misses += 1;
    if (entry !== undefined) this.#entries.delete(key);
    return undefined;
  }

  keep(token: string, principal: Principal): void {
    const until = Math.min(principal.expiresAt * 1000, Date.now() + LONGEST_MS);
    this.#entries.set(digest(token), { principal, until });
  }
}

function digest(token: string): string {
  return hash('sha256', token, 'base64');
}
