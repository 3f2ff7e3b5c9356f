import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Tallies } from '../kernel/tallies.js';
import type { RequestMeter } from './observe-requests.js';

/** Upper bounds of the latencies, in seconds: a check takes half a millisecond, and no statement more than thirty seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30];

/** How busy the connections to the database are, as persistence tells it. */
export interface Load {
  readonly transactions: { readonly open: number; readonly free: number; readonly waiting: number };
  readonly quick: { readonly connections: number; readonly waiting: number };
  readonly long: { readonly connections: number; readonly waiting: number };
  readonly replicas: { readonly connections: number; readonly waiting: number };
}

/** What is measured, in the form of Prometheus. What others count (tallies, pools) is read when it is asked for. */
export class Metrics implements RequestMeter {
  readonly #registry = new Registry();
  readonly #requests = new Counter({
    name: 'doorlist_http_requests_total',
    help: 'Requests answered, by method, template of the route and status.',
    labelNames: ['method', 'route', 'status'],
    registers: [this.#registry],
  });
  readonly #durations = new Histogram({
    name: 'doorlist_http_request_duration_seconds',
    help: 'Time from the arrival of a request to the end of its answer.',
    labelNames: ['method', 'route'],
    buckets: BUCKETS,
    registers: [this.#registry],
  });

  constructor(tallies: Tallies, version: string, load: () => Load) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    new Gauge({
      name: 'doorlist_build_info',
      help: 'Always 1; the label says what runs.',
      labelNames: ['version'],
      registers,
    })
      .labels(version)
      .set(1);
    addLoad(this.#registry, load);
    addTallies(this.#registry, tallies);
  }

  observe(method: string, route: string, status: number, milliseconds: number): void {
    this.#requests.inc({ method, route, status });
    this.#durations.observe({ method, route }, milliseconds / 1000);
  }

  /** Everything as text, and its content type. */
  async text(): Promise<{ readonly type: string; readonly body: string }> {
    return { type: this.#registry.contentType, body: await this.#registry.metrics() };
  }
}

function addLoad(registry: Registry, load: () => Load): void {
  new Gauge({
    name: 'doorlist_database_connections',
    help: 'Connections to the database, by what they are for and whether they are in use.',
    labelNames: ['pool', 'state'],
    registers: [registry],
    collect() {
      const { transactions, quick, long, replicas } = load();
      this.set({ pool: 'transactions', state: 'used' }, transactions.open - transactions.free);
      this.set({ pool: 'transactions', state: 'free' }, transactions.free);
      this.set({ pool: 'quick', state: 'used' }, quick.connections);
      this.set({ pool: 'long', state: 'used' }, long.connections);
      this.set({ pool: 'replicas', state: 'used' }, replicas.connections);
    },
  });
  new Gauge({
    name: 'doorlist_database_waiting',
    help: 'What waits: requests for a connection of the pool, statements for their answers on pipelined connections.',
    labelNames: ['pool'],
    registers: [registry],
    collect() {
      const { transactions, quick, long, replicas } = load();
      this.set({ pool: 'transactions' }, transactions.waiting);
      this.set({ pool: 'quick' }, quick.waiting);
      this.set({ pool: 'long' }, long.waiting);
      this.set({ pool: 'replicas' }, replicas.waiting);
    },
  });
}

/** Counters whose numbers are kept elsewhere are set anew each time. */
function addTallies(registry: Registry, tallies: Tallies): void {
  counted(registry, 'doorlist_cache_requests_total', 'Questions to what is remembered.', ['cache', 'outcome'], () =>
    Object.entries(tallies.memories).flatMap(([cache, { hits, misses }]) => [
      [[cache, 'hit'], hits] as const,
      [[cache, 'miss'], misses] as const,
    ]),
  );
  counted(registry, 'doorlist_access_checks_total', 'Answers about access.', ['question', 'outcome'], () =>
    [...tallies.decisions()].map(([question, outcome, count]) => [[question, outcome], count] as const),
  );
  counted(registry, 'doorlist_rate_limited_total', 'Requests refused by a rate limit.', ['limit'], () =>
    Object.entries(tallies.refusedByLimit).map(([limit, count]) => [[limit], count] as const),
  );
  counted(registry, 'doorlist_slow_statements_total', 'Statements that were logged as slow.', [], () => [
    [[], tallies.slowStatements] as const,
  ]);
}

function counted(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly string[],
  read: () => readonly (readonly [labels: readonly string[], count: number])[],
): void {
  new Counter({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      this.reset();
      for (const [labels, count] of read()) this.labels(...labels).inc(count);
    },
  });
}
