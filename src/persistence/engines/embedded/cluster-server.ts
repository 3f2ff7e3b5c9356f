/** Starts and stops the server process of one cluster with pg_ctl, which detaches it from our terminal and lifetime. */
import { randomBytes } from 'node:crypto';
import { chown, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '../database-engine.js';
import type { Binaries } from './binaries.js';
import { chooseListenAddress, removeSocketFolder } from './listen-address.js';
import { disarmPostmasterPid, readPostmasterPid } from './postmaster-pid.js';
import { identifyServer, isAlive } from './process-identity.js';
import { runProgram, type Account, type ProgramResult } from './run-program.js';
import { causeIn, openServerLog, readServerLog } from './server-log.js';
import { portIn, renderSettings, SETTINGS_FILE } from './server-settings.js';

export interface ClusterServerOptions {
  readonly cluster: string;
  readonly hash: string;
  readonly account: Account | undefined;
  readonly binaries: Binaries;
  readonly logFile: string;
}

/** How long pg_ctl waits for a start; a recovery that takes longer goes on, and is waited for by asking the server. */
const START_SECONDS = 60;

/** Together within the 10 s that orchestrators usually grant between SIGTERM and SIGKILL. */
const FAST_STOP_SECONDS = 7;
const IMMEDIATE_STOP_SECONDS = 2;
const EXIT_GRACE_MS = 1_000;
const POLL_MS = 5;

/** The reason of a failed start when the log has none: killed from outside, most likely. */
export const ENDED_SILENTLY = 'it ended without saying why';

/** pg_ctl puts its argument between double quotes into a shell command; these act there, so PGDATA carries them. */
const ACTIVE_IN_QUOTES = /["$`\\]/;

export class ClusterServer {
  constructor(private readonly options: ClusterServerOptions) {}

  /**
   * Starts the server and waits until it is ready, or about 60 s. Undefined when that went well, otherwise what its log
   * gives as the reason. Never starts a second server: PostgreSQL's own lock on the cluster is left to decide.
   */
  async start(stalePid: number | undefined): Promise<string | undefined> {
    if (stalePid !== undefined && isAlive(stalePid)) await disarmPostmasterPid(this.options.cluster, stalePid);
    await this.writeSettings();
    const { handle, size } = await openServerLog(this.options.logFile);
    try {
      const args = ['start', '--silent', '--wait', '--timeout', String(START_SECONDS)];
      const { code, output } = await this.pgCtl(args, handle.fd);
      if (code === 0) return undefined;
      return causeIn(await readServerLog(this.options.logFile, size)) || output || ENDED_SILENTLY;
    } finally {
      await handle.close();
    }
  }

  /**
   * Ends every session and stops the server; within 10 s, the last two by force, after which the next start replays the
   * write-ahead log. Does nothing when no server runs.
   * @throws EngineError when the server is still there after that
   */
  async stop(): Promise<void> {
    const running = await readPostmasterPid(this.options.cluster);
    // Asked first, because pg_ctl signals whatever process has the number by now.
    if (!running || (await this.hasGone(running.pid))) return;
    const fast = await this.pgCtl(['stop', '--mode=fast', '--timeout', String(FAST_STOP_SECONDS)]);
    if (fast.code !== 0 && !(await this.hasGone(running.pid))) await this.stopByForce();
    await this.waitUntilGone(running.pid);
    const folder = running.address?.host;
    if (folder?.startsWith('/')) await removeSocketFolder(folder);
  }

  private async stopByForce(): Promise<void> {
    await this.pgCtl(['stop', '--mode=immediate', '--timeout', String(IMMEDIATE_STOP_SECONDS)]);
  }

  /** pg_ctl returns when the lock file is gone, which the process outlives by a moment. */
  private async waitUntilGone(pid: number): Promise<void> {
    for (const deadline = Date.now() + EXIT_GRACE_MS; Date.now() < deadline;) {
      if (await this.hasGone(pid)) return;
      await sleep(POLL_MS);
    }
    throw new EngineError(
      'stop_failed',
      `PostgreSQL (process ${String(pid)}) on ${this.options.cluster} does not stop; its log is ${this.options.logFile}`,
    );
  }

  private async hasGone(pid: number): Promise<boolean> {
    return ['gone', 'other'].includes(await identifyServer(pid, this.options.cluster));
  }

  private pgCtl(args: readonly string[], outputFile?: number): Promise<ProgramResult> {
    const { binaries, cluster, account } = this.options;
    const viaEnvironment = process.platform !== 'win32' && ACTIVE_IN_QUOTES.test(cluster);
    return runProgram(binaries.pgCtl, viaEnvironment ? args : [...args, '--pgdata', cluster], {
      account,
      ...(viaEnvironment && { environment: { PGDATA: cluster } }),
      ...(outputFile !== undefined && { outputFile }),
    });
  }

  /** Renamed into place whole, because another process may be starting the same cluster right now. */
  private async writeSettings(): Promise<void> {
    const { cluster, hash, account } = this.options;
    const file = join(cluster, SETTINGS_FILE);
    const lastPort = portIn(await readFile(file, 'utf8').catch(() => ''));
    const settings = renderSettings(await chooseListenAddress({ cluster, hash, account, lastPort }));
    const draft = `${file}.${randomBytes(4).toString('hex')}`;
    await writeFile(draft, settings, { mode: 0o600 });
    if (account) await chown(draft, account.uid, account.gid);
    await rename(draft, file);
  }
}
