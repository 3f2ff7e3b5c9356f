/** Finds out whether the server of a cluster runs, by what it has written down and by talking to it. */
import { realpath } from 'node:fs/promises';
import { Client } from 'pg';
import { EngineError, type AddressConnection } from '../database-engine.js';
import { SUPERUSER } from './cluster-creation.js';
import { errorCode, errorText } from './error-code.js';
import { readPostmasterPid, type ServerAddress } from './postmaster-pid.js';
import { identifyServer } from './process-identity.js';

/**
 * - `absent`: no server; a new one may be started.
 * - `busy`: it answers or is about to, but takes no sessions now (starting, recovering, stopping).
 * - `silent`: a process that is, or may be, the server lives and does not answer.
 * - `ready`: it takes sessions, and here is one, in the maintenance database.
 */
export type ServerState =
  | { readonly kind: 'absent'; readonly stalePid: number | undefined }
  | { readonly kind: 'busy' }
  | { readonly kind: 'silent'; readonly pid: number; readonly certain: boolean }
  | ReadyServer;

export interface ReadyServer {
  readonly kind: 'ready';
  readonly pid: number;
  readonly address: ServerAddress;
  readonly client: Client;
}

export interface ProbeRequest {
  readonly cluster: string;
  readonly password: string;
  /** The name that this session goes by in pg_stat_activity. */
  readonly applicationName: string;
}

/**
 * The one database that always exists. Sessions of the supervisor stay here and not in the service's own database, so
 * that that one can be copied (CREATE DATABASE ... TEMPLATE), dropped and restored, which sessions in it would prevent.
 */
const MAINTENANCE_DATABASE = 'postgres';

const CONNECT_TIMEOUT_MS = 5_000;

/** `cannot_connect_now`, `too_many_connections`, `admin_shutdown`: alive, and worth asking again. */
const BUSY_STATES = ['57P03', '53300', '57P01'];

/** What a dead, dying or not yet listening server looks like from outside. */
const NO_ANSWER = ['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTSOCK'];

/** @throws EngineError when a server answers that cannot be used */
export async function probeServer(request: ProbeRequest): Promise<ServerState> {
  const written = await readPostmasterPid(request.cluster);
  if (!written) return { kind: 'absent', stalePid: undefined };
  if (!written.address) return withoutAnswer(request.cluster, written.pid);
  const client = new Client({
    ...connectionTo(written.address, request.password, MAINTENANCE_DATABASE),
    application_name: request.applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  });
  // Without a listener, the loss of an idle connection would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    if (await servesCluster(client, written.address, request.cluster)) {
      return { kind: 'ready', pid: written.pid, address: written.address, client };
    }
    await client.end();
    return await withoutAnswer(request.cluster, written.pid);
  } catch (error) {
    await client.end().catch(() => undefined);
    return judgeRefusal(error, request, written.pid);
  }
}

export function connectionTo(address: ServerAddress, password: string, database: string): AddressConnection {
  return { ...address, user: SUPERUSER, password, database, ssl: false };
}

/** A socket belongs to one folder; a TCP port left in a stale file may by now be another server's. */
async function servesCluster(client: Client, address: ServerAddress, cluster: string): Promise<boolean> {
  if (address.host.startsWith('/')) return true;
  const { rows } = await client.query<{ folder: string }>("SELECT current_setting('data_directory') AS folder");
  const folder = rows[0]?.folder ?? '';
  return (await realpath(folder).catch(() => folder)) === (await realpath(cluster));
}

async function judgeRefusal(error: unknown, request: ProbeRequest, pid: number): Promise<ServerState> {
  const code = errorCode(error) ?? '';
  if (BUSY_STATES.includes(code)) return { kind: 'busy' };
  const closed = error instanceof Error && /terminated|timeout expired/i.test(error.message);
  const state = await withoutAnswer(request.cluster, pid);
  if (NO_ANSWER.includes(code) || closed || state.kind === 'absent') return state;
  const cause =
    code === '28P01' ? 'it refuses the password kept beside the data folder (postgres.password)' : errorText(error);
  throw new EngineError('start_failed', `cannot use the database server of ${request.cluster}: ${cause}`, {
    cause: error,
  });
}

async function withoutAnswer(cluster: string, pid: number): Promise<ServerState> {
  const identity = await identifyServer(pid, cluster);
  if (identity === 'gone' || identity === 'other') return { kind: 'absent', stalePid: pid };
  return { kind: 'silent', pid, certain: identity === 'ours' };
}
