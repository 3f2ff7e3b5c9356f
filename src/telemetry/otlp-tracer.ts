import {
  SpanKind,
  SpanStatusCode,
  defaultTextMapGetter,
  trace,
  ROOT_CONTEXT,
  type Context,
  type Span,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { StatementRun } from '../kernel/statement-run.js';
import type { OpenTrace, TracedEnd, Tracer } from './tracer.js';

/** Longest wait for the collector when stopping, in milliseconds. */
const CLOSE_MS = 2000;

type Begun = Parameters<Tracer['begin']>[0];

/**
 * Traces over OTLP: a span for the route and, in it, one for each statement, made by hand. The automatic instrumentations
 * patch modules as they are loaded, which ES modules allow only with a loader, and follow requests by AsyncLocalStorage,
 * which costs every promise of the process. `endpoint` is the base URL, as OTEL_EXPORTER_OTLP_ENDPOINT has it.
 */
export class OtlpTracer implements Tracer {
  readonly #provider: BasicTracerProvider;
  readonly #tracer;
  readonly #propagator = new W3CTraceContextPropagator();

  constructor(endpoint: string, version: string) {
    const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces` });
    this.#provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'doorlist', 'service.version': version }),
      spanProcessors: [new BatchSpanProcessor(exporter)],
    });
    this.#tracer = this.#provider.getTracer('doorlist', version);
  }

  begin({ method, route, requestId, traceparent }: Begun): OpenTrace {
    const parent =
      traceparent === undefined
        ? ROOT_CONTEXT
        : this.#propagator.extract(ROOT_CONTEXT, { traceparent }, defaultTextMapGetter);
    const attributes = { 'http.request.method': method, 'http.route': route, 'doorlist.request_id': requestId };
    const clock = clockOfTrace();
    const options = { kind: SpanKind.SERVER, startTime: clock(performance.now()), attributes };
    const span = this.#tracer.startSpan(`${method} ${route}`, options, parent);
    const context = trace.setSpan(parent, span);
    return {
      traceId: span.spanContext().traceId,
      statement: (name, { begun, ended, failed }) => {
        this.#statement(context, name, { begun: clock(begun), ended: clock(ended), failed });
      },
      end: (how) => {
        end(span, how, clock(performance.now()));
      },
    };
  }

  async close(): Promise<void> {
    const late = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_MS).unref());
    await Promise.race([this.#provider.shutdown().catch(() => undefined), late]);
  }

  #statement(context: Context, name: string, run: Omit<StatementRun, 'statement'>): void {
    const attributes = { 'db.system.name': 'postgresql', 'db.query.summary': name };
    const span = this.#tracer.startSpan(name, { kind: SpanKind.CLIENT, startTime: run.begun, attributes }, context);
    if (run.failed) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(run.ended);
  }
}

/** From times of `performance.now()` to those of the day: one trace has one clock, also where the day's is set anew meanwhile. */
function clockOfTrace(): (time: number) => number {
  const offset = Date.now() - performance.now();
  return (time) => offset + time;
}

function end(span: Span, { status, tenantId, clientId }: TracedEnd, at: number): void {
  span.setAttribute('http.response.status_code', status);
  if (tenantId !== undefined) span.setAttribute('doorlist.tenant_id', tenantId);
  if (clientId !== undefined) span.setAttribute('doorlist.client_id', clientId);
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(at);
}
