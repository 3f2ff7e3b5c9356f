import { Agent, request as open } from 'node:http';
import { performance } from 'node:perf_hooks';

/** What a measurement sends. */
export interface TimedRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the tenant's own path; one that begins with `/v1` is the whole path. */
  readonly path: string;
  readonly body?: object;
}

interface TimedAnswer {
  readonly status: number;
  readonly text: string;
  /** From the first byte sent to the last one received, in milliseconds. */
  readonly milliseconds: number;
}

/** One caller who sends one request after the other over one connection. */
export class SequentialCaller {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(
    private readonly base: string,
    private readonly token: string,
  ) {}

  /** How long the answer took, and what it says; throws for anything but 2xx. */
  async send(request: TimedRequest): Promise<{ milliseconds: number; body: unknown }> {
    const { status, text, milliseconds } = await this.attempt(request);
    if (status < 200 || status > 299) throw new Error(`${request.method} ${request.path} answered ${status}: ${text}`);
    return { milliseconds, body: text === '' ? null : JSON.parse(text) };
  }

  async attempt({ method, path, body }: TimedRequest): Promise<TimedAnswer> {
    const sent = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      authorization: `Bearer ${this.token}`,
      ...(sent === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) }),
    };
    const from = performance.now();
    return new Promise((resolve, reject) => {
      const url = path.startsWith('/v1') ? new URL(path, this.base) : this.base + path;
      const outgoing = open(url, { method, headers, agent: this.#agent }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.once('error', reject);
        incoming.once('end', () => {
          const milliseconds = performance.now() - from;
          resolve({ status: incoming.statusCode ?? 0, text: Buffer.concat(chunks).toString(), milliseconds });
        });
      });
      outgoing.once('error', reject);
      outgoing.end(sent);
    });
  }

  /** Another caller with the same token, over a connection of its own. */
  another(): SequentialCaller {
    return new SequentialCaller(this.base, this.token);
  }

  close(): void {
    this.#agent.destroy();
  }
}
