import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller } from './environment.js';

/** Pause of a caller behind a good answer, and behind a refusal, in milliseconds: nobody asks again at once. */
const PAUSES = { good: 5, refused: 20 } as const;
/** So many good answers of every caller, one after the other, and the load is well. */
const WELL = 10;

/** One request and how it was answered; moments are of `performance.now()`. */
export interface Answered {
  readonly kind: 'read' | 'write';
  /** 0 where there was no answer at all. */
  readonly status: number;
  readonly retryAfter: string | null;
  readonly began: number;
  readonly ended: number;
}

/** A steady load: each caller sends one request after the other until `stop`. */
export class FaultLoad {
  readonly answered: Answered[] = [];
  #stopped = false;
  readonly #goodInARow: number[];
  readonly #callers: Promise<void>[];

  constructor(
    private readonly url: string,
    private readonly caller: Caller,
    { readers, writers }: { readonly readers: number; readonly writers: number },
  ) {
    this.#goodInARow = Array.from({ length: readers + writers }, () => 0);
    this.#callers = this.#goodInARow.map((_, index) => this.#call(index, index < readers ? 'read' : 'write'));
  }

  /** Waits until every caller has had good answers alone for a while that begins now. */
  async well(): Promise<void> {
    this.#goodInARow.fill(0);
    while (this.#goodInARow.some((count) => count < WELL)) await sleep(10);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#callers);
  }

  async #call(index: number, kind: Answered['kind']): Promise<void> {
    while (!this.#stopped) {
      const answer = await sendOne(this.url, this.caller, kind);
      this.answered.push(answer);
      this.#goodInARow[index] = isGood(answer) ? (this.#goodInARow[index] ?? 0) + 1 : 0;
      await sleep(isGood(answer) ? PAUSES.good : PAUSES.refused);
    }
  }
}

export function isGood({ status }: Answered): boolean {
  return status >= 200 && status < 300;
}

/** How long it took, in milliseconds. */
export function timeOf({ began, ended }: Answered): number {
  return ended - began;
}

/** A page of users, or a new user. */
export async function sendOne(url: string, caller: Caller, kind: Answered['kind']): Promise<Answered> {
  const began = performance.now();
  const path = `${url}/api/v1/tenants/${caller.tenantId}/users`;
  const headers = { authorization: `Bearer ${caller.token}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ user_name: `u-${crypto.randomUUID()}` });
  try {
    const answer = await (kind === 'read'
      ? fetch(`${path}?per_page=5`, { headers })
      : fetch(path, { method: 'POST', headers, body }));
    await answer.arrayBuffer();
    const retryAfter = answer.headers.get('retry-after');
    return { kind, status: answer.status, retryAfter, began, ended: performance.now() };
  } catch {
    return { kind, status: 0, retryAfter: null, began, ended: performance.now() };
  }
}
