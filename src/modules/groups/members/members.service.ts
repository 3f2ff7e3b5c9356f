import { Injectable } from '@nestjs/common';
import { DomainError, notFound } from '../../../kernel/domain-error.js';
import type { Page, PageRequest } from '../../../kernel/page.js';
import type { TenantScope } from '../../../kernel/scope.js';
import { ALWAYS, type Validity, type ValidityPatch } from '../../../kernel/validity.js';
import { actorJson } from '../../../persistence/audit-statement.js';
import { DatabaseDoors } from '../../../persistence/database-doors.js';
import { inBatches } from '../../../persistence/in-batches.js';
import type { Transaction } from '../../../persistence/unit-of-work.js';
import { UsersService } from '../../users/index.js';
import type { MemberResponse, MembershipResponse, UserGroupResponse } from '../dto/group.responses.js';
import { GroupsService } from '../groups.service.js';
import * as queries from './members.queries.js';

/** What adding a user came to; `lapsed_...` tells of the expired membership whose row the new one took. */
interface Added {
  readonly user_id: string;
  readonly is_new: boolean;
  readonly is_seen: boolean;
  readonly added_at: Date;
  readonly valid_from: Date | null;
  readonly valid_until: Date | null;
  readonly lapsed_added_at: Date | null;
  readonly lapsed_valid_from: Date | null;
  readonly lapsed_valid_until: Date | null;
}

interface Changed extends MembershipResponse {
  readonly was_from: Date | null;
  readonly was_until: Date | null;
  readonly is_changed: boolean;
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

  /** One membership, whether it holds now or not. Errors: 404 `membership_not_found`. */
  async get(scope: TenantScope, groupId: string, userId: string): Promise<MembershipResponse> {
    const values = [scope.tenantId, groupId, userId];
    const [membership] = await this.doors.database.query<MembershipResponse>(scope, queries.READ_MEMBER, values);
    if (!membership) throw notFound('membership', userId);
    return membership;
  }

  /** Adds all users or none. Errors: 404 for the group, 404 `user_not_found` naming every unknown user. */
  async add(
    scope: TenantScope,
    groupId: string,
    userIds: readonly string[],
    validity: Validity = ALWAYS,
  ): Promise<{ added: string[]; already_members: string[] }> {
    const asked = [...new Set(userIds)];
    const added = await this.doors.unitOfWork.run(
      scope,
      async (transaction) => {
        await this.groups.get(scope, groupId);
        await this.#requireUsers(transaction, scope, asked);
        return this.#insert(transaction, scope, groupId, { userIds: asked, validity });
      },
      { group_id: groupId, ...validity },
    );
    return { added: asked.filter((id) => added.has(id)), already_members: asked.filter((id) => !added.has(id)) };
  }

  /**
   * Puts one user into the group. Where it is there, `validity` gives the membership these bounds, and without it nothing
   * changes. Errors: 404.
   */
  async put(
    scope: TenantScope,
    groupId: string,
    userId: string,
    validity?: Validity,
  ): Promise<{ membership: MembershipResponse; isNew: boolean }> {
    return this.doors.unitOfWork.run(scope, async () => {
      const { added } = await this.add(scope, groupId, [userId], validity);
      const isNew = added.length > 0;
      if (!isNew && validity) return { membership: await this.change(scope, groupId, userId, validity), isNew };
      return { membership: await this.get(scope, groupId, userId), isNew };
    });
  }

  /**
   * Changes the bounds by a merge patch, of a membership that has expired as well. Errors: 404 `membership_not_found`,
   * 422 where the merged bounds are in the wrong order.
   */
  async change(scope: TenantScope, groupId: string, userId: string, patch: ValidityPatch): Promise<MembershipResponse> {
    const { valid_from: from, valid_until: until } = patch;
    const values = [
      scope.tenantId,
      groupId,
      userId,
      from !== undefined,
      from ?? null,
      until !== undefined,
      until ?? null,
    ];
    return this.doors.unitOfWork.run(
      scope,
      async (transaction) => {
        const [row] = await transaction.query<Changed>(queries.CHANGE_MEMBER, values);
        if (!row) throw notFound('membership', userId);
        const { was_from: wasFrom, was_until: wasUntil, is_changed: isChanged, ...after } = row;
        const before = { ...after, valid_from: wasFrom, valid_until: wasUntil };
        if (isChanged) record(transaction, 'updated', { before, after });
        return after;
      },
      { ...patch },
    );
  }

  /** Errors: 404 `membership_not_found`. */
  async remove(scope: TenantScope, groupId: string, userId: string): Promise<void> {
    await this.doors.unitOfWork.run(scope, async (transaction) => {
      const values = [scope.tenantId, groupId, userId];
      const [before] = await transaction.query<MembershipResponse>(queries.REMOVE_MEMBER, values);
      if (!before) throw notFound('membership', userId);
      record(transaction, 'deleted', { before });
    });
  }

  async #requireUsers(transaction: Transaction, scope: TenantScope, userIds: readonly string[]): Promise<void> {
    const unknown = await transaction.query<{ id: string }>(queries.UNKNOWN_USERS, [scope.tenantId, userIds]);
    if (unknown.length === 0) return;
    const ids = unknown.map((row) => row.id).join(', ');
    throw new DomainError('not_found', 'user_not_found', `No user ${ids} in this tenant; nobody was added.`);
  }

  /** The users that were not in the group, or not any more. */
  async #insert(
    transaction: Transaction,
    scope: TenantScope,
    groupId: string,
    asked: { readonly userIds: readonly string[]; readonly validity: Validity },
  ): Promise<Set<string>> {
    const { userIds, validity } = asked;
    const values = [scope.tenantId, groupId, userIds, validity.valid_from, validity.valid_until];
    const rows = await transaction.query<Added>(queries.ADD_MEMBERS, values);
    for (const row of rows.filter((each) => each.is_new)) recordAdded(transaction, groupId, row);
    const added = rows.filter((row) => row.is_new).map((row) => row.user_id);
    // Another call made these at the same moment: they are there now, though this statement could not see them yet.
    const unseen = rows.filter((row) => !row.is_seen).map((row) => row.user_id);
    if (unseen.length === 0) return new Set(added);
    // Or the user has gone.
    await this.#requireUsers(transaction, scope, unseen);
    const later = await this.#insert(transaction, scope, groupId, { userIds: unseen, validity });
    return new Set([...added, ...later]);
  }
}

function recordAdded(transaction: Transaction, groupId: string, row: Added): void {
  const key = { group_id: groupId, user_id: row.user_id };
  if (row.lapsed_added_at !== null) {
    const { lapsed_added_at: at, lapsed_valid_from: from, lapsed_valid_until: until } = row;
    record(transaction, 'deleted', { before: { ...key, added_at: at, valid_from: from, valid_until: until } });
  }
  const { added_at: at, valid_from: from, valid_until: until } = row;
  record(transaction, 'created', { after: { ...key, added_at: at, valid_from: from, valid_until: until } });
}

/** Writes a change of one membership down. */
function record(
  transaction: Transaction,
  done: 'created' | 'updated' | 'deleted',
  states: { before?: MembershipResponse; after?: MembershipResponse },
): void {
  const resourceId = (states.after ?? states.before)?.group_id ?? '';
  transaction.record({ action: `membership.${done}`, resourceType: 'membership', resourceId, ...states });
}

/** What goes with a removal is taken away first, so that the trail tells of it. */
async function removeMembersOf(
  transaction: Transaction,
  scope: TenantScope,
  kind: keyof typeof queries.REMOVE_MEMBERS_OF,
  id: string,
): Promise<void> {
  const values = [scope.tenantId, id, actorJson(scope)];
  await inBatches(
    async () => (await transaction.query<{ removed: number }>(queries.REMOVE_MEMBERS_OF[kind], values))[0],
  );
}
