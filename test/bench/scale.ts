import { performance } from 'node:perf_hooks';
import { Bench } from './bench.js';
import type { DrivenRequest } from './driver.js';
import type { Caller, Environment } from './environment.js';
import { measure, type Pace } from './measure.js';
import { residentMegabytes } from './processes.js';
import { median, type Measured } from './report.js';
import { SequentialCaller } from './requests.js';
import { CONNECTIONS, read, type Row } from './rows.js';
import { PERMISSION, makeScaleData, type ScaleData } from './scale-data.js';
import { measureImport, type ImportFigures } from './scale-import.js';
import { MEASURES } from './scale-measures.js';
import type { Target } from './scale-sampling.js';

/** Checks in one batch, for the comparison with the floor. */
const CHECKS = 100;
/** How long 32 writers change one group, in seconds. */
const WRITING_SECONDS = 5;

/** Answer times in milliseconds. */
export interface Times {
  readonly median: number;
  readonly p99: number;
}

/** One line: the times of a measurement by the number of users. */
export interface ScaleLine {
  readonly name: string;
  readonly target: Target | undefined;
  readonly times: ReadonlyMap<number, Times>;
}

/** What 32 writers of one group did at once. */
export interface ManyWriters {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly failures: number;
}

/** What was found for one size besides the lines. */
export interface SizeFigures {
  readonly users: number;
  readonly generatedInSeconds: number;
  readonly writers: ManyWriters;
  /** Resident memory of the service after all, in megabytes; null where there is no /proc. */
  readonly memory: number | null;
}

/** Everything that the part of the benchmark on sizes has found. */
export interface Scale {
  readonly sizes: readonly SizeFigures[];
  readonly lines: readonly ScaleLine[];
  /** Throughput with the most users, beside the floor. */
  readonly compared: readonly Measured[];
  readonly imported: ImportFigures | null;
}

/** Which measurements are taken, and how long those beside the floor last, said when they begin. */
interface Plan {
  readonly only: string;
  readonly pace: () => Pace;
  readonly withImport: boolean;
}

/** Makes a tenant of each size, one after the other in the same database, and measures it. */
export async function measureScale(environment: Environment, sizes: readonly number[], plan: Plan): Promise<Scale> {
  const times = new Map<string, Map<number, Times>>();
  const found: SizeFigures[] = [];
  let last: { caller: Caller; data: ScaleData } | null = null;
  for (const users of sizes) {
    const caller = await environment.newTenant(`scale-${users}`);
    const began = performance.now();
    const data = await makeScaleData(environment.admin, caller.tenantId, users);
    const generatedInSeconds = (performance.now() - began) / 1000;
    console.log(`\n${users.toLocaleString('en')} users, made in ${generatedInSeconds.toFixed(1)} s`);
    await measureSize(environment, { caller, data, only: plan.only }, (name, its) => {
      times.set(name, (times.get(name) ?? new Map<number, Times>()).set(users, its));
    });
    const writers = await writeTogether(environment, caller, data);
    const memory = (await residentMegabytes(environment.doorlist.pid))?.now ?? null;
    found.push({ users, generatedInSeconds, writers, memory });
    last = { caller, data };
  }
  const lines = MEASURES.flatMap(({ names, target }) =>
    names.map((name) => ({ name, target, times: times.get(name) ?? new Map<number, Times>() })),
  ).filter((line) => line.times.size > 0);
  const compared = last === null ? [] : await compareWithFloor(environment, last, plan);
  const isAsked = plan.withImport && 'import'.includes(plan.only);
  const imported = last === null || !isAsked ? null : await measureImport(environment, last.caller);
  return { sizes: found, lines, compared, imported };
}

interface Measuring {
  readonly caller: Caller;
  readonly data: ScaleData;
  readonly only: string;
}

async function measureSize(
  environment: Environment,
  { caller, data, only }: Measuring,
  add: (name: string, times: Times) => void,
): Promise<void> {
  const bench = new Bench(environment, caller);
  await withCaller(environment, caller, async (requests) => {
    for (const { names, run } of MEASURES) {
      if (!names.some((name) => name.includes(only))) continue;
      await bench.quiet();
      const samples = await run(requests, data);
      for (const [index, name] of names.entries()) {
        const taken = samples?.[index];
        if (taken === undefined || taken.length === 0) continue;
        const times = timesOf(taken);
        console.log(
          `  ${name}: ${times.median.toFixed(2)} ms (p99 ${times.p99.toFixed(2)} ms, ${taken.length} requests)`,
        );
        add(name, times);
      }
    }
  });
}

async function withCaller<T>(
  { doorlist }: Environment,
  { tenantId, token }: Caller,
  work: (requests: SequentialCaller) => Promise<T>,
): Promise<T> {
  const requests = new SequentialCaller(`${doorlist.url}/api/v1/tenants/${tenantId}`, token);
  try {
    return await work(requests);
  } finally {
    requests.close();
  }
}

function timesOf(samples: readonly number[]): Times {
  const ordered = samples.toSorted((left, right) => left - right);
  return { median: median(samples), p99: ordered[Math.ceil(ordered.length * 0.99) - 1] ?? NaN };
}

/** 32 connections that put a user of their own into the largest group and take the user out again, over and over. */
async function writeTogether(environment: Environment, caller: Caller, data: ScaleData): Promise<ManyWriters> {
  const bench = new Bench(environment, caller);
  const pathOf = (user: string): string =>
    `/api/v1/tenants/${caller.tenantId}/groups/${data.largestGroup}/members/${user}`;
  const row: Row = {
    name: '32 writers on one group',
    kind: 'write',
    slow: false,
    connectionsOf: () =>
      data.outsiders.slice(0, CONNECTIONS).map((user) => [
        { method: 'PUT', path: pathOf(user) },
        { method: 'DELETE', path: pathOf(user) },
      ]),
  };
  const report = await bench.drive(environment.doorlist, row, 0, WRITING_SECONDS);
  await bench.quiet();
  const { requests, seconds, p50, p99, failures } = report;
  console.log(`  ${row.name}: ${Math.round(requests / seconds)} requests/s, ${failures} failures`);
  return { perSecond: requests / seconds, p50, p99, failures };
}

/** Reads with many users under way at once, beside the floor. */
async function compareWithFloor(
  environment: Environment,
  { caller, data }: Omit<Measuring, 'only'>,
  { only, pace }: Plan,
): Promise<Measured[]> {
  const bench = new Bench(environment, caller);
  // The rules before it have left a table empty that had a row for each user: both are to plan for what is there now.
  await environment.admin.query('VACUUM ANALYZE');
  const its = pace();
  const measured: Measured[] = [];
  for (const row of rowsFor(caller, data)) {
    if (!row.name.includes(only)) continue;
    await bench.compare(row, row);
    const found = await measure(bench, row, row, its);
    const [ours, theirs] = [found.doorlist.perSecond, found.floor.perSecond];
    console.log(`${row.name}: ${Math.round(ours)} of ${Math.round(theirs)} requests/s`);
    measured.push(found);
  }
  return measured;
}

function rowsFor(caller: Caller, data: ScaleData): Row[] {
  const base = `/api/v1/tenants/${caller.tenantId}`;
  const pairs = data.readers.map((user) => ({ user_id: user, application_id: data.largeApplication }));
  const check = {
    method: 'POST',
    path: `${base}/access/check`,
    body: JSON.stringify({ checks: pairs.slice(0, CHECKS) }),
  } as const;
  const resources = data.applications.slice(0, CHECKS).map((id) => `application:${id}`);
  const permissionChecks = data.readers.map((user) => ({
    method: 'POST' as const,
    path: `${base}/permissions/check`,
    body: JSON.stringify({ user_id: user, action: PERMISSION, resources }),
  }));
  const ofUsers = (name: string, path: string): Row =>
    read(
      name,
      data.readers.map((user) => `${base}/users/${user}${path}`),
    );
  return [
    ofUsers("A user's applications", '/applications'),
    ofUsers('Whether and why a user can use it', `/applications/${data.largeApplication}/access`),
    { name: `${CHECKS} checks in one call`, kind: 'read', slow: true, connectionsOf: () => eachOfAll([check]) },
    ofUsers("A user's permissions in it", `/applications/${data.largeApplication}/permissions`),
    {
      name: `A permission in ${CHECKS} applications`,
      kind: 'read',
      slow: false,
      connectionsOf: () => eachOfAll(permissionChecks),
    },
  ];
}

/** All connections send the same requests. */
function eachOfAll(requests: readonly DrivenRequest[]): (readonly DrivenRequest[])[] {
  return Array.from({ length: CONNECTIONS }, () => requests);
}
