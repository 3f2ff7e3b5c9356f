import { Injectable } from '@nestjs/common';
import { DomainError, notFound } from '../../../kernel/domain-error.js';
import type { Page, PageRequest } from '../../../kernel/page.js';
import type { TenantScope } from '../../../kernel/scope.js';
import { actorJson } from '../../../persistence/audit-statement.js';
import { DatabaseDoors } from '../../../persistence/database-doors.js';
import type { Transaction } from '../../../persistence/unit-of-work.js';
import { UsersService } from '../../users/index.js';
import type { MemberResponse, MembershipResponse, UserGroupResponse } from '../dto/group.responses.js';
import { GroupsService } from '../groups.service.js';
import * as queries from './members.queries.js';

interface Added {
  readonly user_id: string;
  readonly added_at: Date;
}

/** Who is in which group. */
@Injectable()
export class MembersService {
  constructor(
    private readonly doors: DatabaseDoors,
    private readonly groups: GroupsService,
    private readonly users: UsersService,
  ) {
    users.onRemoval((transaction, scope, id) => removeMembersOf(transaction, scope, 'user', id));
    groups.onRemoval((transaction, scope, id) => removeMembersOf(transaction, scope, 'group', id));
  }

  /** In the order of the users' ids. Errors: 404. */
  async list(
    scope: TenantScope,
    groupId: string,
    transitive: boolean,
    request: PageRequest,
  ): Promise<Page<MemberResponse>> {
    await this.groups.get(scope, groupId);
    const query = {
      list: transitive ? 'all-members' : 'members',
      select: queries.MEMBER_SELECT,
      from: transitive ? queries.ALL_MEMBERS : queries.DIRECT_MEMBERS,
      values: [scope.tenantId, groupId],
      sort: [{ column: 'user_id', type: 'uuid' }],
    } as const;
    return this.doors.paginator.rows(scope, query, request);
  }

  /** The groups that hold a user, directly or through groups inside of them. Errors: 404. */
  async groupsOf(scope: TenantScope, userId: string, request: PageRequest): Promise<Page<UserGroupResponse>> {
    await this.users.get(scope, userId);
    const query = {
      list: 'user-groups',
      select: queries.USER_GROUP_SELECT,
      from: queries.USER_GROUPS,
      values: [scope.tenantId, userId],
      sort: [{ column: 'group_id', type: 'uuid' }],
    } as const;
    return this.doors.paginator.rows(scope, query, request);
  }

  /** Adds all users or none. Errors: 404 for the group, 404 `user_not_found` naming every unknown user. */
  async add(
    scope: TenantScope,
    groupId: string,
    userIds: readonly string[],
  ): Promise<{ added: string[]; already_members: string[] }> {
    const asked = [...new Set(userIds)];
    const added = await this.doors.unitOfWork.run(
      scope,
      async (transaction) => {
        await this.groups.get(scope, groupId);
        await this.#requireUsers(transaction, scope, asked);
        return this.#insert(transaction, scope, groupId, asked);
      },
      { group_id: groupId },
    );
    const isNew = new Set(added.map((row) => row.user_id));
    return { added: asked.filter((id) => isNew.has(id)), already_members: asked.filter((id) => !isNew.has(id)) };
  }

  /** Puts one user into the group; the same again changes nothing. Errors: 404. */
  async put(
    scope: TenantScope,
    groupId: string,
    userId: string,
  ): Promise<{ membership: MembershipResponse; isNew: boolean }> {
    return this.doors.unitOfWork.run(scope, async (transaction) => {
      const { added } = await this.add(scope, groupId, [userId]);
      const values = [scope.tenantId, groupId, userId];
      const [membership] = await transaction.query<MembershipResponse>(queries.READ_MEMBER, values);
      if (!membership) throw notFound('membership', userId);
      return { membership, isNew: added.length > 0 };
    });
  }

  /** Errors: 404 `membership_not_found`. */
  async remove(scope: TenantScope, groupId: string, userId: string): Promise<void> {
    await this.doors.unitOfWork.run(scope, async (transaction) => {
      const values = [scope.tenantId, groupId, userId];
      const [removed] = await transaction.query<Added>(queries.REMOVE_MEMBER, values);
      if (!removed) throw notFound('membership', userId);
      const before = { group_id: groupId, user_id: userId, added_at: removed.added_at };
      transaction.record({ action: 'membership.deleted', resourceType: 'membership', resourceId: groupId, before });
    });
  }

  async #requireUsers(transaction: Transaction, scope: TenantScope, userIds: readonly string[]): Promise<void> {
    const unknown = await transaction.query<{ id: string }>(queries.UNKNOWN_USERS, [scope.tenantId, userIds]);
    if (unknown.length === 0) return;
    const ids = unknown.map((row) => row.id).join(', ');
    throw new DomainError('not_found', 'user_not_found', `No user ${ids} in this tenant; nobody was added.`);
  }

  async #insert(
    transaction: Transaction,
    scope: TenantScope,
    groupId: string,
    userIds: readonly string[],
  ): Promise<Added[]> {
    const added = await transaction.query<Added>(queries.ADD_MEMBERS, [scope.tenantId, groupId, userIds]);
    for (const row of added) {
      const after = { group_id: groupId, user_id: row.user_id, added_at: row.added_at };
      transaction.record({ action: 'membership.created', resourceType: 'membership', resourceId: groupId, after });
    }
    return added;
  }
}

/** What goes with a removal is taken away first, so that the trail tells of it. */
async function removeMembersOf(
  transaction: Transaction,
  scope: TenantScope,
  kind: keyof typeof queries.REMOVE_MEMBERS_OF,
  id: string,
): Promise<void> {
  await transaction.query(queries.REMOVE_MEMBERS_OF[kind], [scope.tenantId, id, actorJson(scope)]);
}
