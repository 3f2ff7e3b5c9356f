import { Injectable } from '@nestjs/common';
import type { Change, PreviewRequest, PreviewScopes } from '../../../kernel/access-preview.js';
import { isUuid } from '../../../kernel/ids.js';
import { PermissionPreview, type ChangedPermission, type PermissionReach } from '../../../kernel/permission-preview.js';
import type { TenantScope } from '../../../kernel/scope.js';
import { DatabaseDoors } from '../../../persistence/database-doors.js';
import type { Transaction } from '../../../persistence/transaction.js';
import { Side, rehearsed, type Pair } from '../../access/index.js';
import type { UserSet } from '../../users/index.js';
import type { RoleLevel } from '../role.entity.js';
import { readHolders, type Asked, type HoldersOf } from './holders-of-permissions.js';
import { NAMED_PERMISSIONS, ROLE_STATE } from './preview.queries.js';

/** A role as it is at one moment. */
interface RoleState {
  readonly id: string;
  readonly level: RoleLevel;
  readonly application_id: string | null;
  readonly permissions: readonly string[];
  readonly scope_ids: readonly string[];
}

/** Compares who holds the permissions of a role before and after a change that is then taken back. */
@Injectable()
export class DatabasePermissionPreview extends PermissionPreview {
  constructor(private readonly doors: DatabaseDoors) {
    super();
  }

  override async of(
    scopes: PreviewScopes,
    reach: PermissionReach,
    change: () => Promise<unknown>,
    request: PreviewRequest,
  ): Promise<Change<ChangedPermission>> {
    const { tenant } = scopes;
    let level: RoleLevel = 'organization';
    return rehearsed(this.doors, scopes, request, {
      list: 'permission-change',
      compared: async (transaction) => {
        const before = await this.#stateOf(tenant, reach);
        transaction.savepoint('rehearsal');
        await change();
        if (!before) throw new Error('A role was changed that was not there.');
        level = before.level;
        return this.#compared(transaction, tenant, reach, before);
      },
      named: (pairs) => this.#named(tenant, level, pairs),
    });
  }

  /** The change has been made: what it needs to look at is known, so who held it before is read once it is taken back. */
  async #compared(
    transaction: Transaction,
    tenant: TenantScope,
    reach: PermissionReach,
    before: RoleState,
  ): Promise<{ gained: Side; lost: Side }> {
    const { database } = this.doors;
    const after = await this.#stateOf(tenant, reach);
    const asked = askedOf(tenant, reach, before, after);
    const has = await readHolders(database, tenant, asked);
    await transaction.rollbackToSavepoint('rehearsal');
    const had = await readHolders(database, tenant, asked);
    return { gained: sideOf(asked, has, had), lost: sideOf(asked, had, has) };
  }

  async #stateOf(scope: TenantScope, { role }: PermissionReach): Promise<RoleState | undefined> {
    const values = isUuid(role) ? [scope.tenantId, role, null] : [scope.tenantId, null, role];
    const [state] = await this.doors.database.query<RoleState>(scope, ROLE_STATE, values);
    return state;
  }

  async #named(scope: TenantScope, level: RoleLevel, pairs: readonly Pair[]): Promise<ChangedPermission[]> {
    const places = pairs.map(({ key }) => placeOf(key));
    const columns = [
      places.map(({ scopeId }) => scopeId),
      places.map(({ permission }) => permission),
      pairs.map(({ ordinal }) => ordinal),
    ];
    const values = [scope.tenantId, level, ...columns];
    return this.doors.database.query<ChangedPermission>(scope, NAMED_PERMISSIONS, values);
  }
}

/** All permissions that the role has before or after, wherever it is held before or after. */
function askedOf(
  { tenantId }: TenantScope,
  { scopeId }: PermissionReach,
  before: RoleState,
  after: RoleState | undefined,
): Asked {
  const { level, application_id: applicationId } = before;
  const held = [...before.scope_ids, ...(after?.scope_ids ?? [])];
  const only = level === 'organization' ? tenantId : (applicationId ?? scopeId);
  return {
    level,
    applicationId,
    permissions: [...new Set([...before.permissions, ...(after?.permissions ?? [])])].sort(),
    scopeIds: only === undefined ? [...new Set(held)].sort() : [only],
  };
}

/** Who is in the first and not in the second, by scope and permission. */
function sideOf({ scopeIds, permissions }: Asked, these: HoldersOf, those: HoldersOf): Side {
  const side = new Side();
  const differences = new Map<UserSet, Map<UserSet, UserSet>>();
  const difference = (one: UserSet, other: UserSet): UserSet => {
    const known = differences.get(one) ?? new Map<UserSet, UserSet>();
    differences.set(one, known);
    const found = known.get(other) ?? one.minus(other);
    known.set(other, found);
    return found;
  };
  for (const scopeId of scopeIds) {
    for (const permission of permissions) {
      side.add(`${scopeId} ${permission}`, difference(these(scopeId, permission), those(scopeId, permission)));
    }
  }
  return side;
}

/** An id has no space, a permission may. */
function placeOf(key: string): { scopeId: string; permission: string } {
  const space = key.indexOf(' ');
  return { scopeId: key.slice(0, space), permission: key.slice(space + 1) };
}
