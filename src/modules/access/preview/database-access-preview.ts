import { Injectable } from '@nestjs/common';
import { AccessPreview } from '../../../kernel/access-preview.js';
import type {
  AccessReach,
  Change,
  ChangedAccess,
  PreviewRequest,
  PreviewScopes,
} from '../../../kernel/access-preview.js';
import type { TenantScope } from '../../../kernel/scope.js';
import { DatabaseDoors } from '../../../persistence/database-doors.js';
import type { Transaction } from '../../../persistence/unit-of-work.js';
import { UserSet } from '../../users/index.js';
import { effectiveUsersIn, findEffectiveSets } from '../effective/effective-sets.js';
import { Side, type Pair } from './difference.js';
import { APPLICATIONS_IN_REACH, NAMED_ACCESS, ORDINALS_OF } from './preview.queries.js';
import { MOST_REMEMBERED, inTenant, rehearsed, tooLarge } from './rehearsal.js';

/** Users to whom a comparison is narrowed, with the chunks that hold them; null: all. */
interface Narrowed {
  readonly users: UserSet | null;
  readonly chunks: readonly number[] | undefined;
}

/** Compares who may use what before and after a change that is then taken back. */
@Injectable()
export class DatabaseAccessPreview extends AccessPreview {
  constructor(private readonly doors: DatabaseDoors) {
    super();
  }

  override async of(
    scopes: PreviewScopes,
    reach: AccessReach,
    change: () => Promise<unknown>,
    request: PreviewRequest,
  ): Promise<Change<ChangedAccess>> {
    return rehearsed(this.doors, scopes, request, {
      list: 'access-change',
      compared: (transaction) => this.#compared(transaction, scopes, reach, change),
      named: (pairs) => this.#named(scopes.tenant, pairs),
    });
  }

  async #compared(
    transaction: Transaction,
    scopes: PreviewScopes,
    reach: AccessReach,
    change: () => Promise<unknown>,
  ): Promise<{ gained: Side; lost: Side }> {
    const { tenant } = scopes;
    const { before, narrowed } = await inTenant(this.doors, scopes, async () => {
      const within = await this.#narrow(tenant, reach.onlyUsers);
      const applications = await this.#inReach(tenant, reach);
      return { narrowed: within, before: await this.#remembered(tenant, applications, within) };
    });
    await transaction.savepoint('rehearsal');
    await change();
    const [gained, lost] = [new Side(), new Side()];
    await inTenant(this.doors, scopes, async () => {
      for (const [applicationId, had] of before) {
        const has = await this.#usersOf(tenant, applicationId, narrowed);
        gained.add(applicationId, has.minus(had));
        lost.add(applicationId, had.minus(has));
      }
    });
    await transaction.rollbackToSavepoint('rehearsal');
    return { gained, lost };
  }

  async #remembered(
    scope: TenantScope,
    applications: readonly string[],
    narrowed: Narrowed,
  ): Promise<Map<string, UserSet>> {
    const before = new Map<string, UserSet>();
    let bytes = 0;
    for (const applicationId of applications) {
      const users = await this.#usersOf(scope, applicationId, narrowed);
      bytes += users.bytes;
      if (bytes > MOST_REMEMBERED) throw tooLarge(`${applications.length} applications`);
      before.set(applicationId, users);
    }
    return before;
  }

  /** Nobody, where the application is not there. */
  async #usersOf(scope: TenantScope, applicationId: string, { users, chunks }: Narrowed): Promise<UserSet> {
    const sets = await findEffectiveSets(this.doors.database, scope, applicationId, { chunks });
    const all = sets ? effectiveUsersIn(sets) : new UserSet();
    return users ? all.and(users) : all;
  }

  async #narrow(scope: TenantScope, onlyUsers: readonly string[] | undefined): Promise<Narrowed> {
    if (onlyUsers === undefined) return { users: null, chunks: undefined };
    const values = [scope.tenantId, onlyUsers];
    const rows = await this.doors.database.query<{ ordinal: number }>(scope, ORDINALS_OF, values);
    const users = UserSet.of(rows.map(({ ordinal }) => ordinal));
    return { users, chunks: users.chunks };
  }

  async #inReach(scope: TenantScope, reach: AccessReach): Promise<string[]> {
    const { applications = [], groups = [], users = [], everything = false } = reach;
    const values = [scope.tenantId, applications, groups, users, everything];
    const rows = await this.doors.database.query<{ id: string }>(scope, APPLICATIONS_IN_REACH, values);
    return rows.map(({ id }) => id);
  }

  async #named(scope: TenantScope, pairs: readonly Pair[]): Promise<ChangedAccess[]> {
    const columns = [pairs.map(({ key }) => key), pairs.map(({ ordinal }) => ordinal)];
    return this.doors.database.query<ChangedAccess>(scope, NAMED_ACCESS, [scope.tenantId, ...columns]);
  }
}
