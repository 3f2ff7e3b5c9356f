import type { TenantScope } from '../../../kernel/scope.js';
import type { Database } from '../../../persistence/database.js';
import { MOST_REMEMBERED, effectiveUsersIn, findSets, tooLarge } from '../../access/index.js';
import { UserSet } from '../../users/index.js';
import type { RoleLevel } from '../role.entity.js';
import { GIVEN_BY, HOLDERS_OF_ROLES } from './preview.queries.js';

/** Sets that are read of one state at most: of a role that is held in very many workspaces or projects. */
const MOST_SETS = 5000;

/** Which permissions of which roles are looked at, and where. */
export interface Asked {
  readonly level: RoleLevel;
  readonly applicationId: string | null;
  readonly permissions: readonly string[];
  readonly scopeIds: readonly string[];
}

/** The active users who hold a permission in a scope. */
export type HoldersOf = (scopeId: string, permission: string) => UserSet;

/**
 * Reads who holds permissions in scopes at this moment, by any role of the level. Permissions that the same roles give
 * share one set. Errors: 409 `dry_run_too_large`.
 */
export async function readHolders(database: Database, scope: TenantScope, asked: Asked): Promise<HoldersOf> {
  const { level, applicationId, permissions, scopeIds } = asked;
  const values = [scope.tenantId, level, applicationId, permissions];
  const rows = await database.query<{ permission: string; role_ids: string[] }>(scope, GIVEN_BY, values);
  const givenBy = new Map(rows.map(({ permission, role_ids: ids }) => [permission, ids.join()]));
  const combinations = new Map(rows.map(({ role_ids: ids }) => [ids.join(), ids]));
  if (combinations.size * scopeIds.length > MOST_SETS) throw tooLarge(`${scopeIds.length} scopes`);
  const nobody = new UserSet();
  const sets = new Map<string, UserSet>();
  let bytes = 0;
  for (const scopeId of scopeIds) {
    for (const [name, roleIds] of combinations) {
      const found = await findSets(database, scope, HOLDERS_OF_ROLES, [scope.tenantId, scopeId, null, null, roleIds]);
      const users = found ? effectiveUsersIn(found) : nobody;
      bytes += users.bytes;
      if (bytes > MOST_REMEMBERED) throw tooLarge(`${scopeIds.length} scopes`);
      sets.set(`${scopeId} ${name}`, users);
    }
  }
  return (scopeId, permission) => sets.get(`${scopeId} ${givenBy.get(permission) ?? ''}`) ?? nobody;
}
