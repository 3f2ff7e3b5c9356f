import type { UserSet } from '../../users/index.js';
import { UserSet as Users } from '../../users/index.js';
import type { EffectiveSets } from './effective-sets.js';
import type { Start, UserOrder } from './user-order.js';

/** Bytes of one direct assignment as DIRECT_MOMENTS packs it: its moment and the user's ordinal. */
const PACKED = 12;

interface DirectAssignment {
  readonly moment: bigint;
  readonly ordinal: number;
}

/** Users of one moment, or some direct assignments of different moments between those of two groups. */
type Run =
  | { readonly moment: bigint; readonly users: UserSet }
  | { readonly moment: null; readonly assignments: readonly DirectAssignment[] };

/**
 * The order of the assignments that the rows show (a direct one wins, else the first of a group), and of the users'
 * ordinals within one moment. What a group gives stays a set; only direct assignments are listed one by one.
 */
export class AssignmentOrder implements UserOrder {
  readonly #sets: EffectiveSets;
  readonly #direct: readonly DirectAssignment[];

  /** `direct`: the answer of DIRECT_MOMENTS. */
  constructor(
    sets: EffectiveSets,
    direct: Buffer,
    private readonly descending: boolean,
  ) {
    this.#sets = sets;
    this.#direct = Array.from({ length: direct.length / PACKED }, (_, at) => ({
      moment: direct.readBigInt64BE(at * PACKED),
      ordinal: direct.readInt32BE(at * PACKED + 8),
    }));
  }

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
    const listed = this.#direct.filter(({ ordinal }) => users.has(ordinal));
    let seen = this.#sets.direct;
    let next = 0;
    const until = (moment: bigint | null): readonly DirectAssignment[] => {
      const from = next;
      while (next < listed.length && (moment === null || (listed[next]?.moment ?? moment) < moment)) next += 1;
      return listed.slice(from, next);
    };
    for (const [moment, given] of this.#groups()) {
      runs.push({ moment: null, assignments: until(moment) });
      const first = given.minus(seen);
      const together = Users.of(until(moment + 1n).map(({ ordinal }) => ordinal));
      runs.push({ moment, users: first.and(users).union(together) });
      seen = Users.of([]).union(seen).union(first);
    }
    runs.push({ moment: null, assignments: until(null) });
    return runs;
  }

  #groups(): [bigint, UserSet][] {
    const groups = [...this.#sets.groupByMoment].map(([moment, set]): [bigint, UserSet] => [BigInt(moment), set]);
    return groups.sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** How many come up to and with the row of these keys. */
  #rank(runs: readonly Run[], moment: bigint, ordinal: number): number {
    const isBefore = (its: bigint): boolean => (this.descending ? its > moment : its < moment);
    let rank = 0;
    for (const run of runs) {
      if (run.moment === null) {
        rank += run.assignments.filter(
          (each) => isBefore(each.moment) || (each.moment === moment && this.#upTo(each.ordinal, ordinal)),
        ).length;
      } else if (run.moment === moment) rank += run.users.rank(ordinal, this.descending);
      else if (isBefore(run.moment)) rank += run.users.size;
    }
    return rank;
  }

  #upTo(ordinal: number, last: number): boolean {
    return this.descending ? ordinal >= last : ordinal <= last;
  }

  #slice(run: Run, offset: number, limit: number): readonly number[] {
    if (run.moment !== null) return run.users.slice(offset, limit, this.descending);
    const ordered = this.descending ? run.assignments.toReversed() : run.assignments;
    return ordered.slice(offset, offset + limit).map(({ ordinal }) => ordinal);
  }
}

function sizeOf(run: Run): number {
  return run.moment === null ? run.assignments.length : run.users.size;
}
