import type pg from 'pg';
import type { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import type { PipelinePool } from './pipeline/pipeline-pool.js';

/** How busy the connections of one instance are at a moment. */
export interface ConnectionLoad {
  /** Connections for transactions: how many are open, how many of them are free, and what waits for one. */
  readonly transactions: { readonly open: number; readonly free: number; readonly waiting: number };
  /** Pipelined connections: how many are open, and the statements that wait for their answers. */
  readonly quick: { readonly connections: number; readonly waiting: number };
  readonly long: { readonly connections: number; readonly waiting: number };
}

export function connectionLoad(
  dataSource: DataSource,
  pipelines: { readonly quick: PipelinePool; readonly long: PipelinePool },
): ConnectionLoad {
  const pool = (dataSource.driver as PostgresDriver).master as pg.Pool;
  return {
    transactions: { open: pool.totalCount, free: pool.idleCount, waiting: pool.waitingCount },
    quick: pipelines.quick.load(),
    long: pipelines.long.load(),
  };
}
