/** Chooses where the server listens: a Unix socket that only its owner reaches, or loopback where there are none. */
import { randomBytes } from 'node:crypto';
import { chmod, chown, lstat, mkdir, mkdtemp, realpath, rm, rmdir } from 'node:fs/promises';
import { createServer, type ListenOptions, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineError } from '../database-engine.js';
import { canEnter } from './account.js';
import { socketName } from './postmaster-pid.js';
import type { Account } from './run-program.js';

export type ListenAddress =
  | { readonly kind: 'socket'; readonly folder: string; readonly port: number }
  | { readonly kind: 'tcp'; readonly port: number };

export interface ListenRequest {
  readonly cluster: string;
  /** Names the folder in the temporary folder, when one is needed. */
  readonly hash: string;
  readonly account: Account | undefined;
  /** The TCP port of the last start, taken again when it is free. */
  readonly lastPort: number | undefined;
}

/** Only part of the socket's name, for nothing listens on it. */
const SOCKET_PORT = 5432;

/** sun_path holds 104 bytes on macOS and 108 on Linux, the closing zero included. */
const SOCKET_PATH_LIMIT = 103;

/**
 * The socket lies in the cluster itself wherever that works. The cluster is private (0700) already, nothing sweeps it
 * as it may a temporary folder, every process that sees the data sees the socket too (with PrivateTmp, or from another
 * container on the same volume, a socket in /tmp is out of sight and a live server would look dead), and tools find it
 * without being told. A short folder in the temporary folder is for clusters whose path is longer than a socket's may
 * be, or whose file system has no sockets (shared folders of virtual machines).
 * @throws EngineError when no folder will do
 */
export async function chooseListenAddress(request: ListenRequest): Promise<ListenAddress> {
  if (process.platform === 'win32') return { kind: 'tcp', port: await freePort(request.lastPort) };
  if (fits(request.cluster) && (await holdsSockets(request.cluster))) {
    return { kind: 'socket', folder: request.cluster, port: SOCKET_PORT };
  }
  return { kind: 'socket', folder: await temporarySocketFolder(request), port: SOCKET_PORT };
}

/** Whether a socket in this folder has a path short enough. */
export function fits(folder: string): boolean {
  return Buffer.byteLength(join(folder, socketName(SOCKET_PORT))) <= SOCKET_PATH_LIMIT;
}

/** Asked by trying, for file systems do not say. */
async function holdsSockets(folder: string): Promise<boolean> {
  const path = join(folder, `.try.${randomBytes(3).toString('hex')}`);
  try {
    const server = await listen({ path });
    await chmod(path, 0o700);
    await close(server);
    return true;
  } catch {
    return false;
  } finally {
    await rm(path, { force: true });
  }
}

async function temporarySocketFolder({ hash, account }: ListenRequest): Promise<string> {
  for (const parent of new Set([tmpdir(), '/tmp'])) {
    const base = await realpath(parent).catch(() => undefined);
    if (base === undefined || !(await canEnter(account, base))) continue;
    const wanted = join(base, `doorlist-${hash}`);
    const folder = fits(`${wanted}-XXXXXX`) && (await privateFolder(wanted, account).catch(() => undefined));
    if (folder) return folder;
  }
  throw new EngineError('start_failed', 'found no folder for a Unix socket: set DATA_DIR to a shorter path, or TMPDIR');
}

/** Anybody may have made the expected name first in a shared temporary folder; then a random one is taken. */
async function privateFolder(wanted: string, account: Account | undefined): Promise<string> {
  const owner = account?.uid ?? process.getuid?.();
  const made = await mkdir(wanted, { mode: 0o700 }).then(
    () => true,
    () => false,
  );
  if (!made) {
    const stats = await lstat(wanted);
    if (stats.isDirectory() && stats.uid === owner && (stats.mode & 0o077) === 0) return wanted;
  }
  const folder = made ? wanted : await mkdtemp(`${wanted}-`);
  if (account) await chown(folder, account.uid, account.gid);
  return folder;
}

/** `preferred` when nobody listens there, else one that the system picks. It may be taken before the server has it. */
async function freePort(preferred: number | undefined): Promise<number> {
  for (const port of [preferred, 0]) {
    if (port === undefined) continue;
    const server = await listen({ host: '127.0.0.1', port }).catch(() => undefined);
    const address = server?.address();
    if (server) await close(server);
    if (typeof address === 'object' && address) return address.port;
  }
  throw new EngineError('start_failed', 'found no free port on 127.0.0.1');
}

function listen(options: ListenOptions): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(options, () => {
      resolve(server);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}

/** Takes an empty socket folder away again after the server has gone. A cluster is not empty, and stays. */
export async function removeSocketFolder(folder: string): Promise<void> {
  await rmdir(folder).catch(() => undefined);
}
