import { Injectable } from '@nestjs/common';
import { AccessPreview } from '../../../kernel/access-preview.js';
import type {
  AccessChange,
  AccessChangeSide,
  AccessReach,
  ChangedAccess,
  PreviewRequest,
} from '../../../kernel/access-preview.js';
import { DomainError } from '../../../kernel/domain-error.js';
import type { AnyScope, TenantScope } from '../../../kernel/scope.js';
import { DatabaseDoors } from '../../../persistence/database-doors.js';
import type { Transaction } from '../../../persistence/unit-of-work.js';
import { UserSet } from '../../users/index.js';
import { effectiveUsersIn, findEffectiveSets } from '../effective/effective-sets.js';
import { Side, type Pair } from './access-difference.js';
import { APPLICATIONS_IN_REACH, NAMED_ACCESS, ORDINALS_OF } from './preview.queries.js';

/** Pairs of one answer. */
const PAGE = 100;
/** Most memory for what is remembered from before the change, in bytes: some 500 applications of a million users. */
const MOST_REMEMBERED = 64 * 1024 * 1024;

/** Whose transaction it is, and the tenant that is looked at: the same, but for a change to the tenant itself. */
interface Scopes {
  readonly scope: AnyScope;
  readonly tenant: TenantScope;
}

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
    { scope, tenant }: Scopes,
    reach: AccessReach,
    change: () => Promise<unknown>,
    { change: bound, cursor }: PreviewRequest,
  ): Promise<AccessChange> {
    const list = { list: 'access-change', filters: bound };
    const [side, applicationId, ordinal] =
      cursor === undefined ? [] : this.doors.paginator.opened(tenant, list, cursor).map(String);
    const last = applicationId === undefined ? null : { applicationId, ordinal: Number(ordinal) };
    return this.doors.unitOfWork.rehearse(scope, async (transaction) => {
      const { gained, lost } = await this.#compared(transaction, { scope, tenant }, reach, change);
      const seal = (name: string, { applicationId: application, ordinal: user }: Pair): string =>
        this.doors.paginator.sealed(tenant, list, [name, application, user]);
      const page = async (name: string, from: Side): Promise<AccessChangeSide> => {
        const pairs = side === undefined || side === name ? from.after(last, PAGE + 1) : [];
        const next = pairs.length > PAGE ? pairs[PAGE - 1] : undefined;
        const items = await this.#named(tenant, pairs.slice(0, PAGE));
        return { count: from.count, items, next_cursor: next ? seal(name, next) : null };
      };
      return this.#inTenant({ scope, tenant }, async () => ({
        gained: await page('gained', gained),
        lost: await page('lost', lost),
      }));
    });
  }

  async #compared(
    transaction: Transaction,
    scopes: Scopes,
    reach: AccessReach,
    change: () => Promise<unknown>,
  ): Promise<{ gained: Side; lost: Side }> {
    const { tenant } = scopes;
    const { before, narrowed } = await this.#inTenant(scopes, async () => {
      const within = await this.#narrow(tenant, reach.onlyUsers);
      const applications = await this.#inReach(tenant, reach);
      return { narrowed: within, before: await this.#remembered(tenant, applications, within) };
    });
    await transaction.savepoint('rehearsal');
    await change();
    const [gained, lost] = [new Side(), new Side()];
    await this.#inTenant(scopes, async () => {
      for (const [applicationId, had] of before) {
        const has = await this.#usersOf(tenant, applicationId, narrowed);
        gained.add(applicationId, has.minus(had));
        lost.add(applicationId, had.minus(has));
      }
    });
    await transaction.rollbackToSavepoint('rehearsal');
    return { gained, lost };
  }

  /** Works in the tenant's scope, inside the transaction that is open. */
  async #inTenant<T>({ scope, tenant }: Scopes, work: () => Promise<T>): Promise<T> {
    return scope === tenant ? work() : this.doors.unitOfWork.runInside(scope, tenant, work);
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
      if (bytes > MOST_REMEMBERED) throw tooLarge(applications.length);
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
    if (pairs.length === 0) return [];
    const columns = [pairs.map(({ applicationId }) => applicationId), pairs.map(({ ordinal }) => ordinal)];
    return this.doors.database.query<ChangedAccess>(scope, NAMED_ACCESS, [scope.tenantId, ...columns]);
  }
}

function tooLarge(applications: number): DomainError {
  return new DomainError(
    'conflict',
    'dry_run_too_large',
    `The change reaches ${applications} applications with too many users to compare at once; try it on a smaller part.`,
  );
}
