import { RateLedger } from '../../kernel/rate-ledger.js';
import { PlatformScope, SYSTEM_ACTOR } from '../../kernel/scope.js';
import type { Database } from '../database.js';
import { ADD_COUNTS, FORGET_COUNTS } from './rate-counts.queries.js';

/** The ledger in a table that all instances share: one statement for all callers of an instance together. */
export class DatabaseRateLedger extends RateLedger {
  #minute = 0;

  constructor(private readonly database: Database) {
    super();
  }

  override async add(minute: number, admitted: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, number>> {
    const scope = new PlatformScope(SYSTEM_ACTOR, 'rate-limits');
    const values = [minute, [...admitted.keys()], [...admitted.values()]];
    const rows = await this.database.write<{ caller: string; admitted: number }>(scope, ADD_COUNTS, values);
    if (minute > this.#minute) {
      this.#minute = minute;
      // An instance whose clock is behind may still be adding to the minute before.
      await this.database.write(scope, FORGET_COUNTS, [minute - 1]);
    }
    return new Map(rows.map((row) => [row.caller, row.admitted]));
  }
}
