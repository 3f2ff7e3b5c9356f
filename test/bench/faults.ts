import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startDoorlist } from '../support/doorlist-process.js';
import { OwnCluster } from '../support/own-cluster.js';
import { PLATFORM_CLIENT } from '../support/test-state.js';
import { makeTenant, stopAll, stopOnSignals, type Caller, type Stop } from './environment.js';
import { FaultLoad, isGood, sendOne, timeOf, type Answered } from './fault-load.js';
import { faultsReport, type Fault, type FaultRound } from './faults-report.js';

const ROUNDS = 5;
const CALLERS = { readers: 4, writers: 2 } as const;
/** How long the server is away, in milliseconds: long enough to see that refusals stay quick. */
const AWAY_MS = 3000;
/** Writers at once where the pool is taken up: twice as many as the pool of a service with default settings has. */
const CROWD = 20;

/** What a fault is done to. */
interface Ground {
  readonly cluster: OwnCluster;
  readonly url: string;
  readonly caller: Caller;
}

/** How a fault begins, and how it ends. */
interface Deed {
  readonly begin: () => Promise<void>;
  readonly end: () => Promise<void>;
}

/**
 * How long callers notice what happens to the database, on a PostgreSQL of its own and a service with default settings.
 * Answers the table, and leaves nothing behind.
 */
export async function measureFaults(): Promise<{ text: string; version: string }> {
  const stops: Stop[] = [];
  stopOnSignals(stops);
  try {
    const cluster = await OwnCluster.make();
    stops.unshift(() => cluster.remove());
    await cluster.start();
    const [row] = await cluster.query<{ server_version: string }>('SHOW server_version');
    const service = await startDoorlist({
      DATABASE_URL: cluster.url(),
      BOOTSTRAP_CLIENT_ID: PLATFORM_CLIENT.id,
      BOOTSTRAP_CLIENT_SECRET: PLATFORM_CLIENT.secret,
      LOG_LEVEL: 'fatal',
    });
    stops.unshift(() => service.stop('SIGKILL'));
    const caller = await makeTenant(service.url, 'faults');
    const text = faultsReport(await allFaults({ cluster, url: service.url, caller }));
    return { text, version: row?.server_version.split(' ')[0] ?? '' };
  } finally {
    await stopAll(stops);
  }
}

async function allFaults(ground: Ground): Promise<Fault[]> {
  const { cluster } = ground;
  const stopped = { begin: () => cluster.stop('fast'), end: () => cluster.start() };
  const frozen = { begin: () => cluster.signalAll('SIGSTOP'), end: () => cluster.signalAll('SIGCONT') };
  return [
    await rounds('Server stopped', () => outage(ground, stopped)),
    await rounds('Server frozen', () => outage(ground, frozen)),
    await rounds('All sessions ended', () => endedSessions(ground)),
    await rounds('Table locked, pool taken up', () => crowd(ground)),
  ];
}

async function rounds(name: string, round: () => Promise<FaultRound>): Promise<Fault> {
  const done: FaultRound[] = [];
  for (let turn = 0; turn < ROUNDS; turn += 1) done.push(await round());
  const longest = done.map(({ longestRead, longestWrite }) => Math.round(Math.max(longestRead, longestWrite)));
  console.log(`${name}: longest answers ${longest.join(', ')} ms`);
  return { name, rounds: done };
}

/** The server is away for a while, whatever takes it away. */
async function outage({ url, caller }: Ground, { begin, end }: Deed): Promise<FaultRound> {
  const load = new FaultLoad(url, caller, CALLERS);
  await load.well();
  const from = performance.now();
  await begin();
  await sleep(AWAY_MS - (performance.now() - from));
  await end();
  const until = performance.now();
  await load.well();
  await load.stop();
  const met = load.answered.filter(({ began, ended }) => ended >= from && began <= until);
  const first = load.answered.find(({ status, ended }) => status === 503 && ended >= from);
  const after = load.answered.filter(({ ended }) => ended >= until);
  const lastRefusal = Math.max(until, ...after.filter((each) => !isGood(each)).map(({ ended }) => ended));
  const firstGood = Math.min(...after.filter((each) => isGood(each) && each.began >= until).map(({ ended }) => ended));
  return {
    ...told(met),
    firstRefusal: first ? first.ended - from : null,
    wellAgain: Math.max(lastRefusal, firstGood) - until,
  };
}

/** Every connection of the service is ended at once, under load. */
async function endedSessions({ cluster, url, caller }: Ground): Promise<FaultRound> {
  const load = new FaultLoad(url, caller, CALLERS);
  await load.well();
  const from = performance.now();
  await cluster.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'doorlist'`);
  await load.well();
  await load.stop();
  return { ...told(load.answered.filter(({ ended }) => ended >= from)), firstRefusal: null, wellAgain: null };
}

/** Somebody holds the lock that all writes need; readers go on beside the crowd that waits. */
async function crowd({ cluster, url, caller }: Ground): Promise<FaultRound> {
  const blocker = new pg.Client({ connectionString: cluster.url() });
  await blocker.connect();
  await blocker.query('BEGIN; LOCK TABLE users IN SHARE MODE');
  const load = new FaultLoad(url, caller, { readers: CALLERS.readers, writers: 0 });
  const from = performance.now();
  const writes = await Promise.all(Array.from({ length: CROWD }, () => sendOne(url, caller, 'write')));
  await load.stop();
  await blocker.end();
  const first = Math.min(...writes.filter(({ status }) => status === 503).map(({ ended }) => ended));
  return { ...told([...writes, ...load.answered]), firstRefusal: first - from, wellAgain: null };
}

/** What a set of answers says by itself. */
function told(answers: readonly Answered[]): Omit<FaultRound, 'firstRefusal' | 'wellAgain'> {
  const longest = (kind: Answered['kind']): number =>
    Math.max(0, ...answers.filter((each) => each.kind === kind).map(timeOf));
  const bad = answers.filter((each) => !isGood(each));
  const refusals = bad.filter(({ status, retryAfter }) => status === 503 && retryAfter !== null).length;
  return {
    requests: answers.length,
    longestRead: longest('read'),
    longestWrite: longest('write'),
    refusals,
    failures: bad.length - refusals,
  };
}
