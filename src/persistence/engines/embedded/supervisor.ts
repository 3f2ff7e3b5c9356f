/** Joins the server of an opened cluster, owns it, brings it back when it dies, and stops it at the end. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { EngineError, type EngineLog } from '../database-engine.js';
import { bringUp, type BroughtUp } from './bring-up.js';
import { errorCode, errorText } from './error-code.js';
import type { OpenedCluster } from './open-cluster.js';
import { OwnerLock, ownerName } from './owner-lock.js';
import type { ServerAddress } from './postmaster-pid.js';
import { identifyServer } from './process-identity.js';

export interface SupervisorOptions {
  readonly opened: OpenedCluster;
  readonly attach: boolean;
  readonly log: EngineLog;
  readonly signal: AbortSignal;
}

/** The service's own database. */
export const DATABASE = 'doorlist';

/** Joining is tried again when the server goes away underneath, as when its owner is just stopping it. */
const JOIN_ATTEMPTS = 10;

/** Between two attempts to bring a dead server back: it may be days until a full disk has space again. */
const RECOVERY_PAUSE_MS = 2_000;

export class Supervisor {
  private lock: OwnerLock | undefined;
  /** Whether the server is ours to stop; outlives the loss of the lock until somebody else has taken it. */
  private owner = false;
  private recovery: Promise<void> | undefined;

  constructor(private readonly options: SupervisorOptions) {}

  /** @throws EngineError when the server cannot be started or belongs to another Doorlist */
  async begin(): Promise<ServerAddress> {
    for (let attempt = 1; ; attempt += 1) {
      const { opened, log, signal } = this.options;
      const server = await bringUp({ ...opened, applicationName: ownerName(), log, signal });
      try {
        await this.join(server);
        return server.address;
      } catch (error) {
        await server.client.end().catch(() => undefined);
        if (isSessionLoss(error) && attempt < JOIN_ATTEMPTS) continue;
        await this.abandon(server, error);
        throw asEngineError(error, opened.cluster);
      }
    }
  }

  /** Stops the server if it is ours, and only leaves it if it is not. */
  async end(): Promise<void> {
    await this.recovery;
    this.lock?.expectEnd();
    // The lock is held while the server stops, so that nobody adopts a server that is about to go.
    if (this.owner) await this.options.opened.server.stop().finally(() => this.lock?.release());
  }

  private async join(server: BroughtUp): Promise<void> {
    if (this.options.attach && !server.startedHere) {
      await ensureDatabase(server.client);
      await server.client.end();
      return;
    }
    const lock = await OwnerLock.acquire(server.client, this.options.opened.dataDir);
    await this.refuseForeign(server.pid);
    await ensureDatabase(server.client);
    if (!server.startedHere && !this.owner) {
      this.options.log.info(`adopted the PostgreSQL that was still running (process ${String(server.pid)})`);
    }
    this.owner = true;
    this.lock = lock;
    lock.onLost(() => {
      this.recovery = this.recover();
    });
  }

  /** A server that answers from a shared volume but whose process is not on this machine cannot be looked after. */
  private async refuseForeign(pid: number): Promise<void> {
    const { cluster, dataDir } = this.options.opened;
    if (!['gone', 'other'].includes(await identifyServer(pid, cluster))) return;
    throw new EngineError(
      'data_folder_in_use',
      `the data folder ${dataDir} is in use by a PostgreSQL in another container or on another machine ` +
        `(process ${String(pid)} there); stop it, or set DATA_DIR to another folder`,
    );
  }

  /** A server that was started for us and that nobody else owns must not be left behind. */
  private async abandon(server: BroughtUp, error: unknown): Promise<void> {
    const takenByAnother = error instanceof EngineError && error.code === 'data_folder_in_use';
    if (server.startedHere && !takenByAnother) await this.options.opened.server.stop().catch(() => undefined);
  }

  /**
   * After a crash PostgreSQL restarts itself; after its death (out of memory, kill -9) it is started again, at the same
   * address, so that connection pools find it by themselves.
   */
  private async recover(): Promise<void> {
    const { log, signal } = this.options;
    if (isRaised(signal)) return;
    this.lock = undefined;
    log.warn('lost the database server; bringing it back');
    for (let reported = ''; !isRaised(signal);) {
      try {
        await this.begin();
        log.info('the database server is back');
        return;
      } catch (error) {
        if (isRaised(signal)) return;
        const reason = errorText(error);
        if (reason !== reported) log.warn(reason);
        reported = reason;
        if (error instanceof EngineError && error.code === 'data_folder_in_use') this.owner = false;
        await sleep(RECOVERY_PAUSE_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }
}

/** A call, for the compiler takes a signal that was down once to be down ever after. */
function isRaised(signal: AbortSignal): boolean {
  return signal.aborted;
}

async function ensureDatabase(client: Client): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
  if (rowCount !== 0) return;
  await client.query(`CREATE DATABASE ${DATABASE}`).catch((error: unknown) => {
    // duplicate_database, or unique_violation when another process makes it in the same moment.
    if (!['42P04', '23505'].includes(errorCode(error) ?? '')) throw error;
  });
}

/** `admin_shutdown`, `crash_shutdown`, or a connection that ended under a query. */
function isSessionLoss(error: unknown): boolean {
  if (['57P01', '57P02', 'ECONNRESET', 'EPIPE'].includes(errorCode(error) ?? '')) return true;
  return error instanceof Error && /connection terminated|not queryable/i.test(error.message);
}

function asEngineError(error: unknown, cluster: string): EngineError {
  if (error instanceof EngineError) return error;
  return new EngineError('start_failed', `cannot prepare the database in ${cluster}: ${errorText(error)}`, {
    cause: error,
  });
}
