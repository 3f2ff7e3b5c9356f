import type { ClientConfig } from 'pg';
import { PipelinePool, type PipelineOptions } from './pipeline-pool.js';

/** Quick reads, and those that may take long and that quick ones must not wait behind. */
export type Lane = 'quick' | 'long';

/** The pipelined connections to one server. */
export class Pipelines {
  readonly quick: PipelinePool;
  readonly long: PipelinePool;

  constructor(connection: ClientConfig, options: PipelineOptions) {
    this.quick = new PipelinePool(connection, options);
    this.long = new PipelinePool(connection, options);
  }

  async close(): Promise<void> {
    await Promise.all([this.quick.close(), this.long.close()]);
  }
}
