export type { Metrics } from './metrics.js';
export { serveMetrics, serveMetricsAt } from './metrics-server.js';
export { observeRequests } from './observe-requests.js';
export { openMetrics, openTelemetry, type Telemetry } from './telemetry.js';
