import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from './bench.js';
import type { DriverReport } from './driver.js';
import type { Server } from './environment.js';
import { processorSeconds, residentMegabytes } from './processes.js';
import { median, type Figures, type Measured } from './report.js';
import type { Row } from './rows.js';

/** How long each burst of load is, in seconds, and how many each server gets in a row. */
export interface Pace {
  readonly warmUp: number;
  readonly seconds: number;
  readonly slowSeconds: number;
  readonly rounds: number;
  /** From this moment of the process on, in milliseconds, each row gets one round: the machine is busy otherwise. */
  readonly until: number;
}

/** Warms both servers up, then drives them in turn, so that what else the machine does meets both. */
export async function measure(running: Bench, row: Row, floorRow: Row, pace: Pace): Promise<Measured> {
  const { doorlist, floor } = running.environment;
  const sides = [
    { server: doorlist, row, bursts: [] as Burst[] },
    { server: floor, row: floorRow, bursts: [] as Burst[] },
  ] as const;
  let number = 0;
  for (const side of sides) await drive(running, side.server, side.row, number++, pace.warmUp);
  for (let round = 0; round < pace.rounds; round += 1) {
    if (round > 0 && performance.now() > pace.until) break;
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
      const seconds = row.slow ? pace.slowSeconds : pace.seconds;
      const burst = await drive(running, side.server, side.row, number++, seconds);
      if (burst.requests === 0) throw new Error(`${row.name}: no answer in ${seconds} s at ${side.server.url}.`);
      side.bursts.push(burst);
    }
  }
  const memory = await residentMegabytes(doorlist.pid);
  const [ours, theirs] = sides.map((side) => side.bursts) as [Burst[], Burst[]];
  return {
    row,
    doorlist: figuresOf(ours),
    floor: figuresOf(theirs),
    ratio: median(ours.map((each, round) => perSecond(each) / perSecond(theirs[round] ?? each))),
    memory: memory?.now ?? null,
  };
}

interface Burst extends DriverReport {
  /** Processor time of the server, in seconds. */
  readonly processor: number | null;
}

async function drive(running: Bench, server: Server, row: Row, number: number, seconds: number): Promise<Burst> {
  const before = await processorSeconds(server.pid);
  const report = await running.drive(server, row, number, seconds);
  const after = await processorSeconds(server.pid);
  if (report.failures > 0) throw new Error(`${row.name}: ${report.failures} failures at ${server.url}.`);
  // What the driver hung up on is still being answered.
  await running.quiet();
  await sleep(50);
  return { ...report, processor: before === null || after === null ? null : after - before };
}

function perSecond({ requests, seconds }: Burst): number {
  return requests / seconds;
}

function figuresOf(bursts: readonly Burst[]): Figures {
  const processor = bursts.reduce((sum, each) => sum + (each.processor ?? NaN), 0);
  const requests = bursts.reduce((sum, each) => sum + each.requests, 0);
  return {
    perSecond: median(bursts.map(perSecond)),
    p50: median(bursts.map((each) => each.p50)),
    p99: median(bursts.map((each) => each.p99)),
    processor: Number.isNaN(processor) ? null : (processor / requests) * 1e6,
  };
}
