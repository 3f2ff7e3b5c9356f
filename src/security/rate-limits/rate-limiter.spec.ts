import { RateLedger } from '../../kernel/rate-ledger.js';
import { RateLimiter, secondsLeft } from './rate-limiter.js';

/** A ledger in memory that several instances share; `isDown` makes it refuse. */
class SharedLedger extends RateLedger {
  readonly totals = new Map<string, number>();
  asked = 0;
  isDown = false;

  override add(minute: number, admitted: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, number>> {
    this.asked += 1;
    if (this.isDown) return Promise.reject(new Error('down'));
    for (const [caller, count] of admitted) {
      const key = `${minute} ${caller}`;
      this.totals.set(key, (this.totals.get(key) ?? 0) + count);
    }
    return Promise.resolve(
      new Map([...admitted.keys()].map((each) => [each, this.totals.get(`${minute} ${each}`) ?? 0])),
    );
  }
}

/** Sends requests until one is refused, or `most`; answers how many were let in. */
function admitted(limiter: RateLimiter, caller: string, limit: number, most: number): number {
  let count = 0;
  while (count < most && limiter.standing(caller, limit).remaining > 0) {
    limiter.admit(caller);
    count += 1;
  }
  return count;
}

const told = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 150));

describe('a rate limiter', () => {
  it('lets in as many as the limit says, for each caller, and asks nobody for it', () => {
    const ledger = new SharedLedger();
    const limiter = new RateLimiter(ledger);
    expect([admitted(limiter, 'a', 5, 10), admitted(limiter, 'b', 3, 10), admitted(limiter, 'a', 5, 10)]).toEqual([
      5, 3, 0,
    ]);
    expect(limiter.standing('a', 5)).toEqual({ limit: 5, remaining: 0 });
    expect(ledger.asked).toBe(0);
  });

  it('learns what other instances have let in, by one question for all callers', async () => {
    const ledger = new SharedLedger();
    const [one, other] = [new RateLimiter(ledger), new RateLimiter(ledger)];
    expect([admitted(one, 'a', 10, 6), admitted(one, 'b', 10, 1), admitted(other, 'a', 10, 2)]).toEqual([6, 1, 2]);
    await told();
    expect(ledger.asked).toBe(2);
    one.admit('a');
    await told();
    // 9 are known to the one; the other knows 8 until it has something to tell.
    expect([one.standing('a', 10).remaining, one.standing('b', 10).remaining]).toEqual([1, 9]);
    expect(admitted(other, 'a', 10, 1)).toBe(1);
    await told();
    expect([admitted(other, 'a', 10, 5), [...ledger.totals.values()]]).toEqual([0, [10, 1]]);
  });

  it('counts for itself while the ledger does not answer, and loses nothing that it has counted', async () => {
    const ledger = new SharedLedger();
    ledger.isDown = true;
    const limiter = new RateLimiter(ledger);
    expect(admitted(limiter, 'a', 4, 3)).toBe(3);
    await told();
    expect(admitted(limiter, 'a', 4, 5)).toBe(1);
    await told();
    expect([ledger.asked, limiter.standing('a', 4).remaining]).toEqual([2, 0]);
  });

  it('begins anew with the minute', () => {
    expect([secondsLeft(0), secondsLeft(1), secondsLeft(59_001), secondsLeft(59_999), secondsLeft(60_000)]).toEqual([
      60, 60, 1, 1, 60,
    ]);
  });
});
