import { readFileSync } from 'node:fs';

/** The platform client that every service of the tests is started with. */
export const PLATFORM_CLIENT = { id: 'test-platform', secret: 'test-platform-secret-of-enough-length' } as const;

/** Where the tests of one worker find their service and its database. */
export interface WorkerState {
  readonly url: string;
  /** As the login of DATABASE_URL, or of the embedded engine: a superuser or owner, not one of the roles of requests. */
  readonly databaseUrl: string;
}

/** What the global setup made. */
export interface TestState {
  readonly engine: 'embedded' | 'server';
  /** Whether the server is the coordinator of a Citus cluster. */
  readonly isCluster: boolean;
  /** A database of the same server that tests may connect to in order to create others. */
  readonly adminUrl: string;
  /** Migrated and empty; `CREATE DATABASE ... TEMPLATE` copies it. */
  readonly templateName: string;
  readonly workers: readonly WorkerState[];
}

/** Name of the variable that carries the path of the state file from the global setup to the workers. */
export const STATE_VARIABLE = 'DOORLIST_TEST_STATE';

let state: TestState | undefined;

export function testState(): TestState {
  state ??= JSON.parse(readFileSync(process.env[STATE_VARIABLE] ?? '', 'utf8')) as TestState;
  return state;
}

/** The service and the database of the worker that asks. */
export function workerState(): WorkerState {
  const index = Number(process.env.JEST_WORKER_ID ?? '1') - 1;
  const { workers } = testState();
  const mine = workers[index % workers.length];
  if (!mine) throw new Error('The global setup made no service for this worker.');
  return mine;
}
