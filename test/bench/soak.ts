import { performance } from 'node:perf_hooks';
import { makeData } from './data.js';
import type { DriverReport, DrivenRequest } from './driver.js';
import type { Environment } from './environment.js';
import { residentMegabytes } from './processes.js';
import { rowsFor } from './rows.js';

/** How long one burst of the load lasts; memory is looked at behind each. */
const BURST_SECONDS = 5;
/** Each burst has writers of its own, for the one before may have ended between assign and unassign; there are so many. */
const BURSTS_OF_WRITERS = 240;
/** The part of the run, from its begin, in which a service still fills what it keeps. */
const WARM_UP = 0.3;

/** Resident memory of the service at a moment of the run. */
interface Look {
  readonly minutes: number;
  readonly megabytes: number;
}

/** What came of a soak. */
interface Soak {
  readonly requests: number;
  readonly failures: number;
  readonly looks: readonly Look[];
}

/**
 * Mixed traffic for `seconds`: reads of every kind, and a quarter of the connections writing; memory is told every few
 * seconds. Null where there is no /proc to read it from.
 */
export async function measureSoak(environment: Environment, seconds: number): Promise<string | null> {
  const caller = await environment.newTenant('soak');
  const data = await makeData(environment.admin, caller.tenantId);
  const [writes, ...reads] = rowsFor(caller.tenantId, data, { small: '', large: '' }).filter(
    ({ name }) => !name.includes('middle'),
  );
  const soak = { requests: 0, failures: 0, looks: [] as Look[] };
  const began = performance.now();
  for (let burst = 0; performance.now() - began < seconds * 1000; burst += 1) {
    const connections: (readonly DrivenRequest[])[] = reads.flatMap((row) => row.connectionsOf(burst).slice(0, 4));
    connections.push(...(writes?.connectionsOf(burst % BURSTS_OF_WRITERS).slice(0, 8) ?? []));
    const order = { url: environment.doorlist.url, token: caller.token, seconds: BURST_SECONDS, connections };
    const report = await environment.driver.ask<DriverReport>(order);
    const memory = await residentMegabytes(environment.doorlist.pid);
    if (memory === null) return null;
    soak.requests += report.requests;
    soak.failures += report.failures;
    soak.looks.push({ minutes: (performance.now() - began) / 60_000, megabytes: memory.now });
  }
  return soakReport(soak);
}

function soakReport({ requests, failures, looks }: Soak): string {
  const settled = looks.slice(Math.floor(looks.length * WARM_UP));
  const lines = looks.map(
    ({ minutes, megabytes }) => `${minutes.toFixed(2).padStart(6)} min ${megabytes.toFixed(0).padStart(5)} MB`,
  );
  const slope = slopeOf(settled);
  return [
    ...lines,
    '',
    `${requests.toLocaleString('en')} requests, ${failures} failures.`,
    `Memory behind the first ${WARM_UP * 100} %: ${slope.toFixed(2)} MB a minute (least squares over ${settled.length} looks).`,
  ].join('\n');
}

/** By least squares, in megabytes a minute. */
function slopeOf(looks: readonly Look[]): number {
  const mean = (of: (look: Look) => number): number => looks.reduce((sum, look) => sum + of(look), 0) / looks.length;
  const [minutes, megabytes] = [mean((look) => look.minutes), mean((look) => look.megabytes)];
  const spread = mean((look) => (look.minutes - minutes) ** 2);
  return spread === 0 ? 0 : mean((look) => (look.minutes - minutes) * (look.megabytes - megabytes)) / spread;
}
