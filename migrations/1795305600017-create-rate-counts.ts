import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTables, lockToPlatform } from './support/tenant-table.js';

/**
 * What all instances together have admitted in a minute, for rate limits; and leave to look whether the schema is up to date.
 * The table is not logged: after a crash its counts are gone, which costs one minute of limits and no write-ahead log ever.
 */
export class CreateRateCounts1795305600017 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE UNLOGGED TABLE rate_counts (
          minute    bigint NOT NULL,
          caller    text COLLATE "C" NOT NULL,
          admitted  bigint NOT NULL,
          CONSTRAINT rate_counts_pkey PRIMARY KEY (minute, caller),
          CONSTRAINT rate_counts_some CHECK (admitted > 0)
      )`);
    await lockToPlatform(runner, 'rate_counts');
    await runner.query('GRANT SELECT ON migrations TO doorlist_platform');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('REVOKE SELECT ON migrations FROM doorlist_platform');
    await dropTables(runner, 'rate_counts');
  }
}
