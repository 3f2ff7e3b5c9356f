import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

interface Value {
  readonly stringValue?: string;
  readonly intValue?: number;
}

/** A span as it came over the wire (OTLP, JSON). */
interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: Value }[];
}

interface Export {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[];
}

/** What an OpenTelemetry collector is to the service: it takes traces. */
export class TraceCollector {
  readonly #server: Server;
  /** All that it was sent, as text. */
  text = '';
  readonly spans: Span[] = [];

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      request.once('end', () => {
        this.text += body;
        const { resourceSpans } = JSON.parse(body) as Export;
        const scopes = request.url === '/v1/traces' ? resourceSpans.flatMap(({ scopeSpans }) => scopeSpans) : [];
        this.spans.push(...scopes.flatMap(({ spans }) => spans));
        response.setHeader('content-type', 'application/json').end('{}');
      });
    });
  }

  static async start(): Promise<TraceCollector> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new TraceCollector(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Waits for the span of the request and answers it with all that belong to its trace, by the time they began. */
  async traceOf(requestId: string): Promise<{ root: Span; statements: Span[] }> {
    const isRoot = (span: Span): boolean => attributesOf(span)['doorlist.request_id'] === requestId;
    for (let root = this.spans.find(isRoot); ; root = this.spans.find(isRoot)) {
      if (root) {
        const { traceId, spanId } = root;
        const statements = this.spans.filter((span) => span.traceId === traceId && span.parentSpanId === spanId);
        return { root, statements };
      }
      await sleep(50);
    }
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

/** The attributes of a span by their names. */
export function attributesOf({ attributes }: Span): Record<string, string | number | undefined> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]));
}
