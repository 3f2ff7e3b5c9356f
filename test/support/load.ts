import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiAnswer } from './api.js';
import type { TestTenant } from './tenant.js';

/** One request of a load and how it was answered. */
interface Sent {
  readonly method: 'GET' | 'POST';
  readonly status: number;
  readonly code: string | undefined;
  readonly retryAfter: string | null;
  readonly milliseconds: number;
  readonly name: string | null;
}

/** Callers who read and write one after the other, until they are told to stop. */
export class Load {
  readonly sent: Sent[] = [];
  #stopped = false;
  readonly #callers: Promise<void>[];

  constructor(
    private readonly tenant: TestTenant,
    callers = 6,
  ) {
    this.#callers = Array.from({ length: callers }, (_, index) => this.#call(index));
  }

  /** Names of users that were answered 201. */
  get made(): string[] {
    return this.sent.flatMap(({ name, status }) => (name !== null && status === 201 ? [name] : []));
  }

  /** Waits until `count` more requests were answered. */
  async more(count: number): Promise<void> {
    for (const until = this.sent.length + count; this.sent.length < until;) await sleep(10);
  }

  /** Waits for an answered read and an answered write that began after now; how long that took, in milliseconds. */
  async well(): Promise<number> {
    const from = performance.now();
    const since = this.sent.length;
    for (;;) {
      const good = this.sent.slice(since).filter(({ status }) => status < 300);
      if (good.some(({ method }) => method === 'GET') && good.some(({ method }) => method === 'POST')) {
        return performance.now() - from;
      }
      await sleep(10);
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#callers);
  }

  async #call(index: number): Promise<void> {
    for (let turn = index; !this.#stopped; turn += 1) {
      const name = turn % 2 === 0 ? `u-${randomUUID()}` : null;
      const began = performance.now();
      const answer = await this.#request(name);
      this.sent.push({
        method: name === null ? 'GET' : 'POST',
        status: answer.status,
        code: (answer.body as { code?: string }).code,
        retryAfter: answer.headers.get('retry-after'),
        milliseconds: performance.now() - began,
        name,
      });
      // Nobody who is refused asks again at once; a load that does would only measure the refusals.
      await sleep(answer.status === 503 ? 20 : 2);
    }
  }

  #request(name: string | null): Promise<ApiAnswer> {
    const { api, path } = this.tenant;
    return name === null ? api.get(`${path}/users?per_page=5`) : api.post(`${path}/users`, { user_name: name });
  }
}
