/** `npm run bench`: how fast the built service is, beside a floor of bare Fastify and pg, and with how many users. See docs/benchmarks.md. */
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { NO_CLUSTERS } from '../support/own-cluster.js';
import { Bench } from './bench.js';
import { LARGE, SMALL, makeData } from './data.js';
import { startEnvironment, type Environment, type Server } from './environment.js';
import { measureFaults } from './faults.js';
import { measure, type Pace } from './measure.js';
import { residentMegabytes } from './processes.js';
import { machine, tableOf, writeSection, type Measured } from './report.js';
import { rowsFor, type Row } from './rows.js';
import { measureScale } from './scale.js';
import { scaleReport, writePlot } from './scale-report.js';
import { measureSoak } from './soak.js';

/** Bursts are long enough that the first request of each connection, which opens it, is none of the slowest hundredth. */
const FULL = { warmUp: 5, seconds: 3, slowSeconds: 4, rounds: 5 } as const;
const QUICK = { warmUp: 0.3, seconds: 0.6, slowSeconds: 1.5, rounds: 1 } as const;
/** How long rows are compared before those that are left get one round alone, in milliseconds. */
const LONG_ENOUGH = 400_000;
/** Sizes of tenants; BENCH_USERS leaves the larger ones out. */
const SIZES = [1000, 10_000, 100_000, 1_000_000];

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    write: { type: 'boolean' },
    only: { type: 'string', default: '' },
    part: { type: 'string', default: 'all' },
    'no-import': { type: 'boolean', default: false },
  },
});

const began = performance.now();
if (flags.part === 'faults') await faults();
else await onOneDatabase();
console.log(`\n${Math.round((performance.now() - began) / 1000)} s in all.`);

/** On servers of its own, which it stops and freezes. */
async function faults(): Promise<void> {
  if (NO_CLUSTERS !== null) throw new Error(`Faults cannot be measured here: ${NO_CLUSTERS}.`);
  const { text, version } = await measureFaults();
  console.log(`\n${text}`);
  if (flags.write) await writeSection('faults', `${machine(version, null)}.\n\n${text}`);
}

async function onOneDatabase(): Promise<void> {
  const environment = await startEnvironment();
  try {
    if (flags.part === 'soak') await soak(environment);
    else {
      if (flags.part !== 'scale') await compareWithFloor(environment);
      if (flags.part !== 'floor') await growTenants(environment);
    }
  } finally {
    await environment.stop();
  }
}

/** For rows that are compared from now on. */
function pace(): Pace {
  return { ...(flags.quick ? QUICK : FULL), until: performance.now() + LONG_ENOUGH };
}

async function compareWithFloor(environment: Environment): Promise<void> {
  const measured = await measureAll(environment);
  const memory = await residentMegabytes(environment.doorlist.pid);
  const peak = memory === null ? '' : `Resident memory of the service at its highest: ${memory.highest.toFixed(0)} MB.`;
  const text = `${machine(environment.databaseVersion)}.\n\n${tableOf(measured)}\n\n${peak}`;
  console.log(`\n${text}`);
  if (flags.write) await writeSection('results', text);
}

/** Ten minutes, or SOAK_SECONDS; no part of a run that does not ask for it. */
async function soak(environment: Environment): Promise<void> {
  const report = await measureSoak(environment, Number(process.env.SOAK_SECONDS ?? 600));
  console.log(`\n${report ?? 'There is no /proc here to read memory from.'}`);
}

async function growTenants(environment: Environment): Promise<void> {
  const most = Number(process.env.BENCH_USERS ?? SIZES.at(-1));
  const sizes = SIZES.filter((size) => size <= most);
  const scale = await measureScale(environment, sizes, {
    only: flags.only,
    pace,
    withImport: !flags['no-import'],
  });
  const text = `${machine(environment.databaseVersion)}.\n\n${scaleReport(scale)}`;
  console.log(`\n${text}`);
  if (flags.write) {
    await writeSection('scale', text);
    await writePlot(scale);
  }
}

async function measureAll(environment: Environment): Promise<Measured[]> {
  const { admin, doorlist, floor, newTenant } = environment;
  const caller = await newTenant('bench');
  const data = await makeData(admin, caller.tenantId);
  const bench = new Bench(environment, caller);
  const rowsOf = async (server: Server): Promise<Row[]> => {
    const cursors = {
      small: await bench.cursorInTheMiddle(server, data.smallApplication, SMALL),
      large: await bench.cursorInTheMiddle(server, data.largeApplication, LARGE),
    };
    return rowsFor(caller.tenantId, data, cursors);
  };
  const [rows, floorRows] = [await rowsOf(doorlist), await rowsOf(floor)];
  const measured: Measured[] = [];
  const its = pace();
  for (const [index, row] of rows.entries()) {
    const floorRow = floorRows[index];
    if (!floorRow || !row.name.includes(flags.only)) continue;
    await bench.compare(row, floorRow);
    const found = await measure(bench, row, floorRow, its);
    const [ours, theirs] = [found.doorlist.perSecond, found.floor.perSecond];
    console.log(`${row.name}: ${Math.round(ours)} of ${Math.round(theirs)} requests/s`);
    measured.push(found);
  }
  return measured;
}
