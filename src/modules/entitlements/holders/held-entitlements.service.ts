import { Injectable } from '@nestjs/common';
import type { TenantScope } from '../../../kernel/scope.js';
import { DatabaseDoors } from '../../../persistence/database-doors.js';
import type { ListQuery } from '../../../persistence/paged-list.js';
import { GroupsService } from '../../groups/index.js';
import { UsersService } from '../../users/index.js';
import type { EntitlementListQuery } from '../dto/assignment-search.requests.js';
import type { HeldEntitlementsQuery } from '../dto/children.requests.js';
import type { EntitlementsPage } from '../dto/entitlement.responses.js';
import { entitlementList, entitlementResponse, type EntitlementRow } from '../entitlements.read-model.js';
import { EntitlementsService } from '../entitlements.service.js';

/** Which entitlements a user or a group was granted, and which are inside of which. */
@Injectable()
export class HeldEntitlementsService {
  constructor(
    private readonly doors: DatabaseDoors,
    private readonly users: UsersService,
    private readonly groups: GroupsService,
    private readonly entitlements: EntitlementsService,
  ) {}

  /**
   * Those that the user was granted itself, and with `sublevels` all that is inside of them. Errors: 404, and as all of
   * these lists 400 `invalid_filter`, `filter_too_slow`.
   */
  async ofUser(scope: TenantScope, userId: string, query: HeldEntitlementsQuery): Promise<EntitlementsPage> {
    await this.users.get(scope, userId);
    return this.#page(scope, heldBy('user_id', [scope.tenantId, userId], query), query);
  }

  /** The same of a group. */
  async ofGroup(scope: TenantScope, groupId: string, query: HeldEntitlementsQuery): Promise<EntitlementsPage> {
    await this.groups.get(scope, groupId);
    return this.#page(scope, heldBy('group_id', [scope.tenantId, groupId], query), query);
  }

  /** Those directly inside of a role. Errors: 404. */
  async children(scope: TenantScope, code: string, query: EntitlementListQuery): Promise<EntitlementsPage> {
    await this.entitlements.get(scope, code);
    const inside = `SELECT c.child_id FROM role_children c WHERE c.tenant_id = $1 AND c.parent_id = $2`;
    return this.#page(scope, among('entitlement-children', inside, [scope.tenantId, code], query), query);
  }

  async #page(scope: TenantScope, list: ListQuery, query: EntitlementListQuery): Promise<EntitlementsPage> {
    const { page, perPage } = query.toPage();
    const found = await this.doors.paginator.rows<EntitlementRow>(scope, list, { page, perPage });
    return { count: found.totalItems, page, limit: perPage, resources: found.items.map(entitlementResponse) };
  }
}

/** By role_assignments_of_user or role_assignments_of_group, and role_children_pkey. */
function heldBy(column: 'user_id' | 'group_id', values: readonly string[], query: HeldEntitlementsQuery): ListQuery {
  const own = `SELECT a.role_id AS id FROM role_assignments a
                WHERE a.tenant_id = $1 AND a.${column} = $2 AND a.level = 'application'`;
  const ids = query.sublevels
    ? `WITH RECURSIVE held AS (
         ${own} UNION
         SELECT c.child_id FROM held JOIN role_children c ON c.tenant_id = $1 AND c.parent_id = held.id
       ) SELECT held.id FROM held`
    : own;
  return among(`entitlements-by-${column}`, ids, values, query);
}

function among(list: string, ids: string, values: readonly string[], query: EntitlementListQuery): ListQuery {
  return entitlementList(list, `r.id IN (${ids})`, values, query);
}
