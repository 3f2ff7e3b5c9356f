import { Injectable } from '@nestjs/common';
import { AccessPreview } from '../../../kernel/access-preview.js';
import type {
  AccessChange,
  AccessReach,
  ChangedAccess,
  ChangedMember,
  PreviewRequest,
  PreviewScopes,
  RunChange,
} from '../../../kernel/access-preview.js';
import type { TenantScope } from '../../../kernel/scope.js';
import { DatabaseDoors } from '../../../persistence/database-doors.js';
import type { Transaction } from '../../../persistence/transaction.js';
import { UserSet, type PackedUsers } from '../../users/index.js';
import { effectiveUsersIn, findEffectiveSets } from '../effective/effective-sets.js';
import { Side, type Pair } from './difference.js';
import { APPLICATIONS_IN_REACH, MEMBERS_OF, NAMED_ACCESS, NAMED_USERS, ORDINALS_OF } from './preview.queries.js';
import { MOST_REMEMBERED, inTenant, rehearsed, tooLarge } from './rehearsal.js';

/** Users to whom a comparison is narrowed, with the chunks that hold them; null: all. */
interface Narrowed {
  readonly users: UserSet | null;
  readonly chunks: readonly number[] | undefined;
}

/** Users who may use applications, and members of a group, in one state of the tenant. */
interface State {
  readonly users: ReadonlyMap<string, UserSet>;
  readonly members: UserSet;
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
    change: RunChange,
    request: PreviewRequest,
  ): Promise<AccessChange> {
    return rehearsed(this.doors, scopes, request, {
      list: 'access-change',
      compared: (transaction) =>
        reach.createsUser ? this.#ofNewUser(scopes, change) : this.#compared(transaction, scopes, reach, change),
      named: (pairs) => this.#named(scopes.tenant, pairs),
      namedMembers: (pairs) => this.#namedMembers(scopes.tenant, pairs),
    });
  }

  /** All that a user has who was not there before; what is shown is read while the user is there. */
  async #ofNewUser(scopes: PreviewScopes, change: RunChange): Promise<{ gained: Side; lost: Side }> {
    const { tenant } = scopes;
    const users = [(await change()) ?? ''];
    const [gained, lost] = [new Side(), new Side()];
    const within = await this.#narrow(tenant, users);
    for (const applicationId of await this.#inReach(tenant, { users })) {
      gained.add(applicationId, await this.#usersOf(tenant, applicationId, within));
    }
    return { gained, lost };
  }

  /**
   * The change may bring users within reach of more applications than before, so those of both states are compared: the
   * state after it is read first, and the one before it when the change is taken back.
   */
  async #compared(
    transaction: Transaction,
    scopes: PreviewScopes,
    reach: AccessReach,
    change: RunChange,
  ): Promise<{ gained: Side; lost: Side; members?: { joined: Side; left: Side } }> {
    const { tenant } = scopes;
    const before = await inTenant(this.doors, scopes, async () => ({
      narrowed: await this.#narrow(tenant, reach.onlyUsers),
      applications: await this.#inReach(tenant, reach),
    }));
    transaction.savepoint('rehearsal');
    const made = await change();
    const group = reach.membersOf === undefined ? null : (reach.membersOf ?? made);
    const has = await inTenant(this.doors, scopes, async () => {
      const applications = new Set([...before.applications, ...(await this.#inReach(tenant, reach))]);
      return this.#stateOf(tenant, { applications: [...applications].sort(), group }, before.narrowed);
    });
    await transaction.rollbackToSavepoint('rehearsal');
    const [gained, lost, joined, left] = [new Side(), new Side(), new Side(), new Side()];
    await inTenant(this.doors, scopes, async () => {
      for (const [applicationId, users] of has.users) {
        const had = await this.#usersOf(tenant, applicationId, before.narrowed);
        gained.add(applicationId, users.minus(had));
        lost.add(applicationId, had.minus(users));
      }
      const members = await this.#membersOf(tenant, group);
      joined.add('', has.members.minus(members));
      left.add('', members.minus(has.members));
    });
    return { gained, lost, ...(group === null ? {} : { members: { joined, left } }) };
  }

  async #stateOf(
    scope: TenantScope,
    { applications, group }: { applications: readonly string[]; group: string | null },
    narrowed: Narrowed,
  ): Promise<State> {
    const users = await this.#remembered(scope, applications, narrowed);
    return { users, members: await this.#membersOf(scope, group) };
  }

  async #membersOf(scope: TenantScope, group: string | null): Promise<UserSet> {
    const members = new UserSet();
    if (group === null) return members;
    const rows = await this.doors.database.query<PackedUsers>(scope, MEMBERS_OF, [scope.tenantId, group]);
    for (const row of rows) members.addPacked(row);
    return members;
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

  async #namedMembers(scope: TenantScope, pairs: readonly Pair[]): Promise<ChangedMember[]> {
    const values = [scope.tenantId, pairs.map(({ ordinal }) => ordinal)];
    return this.doors.database.query<ChangedMember>(scope, NAMED_USERS, values);
  }
}
