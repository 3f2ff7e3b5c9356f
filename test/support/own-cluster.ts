import { existsSync } from 'node:fs';
import { appendFile, chown, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { chooseUnprivilegedAccount, runningAsRoot } from '../../src/persistence/engines/embedded/account.js';
import { runProgram } from '../../src/persistence/engines/embedded/run-program.js';
import { freePort } from './doorlist-process.js';

/** Debian's PostgreSQL 15. */
const PROGRAMS = '/usr/lib/postgresql/15/bin';

/** Why tests that stop a server cannot run on this machine; null where they can. */
export const NO_CLUSTERS = existsSync(join(PROGRAMS, 'initdb')) ? null : `there is no ${PROGRAMS}/initdb`;

/**
 * A server that is stopped, killed and frozen: nothing is flushed to the disk, because the machine itself goes on, and a
 * deadlock is found after a second.
 */
const SETTINGS = `
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
shared_buffers = '32MB'
max_connections = 60
wal_level = replica
deadlock_timeout = '1s'
log_min_messages = 'fatal'
`;

/** A PostgreSQL of a test's own, on a port of 127.0.0.1 and under an account that is not root. */
export class OwnCluster {
  private constructor(
    readonly folder: string,
    readonly port: number,
    private readonly account: Awaited<ReturnType<typeof chooseUnprivilegedAccount>> | undefined,
  ) {}

  /** Makes an empty one; it does not run yet. */
  static async make(): Promise<OwnCluster> {
    const cluster = await OwnCluster.#at();
    await cluster.#run('initdb', '-D', cluster.folder, '-U', 'doorlist', '-A', 'trust', '-E', 'UTF8', '-N');
    await cluster.#settle(SETTINGS);
    return cluster;
  }

  /** Makes a standby of it, as it is now; it does not run yet. */
  async standby(): Promise<OwnCluster> {
    const cluster = await OwnCluster.#at();
    await cluster.#run('pg_basebackup', '-R', '-X', 'stream', '-c', 'fast', '-D', cluster.folder, '-d', this.url());
    await cluster.#settle('');
    return cluster;
  }

  static async #at(): Promise<OwnCluster> {
    const account = runningAsRoot() ? await chooseUnprivilegedAccount() : undefined;
    const folder = await mkdtemp(join(tmpdir(), 'doorlist-cluster-'));
    if (account) await chown(folder, account.uid, account.gid);
    return new OwnCluster(folder, await freePort(), account);
  }

  url(database = 'postgres'): string {
    return `postgresql://doorlist@127.0.0.1:${this.port}/${database}`;
  }

  async start(): Promise<void> {
    await this.#run('pg_ctl', 'start', '-w', '-D', this.folder, '-l', join(this.folder, 'server.log'));
  }

  /** As pg_ctl means it: `fast` ends sessions, `immediate` ends the server as a crash would. */
  async stop(mode: 'fast' | 'immediate'): Promise<void> {
    await this.#run('pg_ctl', 'stop', '-w', '-m', mode, '-D', this.folder);
  }

  /** Freezes all of its processes, or lets them go on: the machine still takes connections for them. */
  async signalAll(signal: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    const main = Number((await readFile(join(this.folder, 'postmaster.pid'), 'utf8')).split('\n')[0]);
    // It comes first, so that none of the others is born meanwhile; they may still end.
    process.kill(main, signal);
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const parents = await Promise.all(pids.map(async (pid) => [Number(pid), await parentOf(pid)] as const));
    for (const [pid, parent] of parents) if (parent === main) signalIfThere(pid, signal);
  }

  async query<Row extends pg.QueryResultRow>(text: string, values: unknown[] = [], database?: string): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.url(database) });
    await client.connect();
    try {
      return (await client.query<Row>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Ends it, whatever state it is in, and removes it. */
  async remove(): Promise<void> {
    await this.signalAll('SIGCONT').catch(() => undefined);
    await this.stop('immediate').catch(() => undefined);
    await rm(this.folder, { recursive: true, force: true });
  }

  async #settle(settings: string): Promise<void> {
    await appendFile(join(this.folder, 'postgresql.conf'), `${settings}\nport = ${this.port}\n`);
  }

  async #run(program: string, ...args: string[]): Promise<void> {
    const { code, output } = await runProgram(join(PROGRAMS, program), args, { account: this.account });
    if (code !== 0) throw new Error(`${program} ended with ${code}: ${output}`);
  }
}

function signalIfThere(pid: number, signal: 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function parentOf(pid: string): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}
