import type { Config } from '../config/config.js';
import type { StatementWatch } from '../kernel/statement-watch.js';
import { Tallies } from '../kernel/tallies.js';
import type { Load, Metrics } from './metrics.js';
import { StatementWatcher } from './statement-watcher.js';
import type { Tracer } from './tracer.js';

/** What one instance tells of itself while it runs; each part is null, and not even loaded, where it is not asked for. */
export interface Telemetry {
  readonly tallies: Tallies;
  readonly watch: StatementWatch | null;
  readonly tracer: Tracer | null;
}

/** Makes ready what is asked for. `version` is that of the service. */
export async function openTelemetry(
  config: Config,
  log: { warn(entry: object): void },
  version: string,
): Promise<Telemetry> {
  const tallies = new Tallies();
  const tracer = await openTracer(config.otlpEndpoint, version);
  const isWatched = config.slowStatementMs > 0 || tracer !== null;
  return { tallies, watch: isWatched ? new StatementWatcher(config.slowStatementMs, log, tallies) : null, tracer };
}

async function openTracer(endpoint: string | null, version: string): Promise<Tracer | null> {
  if (endpoint === null) return null;
  const { OtlpTracer } = await import('./otlp-tracer.js');
  return new OtlpTracer(endpoint, version);
}

/** The metrics, where they are asked for. */
export async function openMetrics(
  config: Config,
  tallies: Tallies,
  about: { version: string; load: () => Load },
): Promise<Metrics | null> {
  if (config.metricsPort === null && config.metricsPath === null) return null;
  const { Metrics } = await import('./metrics.js');
  return new Metrics(tallies, about.version, about.load);
}
