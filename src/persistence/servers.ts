import type { Config } from '../config/config.js';
import { connectionConfig } from './data-source.js';
import { limitsOf } from './database-role.js';
import type { ConnectionOptions } from './engines/index.js';
import type { PipelineLoad } from './pipeline/pipeline-pool.js';
import { Pipelines, type Lane } from './pipeline/pipelines.js';
import type { SendOptions } from './pipeline/scoped-batch.js';
import type { Watching } from './pipeline/watched.js';
import { Replica } from './replicas/replica.js';
import { Replicas } from './replicas/replicas.js';
import { DatabaseWatch, type WatchLog } from './watch/database-watch.js';
import type { WatchedSockets } from './watch/watched-sockets.js';

/** Who is told of what happens on connections. */
export interface Observers extends Watching {
  /** Where lost connections and silent servers are reported. */
  readonly log: WatchLog;
}

/** How this service speaks to its connections. */
export function sendOptions(config: Config): SendOptions {
  return { prepared: config.databasePreparedStatements, limits: limitsOf(config) };
}

/** The primary and its replicas: the pipelined connections to each, and who looks whether it is there. */
export class Servers {
  readonly pipelines: Pipelines;
  readonly replicas: Replicas;
  readonly #watches: DatabaseWatch[] = [];
  readonly #ofReplicas: Pipelines[] = [];
  readonly primarySockets: WatchedSockets | undefined;

  constructor(
    connection: ConnectionOptions,
    private readonly config: Config,
    private readonly observers: Observers,
  ) {
    this.primarySockets = this.#watchPrimary(connection);
    this.pipelines = this.#pipelinesTo(connection, this.primarySockets, () => undefined);
    const replicas = config.databaseReplicaUrls.map((url) => this.#replicaAt({ connectionString: url }));
    this.replicas = new Replicas(replicas, this.pipelines);
  }

  /** Begins to look; to be called once the database is in use. */
  watch(): void {
    for (const watch of this.#watches) watch.start();
  }

  /** How busy the pipelined connections are at this moment: those to the primary, and those to all replicas together. */
  load(): Readonly<Record<Lane | 'replicas', PipelineLoad>> {
    const ofReplicas = this.#ofReplicas.flatMap(({ quick, long }) => [quick.load(), long.load()]);
    return {
      quick: this.pipelines.quick.load(),
      long: this.pipelines.long.load(),
      replicas: ofReplicas.reduce(
        (sum, { connections, waiting }) => ({
          connections: sum.connections + connections,
          waiting: sum.waiting + waiting,
        }),
        { connections: 0, waiting: 0 },
      ),
    };
  }

  async close(): Promise<void> {
    for (const watch of this.#watches) watch.stop();
    await Promise.all([this.pipelines, ...this.#ofReplicas].map((pipelines) => pipelines.close()));
  }

  #replicaAt(connection: ConnectionOptions): Replica {
    const sockets = this.config.databasePooler ? undefined : this.#watch(connection);
    const pipelines = this.#pipelinesTo(connection, sockets, () => {
      replica.rest();
    });
    const replica = new Replica(pipelines);
    this.#ofReplicas.push(pipelines);
    return replica;
  }

  /**
   * Behind a pooler a statement may wait for its turn, which cannot be told from silence: there the server is asked past the
   * pooler, over the URL that is given for it, or not at all.
   */
  #watchPrimary(connection: ConnectionOptions): WatchedSockets | undefined {
    const { databasePooler, databaseWatchUrl } = this.config;
    if (!databasePooler) return this.#watch(connection);
    return databaseWatchUrl === null ? undefined : this.#watch({ connectionString: databaseWatchUrl });
  }

  #watch(connection: ConnectionOptions): WatchedSockets {
    const watch = new DatabaseWatch(connectionConfig(connection, this.config), this.observers.log);
    this.#watches.push(watch);
    return watch.sockets;
  }

  #pipelinesTo(connection: ConnectionOptions, sockets: WatchedSockets | undefined, onLost: () => void): Pipelines {
    return new Pipelines(connectionConfig(connection, this.config, sockets), {
      ...sendOptions(this.config),
      watch: this.observers.watch,
      lanes: this.config.databasePipelines,
      onLost: (error) => {
        this.observers.log.warn({ msg: 'database connection lost', reason: error.message });
        onLost();
      },
    });
  }
}
