import type { RequestTrace } from '../kernel/request-trace.js';

/** How a request went, as a trace tells it. */
export interface TracedEnd {
  readonly status: number;
  /** Undefined where the request never got as far as a tenant, or a client. */
  readonly tenantId: string | undefined;
  readonly clientId: string | undefined;
}

/** The trace of a request that is under way. */
export interface OpenTrace extends RequestTrace {
  end(how: TracedEnd): void;
}

/** Makes traces. The one implementation is loaded only where an endpoint is configured. */
export interface Tracer {
  /** `route` is its template. `traceparent` is the caller's header, where there is one. */
  begin(request: { method: string; route: string; requestId: string; traceparent: string | undefined }): OpenTrace;
  /** Sends what has not been sent yet; waits for at most a few seconds. */
  close(): Promise<void>;
}
