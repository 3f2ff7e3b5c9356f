import type pg from 'pg';
import type { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import type { PipelineLoad } from './pipeline/pipeline-pool.js';
import type { Servers } from './servers.js';

/** How busy the connections of one instance are at a moment. */
export interface ConnectionLoad {
  /** Connections for transactions: how many are open, how many of them are free, and what waits for one. */
  readonly transactions: { readonly open: number; readonly free: number; readonly waiting: number };
  /** Pipelined connections to the primary. */
  readonly quick: PipelineLoad;
  readonly long: PipelineLoad;
  /** Those to all replicas together. */
  readonly replicas: PipelineLoad;
}

export function connectionLoad(dataSource: DataSource, servers: Servers): ConnectionLoad {
  const pool = (dataSource.driver as PostgresDriver).master as pg.Pool;
  return {
    transactions: { open: pool.totalCount, free: pool.idleCount, waiting: pool.waitingCount },
    ...servers.load(),
  };
}
