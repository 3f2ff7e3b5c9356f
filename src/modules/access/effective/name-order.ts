import type { TenantScope } from '../../../kernel/scope.js';
import type { Database } from '../../../persistence/database.js';
import { ordinalsIn, type UserSet } from '../../users/index.js';
import { fewByName, nextByName, type NameOrder as Order } from './effective-sets.queries.js';
import type { Keys, Start, UserOrder } from './user-order.js';

/** Up to so many users are sorted for each page; of more, all users of the tenant are walked through in order. */
const FEW = 5000;
/** Users read at once on the way. */
const SMALLEST_BATCH = 200;
const LARGEST_BATCH = 20_000;

interface Batch {
  readonly packed: Buffer | null;
  readonly last_key: string | null;
}

/**
 * The order of user names or display names. The index is walked from where the page begins and who is not in the set is
 * passed over, so a page by cursor costs what lies between its first and its last user; a page by number walks from the
 * first user of all.
 */
export class NameOrder implements UserOrder {
  constructor(
    private readonly database: Database,
    private readonly scope: TenantScope,
    private readonly order: Order,
  ) {}

  async page(users: UserSet, start: Start): Promise<readonly number[]> {
    const size = users.size;
    if (start.offset >= size) return [];
    return size <= FEW ? this.#sorted(users, size, start) : this.#walked(users, start);
  }

  async #sorted(users: UserSet, size: number, { after, offset, limit }: Start): Promise<readonly number[]> {
    const goesOn = after.length > 0;
    const values = [this.scope.tenantId, users.slice(0, size), limit, goesOn ? 0 : offset, ...after];
    const [page] = await this.database.queryLong<Batch>(this.scope, fewByName(this.order, goesOn), values);
    return page?.packed ? ordinalsIn(page.packed) : [];
  }

  async #walked(users: UserSet, start: Start): Promise<readonly number[]> {
    const found: number[] = [];
    let toSkip = start.after.length > 0 ? 0 : start.offset;
    let batchSize = firstBatch(start.limit + toSkip);
    for (let after: Keys = start.after; found.length < start.limit;) {
      const ordinals = await this.#next(after, batchSize);
      for (const ordinal of ordinals.found) {
        if (!users.has(ordinal)) continue;
        if (toSkip > 0) toSkip -= 1;
        else if (found.length < start.limit) found.push(ordinal);
      }
      if (ordinals.found.length < batchSize) break;
      after = ordinals.last;
      batchSize = Math.min(batchSize * 4, LARGEST_BATCH);
    }
    return found;
  }

  async #next(after: Keys, count: number): Promise<{ found: readonly number[]; last: Keys }> {
    const statement = nextByName(this.order, after.length > 0);
    const [batch] = await this.database.queryLong<Batch>(this.scope, statement, [this.scope.tenantId, count, ...after]);
    const found = batch?.packed ? ordinalsIn(batch.packed) : [];
    return { found, last: [batch?.last_key ?? '', found.at(-1) ?? 0] };
  }
}

function firstBatch(wanted: number): number {
  return Math.min(Math.max(wanted, SMALLEST_BATCH), LARGEST_BATCH);
}
