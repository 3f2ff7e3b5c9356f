/** The load, in a process of its own, so that the event loops that are measured share nothing but the machine with it. */
import autocannon from 'autocannon';

/** One connection's requests, sent one after the other, over and over. */
export interface DrivenRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: string;
}

/** What the run sends: one burst of load. */
export interface DriverOrder {
  readonly url: string;
  readonly token: string;
  readonly seconds: number;
  /** One item a connection. */
  readonly connections: readonly (readonly DrivenRequest[])[];
}

/** What comes back of it. */
export interface DriverReport {
  readonly requests: number;
  readonly seconds: number;
  /** In milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Answers that were not 2xx, broken connections and time-outs: anything but 0 makes the figures worthless. */
  readonly failures: number;
}

process.on('message', (order) => void drive(order as DriverOrder).then((report) => process.send?.(report)));

async function drive({ url, token, seconds, connections }: DriverOrder): Promise<DriverReport> {
  let next = 0;
  const result = await autocannon({
    url,
    connections: connections.length,
    pipelining: 1,
    duration: seconds,
    sampleInt: 100,
    timeout: 30,
    headers: { authorization: `Bearer ${token}` },
    setupClient: (client) => {
      const requests = connections[next % connections.length] ?? [];
      next += 1;
      client.setRequests(
        requests.map(({ method, path, body }) => ({
          method,
          path,
          ...(body === undefined
            ? {}
            : { body, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } }),
        })),
      );
    },
  });
  return {
    requests: result['2xx'],
    seconds: result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
    failures: result.non2xx + result.errors + result.timeouts,
  };
}
