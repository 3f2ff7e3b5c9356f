import { randomUUID } from 'node:crypto';
import { ALWAYS, type AccessModel, type Bound, type Holding } from '../access-model.js';
import type { ApiAnswer } from '../api.js';
import type { Random } from '../random.js';
import type { TestTenant } from '../tenant.js';

/** A tenant and the model of it. */
export interface ModelledTenant {
  readonly tenant: TestTenant;
  readonly model: AccessModel;
  readonly random: Random;
  /** For names that were never used. */
  next(): number;
}

/** What an operation did, what was answered, and which status and parts of the body the model expects. */
interface Done {
  readonly did: string;
  readonly answer: ApiAnswer;
  readonly status: number;
  readonly body?: object;
}

/** One thing that callers do. It changes the model as the service must change. */
export interface Operation {
  readonly name: string;
  /** How often it is chosen, against the others. */
  readonly weight: number;
  readonly isPossible: (world: ModelledTenant) => boolean;
  readonly run: (world: ModelledTenant) => Promise<Done>;
}

/** No operation makes more of each, */
export const LIMITS = { users: 25, groups: 10, applications: 5 } as const;
/** and none leaves fewer. */
export const FEWEST = { users: 4, groups: 3, applications: 2 } as const;
export type Kind = keyof typeof LIMITS;

export const enough = ({ model }: ModelledTenant): boolean =>
  (Object.keys(FEWEST) as Kind[]).every((kind) => model[kind].size >= FEWEST[kind]);

/** Years away, so that nothing begins or ends while the test runs. */
const MOMENTS = {
  from: { none: null, past: '2019-01-01T00:00:00.000Z', future: '2999-01-01T00:00:00.000Z' },
  until: { none: null, past: '2020-01-01T00:00:00.000Z', future: '2999-01-02T00:00:00.000Z' },
} as const;

const BOUNDS: readonly Bound[] = ['none', 'past', 'future'];

const isInOrder = ({ from, until }: Holding): boolean => !(from === 'future' && until === 'past');

/** All that a request may ask for. */
export const HOLDINGS: readonly Holding[] = BOUNDS.flatMap((from) => BOUNDS.map((until) => ({ from, until }))).filter(
  isInOrder,
);

/** Mostly for ever, as most callers ask. */
export const anyHolding = (random: Random): Holding => (random.below(3) > 0 ? ALWAYS : random.of(HOLDINGS));

/** The bounds as requests and answers have them; what `holding` leaves out they do, too. */
export function boundsOf({ from, until }: Partial<Holding>): {
  valid_from?: string | null;
  valid_until?: string | null;
} {
  return {
    ...(from !== undefined && { valid_from: MOMENTS.from[from] }),
    ...(until !== undefined && { valid_until: MOMENTS.until[until] }),
  };
}

/** A merge patch of one bound or both, in the wrong order, too. */
export function anyPatch(random: Random): Partial<Holding> {
  const [from, until] = [random.of(BOUNDS), random.of(BOUNDS)];
  return random.of([{ from }, { until }, { from, until }]);
}

/** What a patch comes to: the status, and the bounds afterwards where they have changed. */
export function patched(held: Holding | undefined, patch: Partial<Holding>): { status: number; after?: Holding } {
  if (held === undefined) return { status: 404 };
  const after = { ...held, ...patch };
  return isInOrder(after) ? { status: 200, after } : { status: 422 };
}

/** One of them, or now and then something that the tenant does not have. */
export const anyOrNone = (random: Random, ids: Iterable<string>): string =>
  random.below(12) === 0 ? randomUUID() : random.of(ids);
