import { performance } from 'node:perf_hooks';
import type { SequentialCaller, TimedRequest } from './requests.js';
import type { ScaleData } from './scale-data.js';

export const WARM_UP = 10;
/** On a machine that is busy otherwise: after this long, in milliseconds, a measurement ends with so many requests. */
export const LONG_ENOUGH = 10_000;
export const FEWEST = 10;

/** What is to be reached with the most users: a median in milliseconds, or in that of another measurement. */
export type Target = { readonly below: number } | { readonly timesOf: string; readonly factor: number };

/** One or several figures that are measured together, each in milliseconds; null where the build has no such route. */
export interface Measure {
  readonly names: readonly string[];
  readonly target?: Target;
  readonly run: (caller: SequentialCaller, data: ScaleData) => Promise<readonly (readonly number[])[] | null>;
}

/** Sends one request after the other until there are `count` times, after some that do not count. */
export async function sample(count: number, send: () => Promise<number>): Promise<number[]> {
  const taken: number[] = [];
  const until = performance.now() + LONG_ENOUGH;
  for (let turn = -Math.min(WARM_UP, count); turn < count; turn += 1) {
    const milliseconds = await send();
    if (turn >= 0) taken.push(milliseconds);
    if (taken.length >= FEWEST && performance.now() > until) break;
  }
  return taken;
}

/** The same request, over and over. */
export async function again(caller: SequentialCaller, request: TimedRequest, count: number): Promise<number[]> {
  return sample(count, async () => (await caller.send(request)).milliseconds);
}

/** A request for each of some users. */
export function ofReaders(requestOf: (user: string, data: ScaleData) => string | TimedRequest): Measure['run'] {
  return async (caller, data) => {
    const taken: number[] = [];
    for (const [turn, user] of data.readers.entries()) {
      const asked = requestOf(user, data);
      const request = typeof asked === 'string' ? ({ method: 'GET', path: asked } as const) : asked;
      const { status, text, milliseconds } = await caller.attempt(request);
      if (status === 404) return null;
      if (status !== 200) throw new Error(`${request.path} answered ${status}: ${text}`);
      if (turn >= WARM_UP) taken.push(milliseconds);
    }
    return [taken];
  };
}
