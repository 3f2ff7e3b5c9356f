import { UserSet } from '../../users/index.js';
import type { EffectiveSets } from './effective-sets.js';
import type { Start, UserOrder } from './user-order.js';

/** Bytes of one direct assignment as DIRECT_MOMENTS packs it: its moment and the user's ordinal. */
const PACKED = 12;

/** Direct assignments in their order, a few bytes each: there may be a million. */
interface DirectAssignments {
  readonly moments: BigInt64Array;
  readonly ordinals: Int32Array;
}

/** Users of one moment, or some direct assignments of different moments between those of two groups. */
type Run =
  | { readonly moment: bigint; readonly users: UserSet }
  | { readonly moment: null; readonly assignments: DirectAssignments };

/**
 * The order of the assignments that the rows show (a direct one wins, else the first of a group), and of the users'
 * ordinals within one moment. What a group gives stays a set; only direct assignments are listed one by one.
 */
export class AssignmentOrder implements UserOrder {
  /** `direct`: the answer of DIRECT_MOMENTS. */
  constructor(
    private readonly sets: EffectiveSets,
    private readonly direct: Buffer,
    private readonly descending: boolean,
  ) {}

  page(users: UserSet, { after, offset, limit }: Start): readonly number[] {
    const runs = this.descending ? this.#runs(users).reverse() : this.#runs(users);
    const [moment, ordinal] = after;
    let toSkip = moment === undefined ? offset : this.#rank(runs, BigInt(moment), Number(ordinal));
    const found: number[] = [];
    for (const run of runs) {
      if (found.length >= limit) break;
      const size = sizeOf(run);
      if (size > toSkip) found.push(...this.#slice(run, toSkip, limit - found.length));
      toSkip = Math.max(0, toSkip - size);
    }
    return found;
  }

  /** Ascending. Direct assignments of a group's own moment are in its run, so that ordinals alone order them. */
  #runs(users: UserSet): Run[] {
    const runs: Run[] = [];
    const { moments, ordinals } = this.#listed(users);
    let seen = this.sets.direct;
    let next = 0;
    const until = (moment: bigint | null): DirectAssignments => {
      const from = next;
      while (next < moments.length && (moment === null || (moments[next] ?? moment) < moment)) next += 1;
      return { moments: moments.subarray(from, next), ordinals: ordinals.subarray(from, next) };
    };
    for (const [moment, given] of this.#groups()) {
      runs.push({ moment: null, assignments: until(moment) });
      const first = given.minus(seen);
      const together = UserSet.of(until(moment + 1n).ordinals);
      runs.push({ moment, users: first.and(users).union(together) });
      seen = new UserSet().union(seen).union(first);
    }
    runs.push({ moment: null, assignments: until(null) });
    return runs;
  }

  /** The direct assignments of the users that are listed. */
  #listed(users: UserSet): DirectAssignments {
    const count = this.direct.length / PACKED;
    const [moments, ordinals] = [new BigInt64Array(count), new Int32Array(count)];
    let listed = 0;
    for (let at = 0; at < this.direct.length; at += PACKED) {
      const ordinal = this.direct.readInt32BE(at + 8);
      if (!users.has(ordinal)) continue;
      moments[listed] = this.direct.readBigInt64BE(at);
      ordinals[listed] = ordinal;
      listed += 1;
    }
    return { moments: moments.subarray(0, listed), ordinals: ordinals.subarray(0, listed) };
  }

  #groups(): [bigint, UserSet][] {
    const groups = [...this.sets.groupByMoment].map(([moment, set]): [bigint, UserSet] => [BigInt(moment), set]);
    return groups.sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** How many come up to and with the row of these keys. */
  #rank(runs: readonly Run[], moment: bigint, ordinal: number): number {
    const isBefore = (its: bigint): boolean => (this.descending ? its > moment : its < moment);
    let rank = 0;
    for (const run of runs) {
      if (run.moment === null) {
        const { moments, ordinals } = run.assignments;
        moments.forEach((its, at) => {
          if (isBefore(its) || (its === moment && this.#isUpTo(ordinals[at] ?? 0, ordinal))) rank += 1;
        });
      } else if (run.moment === moment) rank += run.users.rank(ordinal, this.descending);
      else if (isBefore(run.moment)) rank += run.users.size;
    }
    return rank;
  }

  #isUpTo(ordinal: number, last: number): boolean {
    return this.descending ? ordinal >= last : ordinal <= last;
  }

  #slice(run: Run, offset: number, limit: number): Iterable<number> {
    if (run.moment !== null) return run.users.slice(offset, limit, this.descending);
    const { ordinals } = run.assignments;
    if (!this.descending) return ordinals.subarray(offset, offset + limit);
    const end = ordinals.length - offset;
    return ordinals.slice(Math.max(0, end - limit), end).reverse();
  }
}

function sizeOf(run: Run): number {
  return run.moment === null ? run.assignments.ordinals.length : run.users.size;
}
