import { Injectable } from '@nestjs/common';
import { DomainError } from '../../kernel/domain-error.js';
import { PlatformScope, SYSTEM_ACTOR } from '../../kernel/scope.js';
import { Database } from '../../persistence/database.js';
import { MIGRATION_NAMES } from '../../persistence/migration-names.js';
import { SigningKeysService } from '../oauth/index.js';
import { Draining } from './draining.js';
import { COUNT_MIGRATIONS } from './health.queries.js';

/** Longest time that the database may take to say that it is there, in milliseconds. */
const READY_MS = 2000;

/** Whether this instance can do its work. */
@Injectable()
export class ReadinessService {
  constructor(
    private readonly database: Database,
    private readonly keys: SigningKeysService,
    private readonly draining: Draining,
  ) {}

  /**
   * Errors: 503 `stopping`, `database_unavailable`, `migrations_pending` (the schema lacks a migration that this instance
   * needs; it may have newer ones), `no_signing_key`.
   */
  async require(): Promise<void> {
    if (this.draining.isUnderWay) throw unready('stopping', 'This instance is stopping.');
    await within(READY_MS, this.#look());
  }

  async #look(): Promise<void> {
    const scope = new PlatformScope(SYSTEM_ACTOR, 'health');
    const [row] = await this.database.query<{ applied: number }>(scope, COUNT_MIGRATIONS, [MIGRATION_NAMES]);
    const missing = MIGRATION_NAMES.length - (row?.applied ?? 0);
    if (missing > 0) throw unready('migrations_pending', `The schema lacks ${missing} migrations of this version.`);
    if (!(await this.keys.canSign())) throw unready('no_signing_key', 'There is no key to sign tokens with.');
  }
}

function unready(code: string, message: string): DomainError {
  return new DomainError('unavailable', code, message);
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(unready('database_unavailable', 'The database does not answer in time.'));
    }, milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
