import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { RateLedger } from '../../kernel/rate-ledger.js';

const MINUTE_MS = 60_000;
/** How long what was admitted may be known here alone, in milliseconds: so many statements an instance sends at most. */
const TELL_MS = 100;
/** Most callers that are counted at a time; of more, those seen longest ago begin anew. */
const MOST_CALLERS = 50_000;

/** What one caller has had in one minute. */
interface Count {
  minute: number;
  /** What all instances have admitted, as the ledger last said it. */
  known: number;
  /** What this instance has admitted and the ledger does not know yet. */
  untold: number;
  /** The part of `untold` that is on its way to the ledger. */
  told: number;
}

/** How a caller stands with one limit. */
export interface Standing {
  readonly limit: number;
  /** Requests that are left in this minute. */
  readonly remaining: number;
}

/**
 * Counts requests by the minute. Nothing waits for the database: each instance counts in memory, tells the shared ledger
 * ten times a second what it has admitted and learns what the others have. Together they may so admit more than the limit
 * by what arrives within about a tenth of a second. While the ledger does not answer, each instance counts for itself.
 */
@Injectable()
export class RateLimiter {
  readonly #counts = new LRUCache<string, Count>({ max: MOST_CALLERS });
  readonly #untold = new Map<string, Count>();
  #timer: NodeJS.Timeout | null = null;

  constructor(private readonly ledger: RateLedger) {}

  /** How a caller stands before its next request. */
  standing(caller: string, limit: number): Standing {
    const count = this.#countOf(caller);
    return { limit, remaining: Math.max(0, limit - count.known - count.untold) };
  }

  /** Counts one request that is let in. */
  admit(caller: string): void {
    const count = this.#countOf(caller);
    count.untold += 1;
    this.#untold.set(caller, count);
    if (this.#timer === null) this.#timer = this.#later();
  }

  #countOf(caller: string): Count {
    const minute = Math.floor(Date.now() / MINUTE_MS);
    const known = this.#counts.get(caller);
    if (known?.minute === minute) return known;
    const fresh = { minute, known: 0, untold: 0, told: 0 };
    this.#counts.set(caller, fresh);
    return fresh;
  }

  #later(): NodeJS.Timeout {
    return setTimeout(() => void this.#tell(), TELL_MS).unref();
  }

  async #tell(): Promise<void> {
    const told = [...this.#untold];
    this.#untold.clear();
    const newest = Math.max(...told.map(([, { minute }]) => minute));
    // What was left of the minute before is nobody's concern any more.
    const present = told.filter(([, { minute }]) => minute === newest);
    for (const [, count] of present) count.told = count.untold;
    try {
      const totals = await this.ledger.add(newest, new Map(present.map(([caller, { told: sent }]) => [caller, sent])));
      for (const [caller, count] of present) settle(count, totals.get(caller));
    } catch {
      for (const [, count] of present) settle(count, undefined);
    } finally {
      this.#timer = this.#untold.size > 0 ? this.#later() : null;
    }
  }
}

/** Takes over what the ledger says; where it says nothing, what was sent counts here alone. */
function settle(count: Count, total: number | undefined): void {
  count.known = total ?? count.known + count.told;
  count.untold -= count.told;
  count.told = 0;
}

/** Until the next minute begins, in whole seconds, at least 1. */
export function secondsLeft(now = Date.now()): number {
  return Math.max(1, Math.ceil((MINUTE_MS - (now % MINUTE_MS)) / 1000));
}
