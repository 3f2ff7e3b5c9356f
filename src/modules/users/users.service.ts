import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import type { ExpectedVersion } from '../../kernel/version.js';
import { Delegation } from '../../kernel/delegation.js';
import { comparisonKey } from '../../kernel/comparison-key.js';
import { invalid } from '../../kernel/domain-error.js';
import { newId } from '../../kernel/ids.js';
import { mergePatch } from '../../kernel/merge-patch.js';
import type { Page, PageRequest } from '../../kernel/page.js';
import type { TenantScope } from '../../kernel/scope.js';
import { DatabaseDoors } from '../../persistence/database-doors.js';
import { filteredList, type ListRequest } from '../../persistence/filter/filtered-list.js';
import { containing } from '../../persistence/like-pattern.js';
import { ResourceRepository, type RemovalHook } from '../../persistence/resource-repository.js';
import type { Transaction } from '../../persistence/transaction.js';
import { LARGEST_ATTRIBUTES, type UserCreate, type UserUpdate } from './dto/user.requests.js';
import { userResponse } from './dto/user.response.js';
import { SET_ATTRIBUTES } from './attributes.queries.js';
import { ENTER_SUSPENDED, LEAVE_SUSPENDED, TAKE_ORDINALS } from './sets/sets.queries.js';
import { USER_FILTER } from './user-filter.read-model.js';
import { User, attributeEntries, userKeys, type UserStatus } from './user.entity.js';

/** What later rooms do with every user that is made or changed, in the same transaction. */
type UserHook = (
  transaction: Transaction,
  scope: TenantScope,
  change: { readonly before: User | null; readonly after: User },
) => Promise<void>;

/** The users of a tenant. */
@Injectable()
export class UsersService {
  readonly #users: ResourceRepository<User>;
  readonly #hooks: UserHook[] = [];
  readonly #suspensionHooks: RemovalHook[] = [];

  constructor(
    private readonly doors: DatabaseDoors,
    private readonly delegation: Delegation,
  ) {
    this.#users = new ResourceRepository(doors, {
      entity: User,
      name: 'user',
      snapshot: userResponse,
      changed: async (transaction, scope, change) => {
        const { before, after } = change;
        if (after) for (const hook of this.#hooks) await hook(transaction, scope, { before, after });
        keepDerived(transaction, scope, change);
        if (before?.status !== 'active' || after?.status !== 'suspended') return;
        for (const hook of this.#suspensionHooks) await hook(transaction, scope, after.id);
      },
    });
  }

  /** Errors: 409 `user_name_taken`, `external_id_taken`. */
  async create(scope: TenantScope, input: UserCreate): Promise<User> {
    const fields = {
      userName: input.user_name,
      email: input.email ?? null,
      displayName: input.display_name ?? null,
      givenName: input.given_name ?? null,
      familyName: input.family_name ?? null,
      attributes: input.attributes ?? {},
    };
    const status = input.status ?? 'active';
    const entity = Object.assign(new User(), {
      ...fields,
      ...userKeys(fields),
      tenantId: scope.tenantId,
      id: newId(),
      externalId: input.external_id ?? null,
      status,
    });
    return this.doors.unitOfWork.run(scope, async (transaction) => {
      entity.ordinal = await takeOrdinals(transaction, scope, 1);
      return this.#users.create(scope, entity, { ...input });
    });
  }

  /** In the order in which they were made, where no other is asked for. Errors: 400 `invalid_filter`, `filter_too_slow`. */
  async list(
    scope: TenantScope,
    asked: ListRequest & { search?: string | undefined; status?: UserStatus | undefined },
    request: PageRequest,
  ): Promise<Page<User>> {
    const pattern = asked.search === undefined ? null : containing(comparisonKey(asked.search));
    const parts = {
      catalogue: USER_FILTER,
      table: { rows: 'users u', tenant: 'u.tenant_id', id: 'u.id' },
      from: `FROM users u
              WHERE u.tenant_id = $1 AND ($2::text IS NULL OR u.search_key LIKE $2) AND ($3::text IS NULL OR u.status = $3)`,
      values: [scope.tenantId, pattern, asked.status ?? null],
      sort: [{ column: 'id', type: 'uuid' }],
    } as const;
    return this.#users.list(scope, { list: 'users', alias: 'u', ...filteredList(parts, asked) }, request);
  }

  /** Errors: 404. */
  async get(scope: TenantScope, id: string): Promise<User> {
    return this.#users.get(scope, id);
  }

  /**
   * Applies a merge patch. Errors: 404, 409 as for create and `owner_stays_active`, 412, 422 where the merged attributes grow too large, 403
   * `permission_not_held` where a user acts who does not hold what a suspended one would have again.
   */
  async update(scope: TenantScope, id: string, expected: ExpectedVersion, patch: UserUpdate): Promise<User> {
    const alter = async (before: User): Promise<Partial<User>> => {
      const changes = patched(before, patch);
      const isReactivated = before.status === 'suspended' && changes.status === 'active';
      if (!isReactivated) return changes;
      return this.delegation.giving(scope, { kind: 'reactivation', userId: id }, () => Promise.resolve(changes));
    };
    return this.#users.change(scope, id, expected, alter, { ...patch });
  }

  /** Lets later rooms follow what users are made and changed to, before anything that is kept of all users is touched. */
  onChange(hook: UserHook): void {
    this.#hooks.push(hook);
  }

  /** Lets later rooms take away what they keep of a user that goes, in the same transaction. */
  onRemoval(hook: RemovalHook): void {
    this.#users.onRemoval(hook);
  }

  /** Lets later rooms refuse the suspension of a user, in its transaction and with the user's row locked. */
  onSuspension(hook: RemovalHook): void {
    this.#suspensionHooks.push(hook);
  }

  /** Deletes the user with its memberships and assignments. Errors: 404, 412. */
  async remove(scope: TenantScope, id: string, expected: ExpectedVersion): Promise<void> {
    await this.#users.remove(scope, id, expected);
  }
}

/** The first of `count` numbers for new users. */
async function takeOrdinals(transaction: Transaction, scope: TenantScope, count: number): Promise<number> {
  const [taken] = await transaction.query<{ first: number }>(TAKE_ORDINALS, [scope.tenantId, count]);
  if (!taken) throw new Error('The counter of users answered no number.');
  return taken.first;
}

/** Keeps what is derived from the users as they are. */
function keepDerived(
  transaction: Transaction,
  scope: TenantScope,
  change: { before: User | null; after: User | null },
): void {
  keepSuspended(transaction, scope, change);
  keepAttributes(transaction, scope, change);
}

/** Keeps the entries by which filters find attributes; those of a user that goes go with it. */
function keepAttributes(
  transaction: Transaction,
  scope: TenantScope,
  { before, after }: { before: User | null; after: User | null },
): void {
  if (after === null || isDeepStrictEqual(before?.attributes ?? {}, after.attributes)) return;
  const entries = attributeEntries(after.attributes);
  const columns = [entries.map(({ path }) => path), entries.map(({ value }) => value)];
  transaction.later(SET_ATTRIBUTES, [scope.tenantId, after.id, ...columns]);
}

/** Keeps the set of suspended users as the users are. */
function keepSuspended(
  transaction: Transaction,
  scope: TenantScope,
  { before, after }: { before: User | null; after: User | null },
): void {
  const [was, is] = [before?.status === 'suspended', after?.status === 'suspended'];
  const ordinal = (after ?? before)?.ordinal;
  if (was !== is) transaction.later(is ? ENTER_SUSPENDED : LEAVE_SUSPENDED, [scope.tenantId, ordinal]);
}

function patched(before: User, patch: UserUpdate): Partial<User> {
  const after = {
    userName: patch.user_name ?? before.userName,
    email: patch.email === undefined ? before.email : patch.email,
    displayName: patch.display_name === undefined ? before.displayName : patch.display_name,
    givenName: patch.given_name === undefined ? before.givenName : patch.given_name,
    familyName: patch.family_name === undefined ? before.familyName : patch.family_name,
    attributes: patchedAttributes(before.attributes, patch.attributes),
  };
  const { filterKeys: keysBefore } = userKeys(before);
  const { filterKeys, ...keys } = userKeys(after);
  return {
    ...after,
    ...keys,
    // Not read with the user, so that it is set only where it changes.
    ...(isDeepStrictEqual(keysBefore, filterKeys) ? {} : { filterKeys }),
    externalId: patch.external_id === undefined ? before.externalId : patch.external_id,
    status: patch.status ?? before.status,
  };
}

function patchedAttributes(before: object, patch: object | null | undefined): object {
  if (patch === undefined) return before;
  const merged = patch === null ? {} : (mergePatch(before, patch) as object);
  if (Buffer.byteLength(JSON.stringify(merged)) > LARGEST_ATTRIBUTES) {
    const msg = `attributes must be at most ${LARGEST_ATTRIBUTES} bytes after merging`;
    throw invalid(['body', 'attributes'], msg, 'json_object');
  }
  return merged;
}
