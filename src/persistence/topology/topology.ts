import type { DataSource } from 'typeorm';
import type { Config } from '../../config/config.js';
import { EngineError } from '../engines/index.js';

/** Where rows are: on one server, or distributed by tenant over the nodes of a Citus cluster. */
export type Topology = 'single' | 'citus';

/**
 * What DATABASE_TOPOLOGY says; unset: `citus` where the database has the extension. Throws an EngineError where it says
 * something else than the database is, or where replicas are named beside a cluster.
 */
export async function topologyOf(dataSource: DataSource, config: Config): Promise<Topology> {
  const [found] = await dataSource.query<{ is_citus: boolean }[]>(
    `SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') AS is_citus`,
  );
  const topology = found?.is_citus ? 'citus' : 'single';
  if (topology === 'citus' && config.databaseReplicaUrls.length > 0) {
    throw new EngineError(
      'start_failed',
      'DATABASE_REPLICA_URL does not fit a cluster: what a standby of the coordinator has seen says nothing of the workers; leave it unset.',
    );
  }
  if (config.databaseTopology === null || config.databaseTopology === topology) return topology;
  throw new EngineError(
    'start_failed',
    topology === 'single'
      ? 'DATABASE_TOPOLOGY=citus needs the extension: run CREATE EXTENSION citus in this database on every node, and add the workers; see docs/growth.md.'
      : 'DATABASE_TOPOLOGY=single does not fit a database that has the extension citus; leave it unset, or say citus.',
  );
}
