/** Brings the server of a cluster to where it takes sessions, whatever state it is found in. */
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError, type EngineLog } from '../database-engine.js';
import { ENDED_SILENTLY, type ClusterServer } from './cluster-server.js';
import { probeServer, type ProbeRequest, type ReadyServer } from './server-probe.js';

export interface BringUpRequest extends ProbeRequest {
  readonly server: ClusterServer;
  readonly log: EngineLog;
  readonly logFile: string;
  /** Ends the waiting when the service is told to stop meanwhile. */
  readonly signal: AbortSignal;
}

export interface BroughtUp extends ReadyServer {
  /** False when the server ran already, and was joined. */
  readonly startedHere: boolean;
}

const POLL_MS = 20;

/** A process that lives but does not answer: longer than a server needs from its first to its last starting step. */
const SILENCE_LIMIT_MS = 10_000;

/** Crash recovery of a large write-ahead log. */
const BUSY_LIMIT_MS = 600_000;
const BUSY_NOTICE_MS = 5_000;

/** A start may fail because a dead server's children, or another starter, are in the way for a moment. */
const RETRIED_FAILURE = /pre-existing shared memory block|lock file ".*" already exists|Address already in use/i;
const RETRY_LIMIT_MS = 10_000;
const RETRY_MS = 200;

/**
 * @throws EngineError when the server cannot be started, cannot be used, or the signal is raised; what was started is
 * stopped again
 */
export async function bringUp(request: BringUpRequest): Promise<BroughtUp> {
  const progress = new Progress(request);
  try {
    return await waitUntilReady(request, progress);
  } catch (error) {
    // No other Doorlist can be using it either: this point is reached only when it takes no sessions.
    if (progress.startedHere) await request.server.stop().catch(() => undefined);
    throw error;
  }
}

async function waitUntilReady(request: BringUpRequest, progress: Progress): Promise<BroughtUp> {
  for (;;) {
    const state = await probeServer(request);
    // One that is ready is handed over even so, for whoever owns it is the one to stop it.
    if (request.signal.aborted && state.kind !== 'ready') {
      throw new EngineError('start_failed', 'told to stop while the database was starting');
    }
    switch (state.kind) {
      case 'ready':
        return { ...state, startedHere: progress.startedHere };
      case 'absent':
        await progress.start(state.stalePid);
        break;
      case 'busy':
        progress.waitBusy();
        await sleep(POLL_MS);
        break;
      case 'silent':
        await progress.waitSilent(state.pid, state.certain);
        await sleep(POLL_MS);
        break;
    }
  }
}

/** What has been tried and waited for so far, and when that has been enough. */
class Progress {
  startedHere = false;
  private busySince: number | undefined;
  private noticed = false;
  private silentSince: number | undefined;
  private failingSince: number | undefined;

  constructor(private readonly request: BringUpRequest) {}

  /** One attempt; a failure that passes by itself is tolerated for 10 s. */
  async start(stalePid: number | undefined): Promise<void> {
    this.silentSince = undefined;
    const failure = await this.request.server.start(stalePid);
    if (failure === undefined) {
      this.startedHere = true;
      return;
    }
    const state = await probeServer(this.request);
    if (state.kind === 'ready') await state.client.end();
    if (state.kind !== 'absent') return;
    this.failingSince ??= Date.now();
    const passing = failure === ENDED_SILENTLY || RETRIED_FAILURE.test(failure);
    if (!passing || Date.now() - this.failingSince > RETRY_LIMIT_MS) throw this.failed(failure);
    await sleep(RETRY_MS);
  }

  /** It answers, so it is left alone for long: interrupting a recovery only makes the next one longer. */
  waitBusy(): void {
    this.busySince ??= Date.now();
    const waited = Date.now() - this.busySince;
    if (waited > BUSY_LIMIT_MS) throw this.failed('it has taken no sessions for 10 minutes');
    if (waited < BUSY_NOTICE_MS || this.noticed) return;
    this.noticed = true;
    this.request.log.info(`waiting for PostgreSQL to recover or to stop; its log is ${this.request.logFile}`);
  }

  /** When it is uncertain what the silent process is, PostgreSQL's own lock on the cluster gets to decide. */
  async waitSilent(pid: number, certain: boolean): Promise<void> {
    this.silentSince ??= Date.now();
    if (Date.now() - this.silentSince < SILENCE_LIMIT_MS) return;
    if (!certain) {
      await this.start(undefined);
      return;
    }
    throw this.failed(
      `its server (process ${String(pid)}) runs but does not answer; stop it (kill -INT ${String(pid)}) and start again`,
    );
  }

  private failed(reason: string): EngineError {
    const { cluster, logFile } = this.request;
    return new EngineError('start_failed', `cannot start PostgreSQL on ${cluster}: ${reason} (log: ${logFile})`);
  }
}
