/** `npm run bench`: how fast the built service is, beside a floor of bare Fastify and pg on the same database. See docs/benchmarks.md. */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startBench, type Bench, type Server } from './bench.js';
import { LARGE, SMALL } from './data.js';
import type { DriverReport } from './driver.js';
import { processorSeconds, residentMegabytes } from './processes.js';
import { machine, median, tableOf, writeResults, type Figures, type Measured } from './report.js';
import { rowsFor, type Row } from './rows.js';

/** How long each burst of load is, and how many each server gets in a row. */
const FULL = { warmUp: 1, seconds: 0.8, slowSeconds: 1.6, rounds: 9 } as const;
/** On a machine that is busy otherwise: after this long, in milliseconds, each row still gets one round. */
const LONG_ENOUGH = 200_000;
const QUICK = { warmUp: 0.3, seconds: 0.6, slowSeconds: 1.5, rounds: 1 } as const;

const { values: flags } = parseArgs({
  options: { quick: { type: 'boolean' }, write: { type: 'boolean' }, only: { type: 'string' } },
});
const pace = flags.quick ? QUICK : FULL;

const began = performance.now();
const bench = await startBench();
try {
  const measured = await measureAll(bench);
  const table = tableOf(measured);
  const memory = await residentMegabytes(bench.doorlist.pid);
  const peak = memory === null ? '' : `Resident memory of the service at its highest: ${memory.highest.toFixed(0)} MB.`;
  const text = `${machine(bench.databaseVersion)}.\n\n${table}\n\n${peak}`;
  console.log(`\n${text}\n\n${Math.round((performance.now() - began) / 1000)} s in all.`);
  if (flags.write) await writeResults(text);
} finally {
  await bench.stop();
}

async function measureAll(running: Bench): Promise<Measured[]> {
  const { doorlist, floor, tenantId, data } = running;
  const rowsOf = async (server: Server): Promise<Row[]> => {
    const cursors = {
      small: await running.cursorInTheMiddle(server, data.smallApplication, SMALL),
      large: await running.cursorInTheMiddle(server, data.largeApplication, LARGE),
    };
    return rowsFor(tenantId, data, cursors);
  };
  const [rows, floorRows] = [await rowsOf(doorlist), await rowsOf(floor)];
  const measured: Measured[] = [];
  for (const [index, row] of rows.entries()) {
    const floorRow = floorRows[index];
    if (!floorRow || !row.name.includes(flags.only ?? '')) continue;
    await running.compare(row, floorRow);
    const found = await measure(running, row, floorRow);
    console.log(
      `${row.name}: ${Math.round(found.doorlist.perSecond)} of ${Math.round(found.floor.perSecond)} requests/s`,
    );
    measured.push(found);
  }
  return measured;
}

/** Warms both servers up, then drives them in turn, so that what else the machine does meets both. */
async function measure(running: Bench, row: Row, floorRow: Row): Promise<Measured> {
  const sides = [
    { server: running.doorlist, row, bursts: [] as Burst[] },
    { server: running.floor, row: floorRow, bursts: [] as Burst[] },
  ] as const;
  let number = 0;
  for (const side of sides) await burst(running, side.server, side.row, number++, pace.warmUp);
  for (let round = 0; round < pace.rounds; round += 1) {
    if (round > 0 && performance.now() - began > LONG_ENOUGH) break;
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
      const seconds = row.slow ? pace.slowSeconds : pace.seconds;
      side.bursts.push(await burst(running, side.server, side.row, number++, seconds));
    }
  }
  const memory = await residentMegabytes(running.doorlist.pid);
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

async function burst(running: Bench, server: Server, row: Row, number: number, seconds: number): Promise<Burst> {
  const before = await processorSeconds(server.pid);
  const report = await running.drive(server, row, number, seconds);
  const after = await processorSeconds(server.pid);
  if (report.failures > 0 || report.requests === 0) {
    throw new Error(`${row.name}: ${report.failures} failures, ${report.requests} answers at ${server.url}.`);
  }
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
