/** Reads postmaster.pid, the file in which a PostgreSQL server says who it is and where it listens. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from './error-code.js';

export interface ServerAddress {
  /** A Unix socket's folder, or a loopback address. */
  readonly host: string;
  readonly port: number;
}

export interface PostmasterPid {
  readonly pid: number;
  /** Undefined while the server has not yet written it, which is in the first milliseconds of its life. */
  readonly address: ServerAddress | undefined;
}

/** Above every kernel's highest process id (Linux 4,194,304; macOS 99,999), so it names nobody. */
const NOBODY = 99_999_999;

export async function readPostmasterPid(cluster: string): Promise<PostmasterPid | undefined> {
  return parsePostmasterPid(await readText(cluster));
}

/** Empty when there is no such file: a server makes it at its start and removes it at its end, at any moment. */
async function readText(cluster: string): Promise<string> {
  try {
    return await readFile(fileIn(cluster), 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  }
}

/**
 * The lines, as in PostgreSQL's pidfile.h: process id, data folder, start time, port, first socket folder, first
 * listen address, shared memory key, status. The process id is negative for a single-user server.
 */
export function parsePostmasterPid(text: string): PostmasterPid | undefined {
  const [pidLine, , , port, socketFolder, listenAddress] = text.split('\n');
  const pid = Math.abs(Number.parseInt(pidLine ?? '', 10));
  if (!Number.isSafeInteger(pid) || pid === 0) return undefined;
  const host = (socketFolder ?? '').trim() || (listenAddress ?? '').trim();
  const complete = host !== '' && Number(port) > 0;
  return { pid, address: complete ? { host: host === '*' ? '127.0.0.1' : host, port: Number(port) } : undefined };
}

/**
 * Makes a left-over postmaster.pid harmless after its process id has passed to a process that is no server of this
 * folder (or to a zombie): PostgreSQL itself looks only whether the id is alive, and would refuse to start for ever.
 * The rest of the file stays, because PostgreSQL also reads from it whether an old server's children still hold
 * the shared memory, which is the check that keeps two servers off one folder.
 */
export async function disarmPostmasterPid(cluster: string, stalePid: number): Promise<void> {
  const text = await readText(cluster);
  const stale = parsePostmasterPid(text);
  if (stale?.pid !== stalePid) return;
  await writeFile(fileIn(cluster), text.replace(/^.*$/m, String(NOBODY)));
  if (!stale.address) return;
  await rm(`${join(stale.address.host, socketName(stale.address.port))}.lock`, { force: true }).catch(() => undefined);
}

/** The name that PostgreSQL gives a Unix socket, and that clients derive from the port. */
export function socketName(port: number): string {
  return `.s.PGSQL.${String(port)}`;
}

function fileIn(cluster: string): string {
  return join(cluster, 'postmaster.pid');
}
