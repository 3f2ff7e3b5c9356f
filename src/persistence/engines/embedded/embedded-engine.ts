/** Supervises a real PostgreSQL of our own: found or made, started, owned, kept alive, and stopped with the service. */
import { join, relative } from 'node:path';
import { DatabaseEngine, EngineError, type AddressConnection, type EngineLog } from '../database-engine.js';
import { errorText } from './error-code.js';
import { openCluster } from './open-cluster.js';
import { connectionTo } from './server-probe.js';
import { DATABASE, Supervisor } from './supervisor.js';

export interface EmbeddedEngineOptions {
  /** The folder that holds the cluster, its log and its password; made when missing. */
  readonly dataDir: string;
  readonly log: EngineLog;
  /**
   * For command line tools: join a server that already runs without owning it, and leave it running. When none runs,
   * one is started, owned and stopped as usual.
   */
  readonly attach?: boolean;
}

/** From one `start` to the `stop` that ends it. */
interface Run {
  readonly abort: AbortController;
  readonly started: Promise<AddressConnection>;
  supervisor?: Supervisor;
}

/**
 * A PostgreSQL whose programs come from npm, with its data in `<dataDir>/postgres`.
 *
 * The server is a process of its own that outlives ours by design: Ctrl-C does not reach it, so that requests can drain
 * before `stop` ends it, and `kill -9` of the service leaves it running for the next start to adopt. Ownership is an
 * advisory lock in the server, not a file, so nothing stale can be left behind; one data folder has at most one server
 * (PostgreSQL's own lock) and one owner (ours).
 *
 * It listens on a Unix socket inside the cluster, which only the cluster's owner can reach, and asks for a password as
 * well; on Windows on 127.0.0.1. Other tools connect the same way:
 * `PGPASSWORD="$(cat .data/postgres.password)" psql -h "$PWD/.data/postgres" -U doorlist doorlist`
 * (the first lines of `<dataDir>/postgres/postmaster.pid` name port and folder where they differ).
 */
export class EmbeddedEngine extends DatabaseEngine {
  readonly kind = 'embedded';
  private version: string | undefined;
  private run: Run | undefined;
  private stopping: Promise<void> | undefined;

  constructor(private readonly options: EmbeddedEngineOptions) {
    super();
  }

  /** The version is known once the engine has started. */
  describe(): string {
    const folder = join(this.options.dataDir, 'postgres');
    const near = relative('.', folder);
    const name = this.version === undefined ? 'PostgreSQL' : `PostgreSQL ${this.version}`;
    return `${name}, embedded in ${near.startsWith('..') ? folder : near}`;
  }

  override start(): Promise<AddressConnection> {
    if (this.stopping) return this.stopping.then(() => this.start());
    this.run ??= this.newRun();
    return this.run.started;
  }

  /**
   * Ends all sessions and the server, within 10 s of the end of a start that is still under way. A server that was only
   * attached to is left running.
   * @throws EngineError when the server does not stop
   */
  override stop(): Promise<void> {
    this.stopping ??= this.endRun().finally(() => {
      this.stopping = undefined;
    });
    return this.stopping;
  }

  private newRun(): Run {
    const abort = new AbortController();
    const run: Run = { abort, started: Promise.resolve().then(() => this.open(run)) };
    run.started.catch(() => {
      if (this.run === run) this.run = undefined;
    });
    return run;
  }

  private async open(run: Run): Promise<AddressConnection> {
    const { dataDir, log, attach = false } = this.options;
    try {
      const opened = await openCluster(dataDir, log);
      this.version = opened.version;
      run.supervisor = new Supervisor({ opened, attach, log, signal: run.abort.signal });
      return connectionTo(await run.supervisor.begin(), opened.password, DATABASE);
    } catch (error) {
      if (error instanceof EngineError) throw error;
      const message = `cannot start the embedded PostgreSQL in ${dataDir}: ${errorText(error)}`;
      throw new EngineError('start_failed', message, { cause: error });
    }
  }

  private async endRun(): Promise<void> {
    const { run } = this;
    if (!run) return;
    run.abort.abort();
    await run.started.catch(() => undefined);
    await run.supervisor?.end();
    this.run = undefined;
  }
}
