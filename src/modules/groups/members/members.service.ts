import { Injectable } from '@nestjs/common';
import { Delegation, type Gift } from '../../../kernel/delegation.js';
import { DomainError, conflict, notFound } from '../../../kernel/domain-error.js';
import { mapPage, type Page, type PageRequest } from '../../../kernel/page.js';
import type { TenantScope } from '../../../kernel/scope.js';
import { ALWAYS, type Validity, type ValidityPatch } from '../../../kernel/validity.js';
import { actorJson } from '../../../persistence/audit-statement.js';
import { DatabaseDoors } from '../../../persistence/database-doors.js';
import { plannedForList } from '../../../persistence/statement.js';
import type { Transaction } from '../../../persistence/transaction.js';
import { UsersService } from '../../users/index.js';
import type { MemberResponse, MembershipResponse, UserGroupResponse } from '../dto/group.responses.js';
import { GroupsService } from '../groups.service.js';
import { removeMembersOf } from './member-removal.js';
import { isLonger } from './membership-bounds.js';
import * as queries from './members.queries.js';

/** A membership that was made. */
interface Added {
  readonly user_id: string;
  readonly added_at: Date;
  readonly valid_from: Date | null;
  readonly valid_until: Date | null;
}

/** What asking for one came to. */
interface Asked extends Added {
  readonly has_group: boolean;
  /** Null where there is no group. */
  readonly is_static: boolean | null;
  readonly is_known: boolean;
  readonly is_new: boolean;
  readonly is_seen: boolean;
}

interface Changed extends MembershipResponse {
  readonly was_from: Date | null;
  readonly was_until: Date | null;
  readonly is_changed: boolean;
}

/** How often a PUT finds the membership there, and then gone, before it gives up. */
const PUT_ATTEMPTS = 3;

/** Who is in which group. A user puts into a group only whom they could give what the group, and those around it, hold: else 403. */
@Injectable()
export class MembersService {
  constructor(
    private readonly doors: DatabaseDoors,
    private readonly groups: GroupsService,
    private readonly users: UsersService,
    private readonly delegation: Delegation,
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
    const { kind } = await this.groups.get(scope, groupId);
    const query = {
      list: transitive ? 'all-members' : 'members',
      select: queries.MEMBER_SELECT,
      from: transitive ? queries.ALL_MEMBERS : queries.DIRECT_MEMBERS[kind],
      values: [scope.tenantId, groupId],
      sort: [{ column: 'user_id', type: 'uuid' }],
    } as const;
    const page = await this.doors.paginator.rows<MemberResponse>(scope, query, request);
    const byRule = (row: MemberResponse): boolean => kind === 'dynamic' && row.membership === 'direct';
    return mapPage(page, (row) => marked(row, byRule(row)));
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
    const page = await this.doors.paginator.rows<Marked<UserGroupResponse>>(scope, query, request);
    return mapPage(page, ({ by_rule: byRule, ...row }) => marked(row, byRule && row.membership === 'direct'));
  }

  /** One membership, whether it holds now or not. Errors: 404 `membership_not_found`. */
  async get(scope: TenantScope, groupId: string, userId: string): Promise<MembershipResponse> {
    const values = [scope.tenantId, groupId, userId];
    const [found] = await this.doors.database.query<Marked<MembershipResponse>>(scope, queries.READ_MEMBER, values);
    if (!found) throw notFound('membership', userId);
    const { by_rule: byRule, ...membership } = found;
    return marked(membership, byRule);
  }

  /**
   * Adds all users or none. Errors: 404 for the group, 404 `user_not_found` naming every unknown user, 409
   * `group_is_dynamic`.
   */
  async add(
    scope: TenantScope,
    groupId: string,
    userIds: readonly string[],
    validity: Validity = ALWAYS,
  ): Promise<{ added: string[]; already_members: string[] }> {
    const asked = [...new Set(userIds)];
    const added = new Set((await this.#add(scope, groupId, asked, validity)).map((row) => row.user_id));
    return { added: asked.filter((id) => added.has(id)), already_members: asked.filter((id) => !added.has(id)) };
  }

  /**
   * Puts one user into the group. Where it is there, `validity` gives the membership these bounds, and without it nothing
   * changes. Errors: 404, 409 `group_is_dynamic`.
   */
  async put(
    scope: TenantScope,
    groupId: string,
    userId: string,
    validity?: Validity,
  ): Promise<{ membership: MembershipResponse; isNew: boolean }> {
    for (let attempt = 1; ; attempt += 1) {
      const [added] = await this.#add(scope, groupId, [userId], validity ?? ALWAYS);
      if (added) return { membership: membershipOf(groupId, added), isNew: true };
      try {
        const held = await (validity
          ? this.change(scope, groupId, userId, validity)
          : this.get(scope, groupId, userId));
        return { membership: held, isNew: false };
      } catch (error) {
        // Somebody has taken it away since: then it is to be made after all.
        const isGone = error instanceof DomainError && error.kind === 'not_found';
        if (!isGone || attempt >= PUT_ATTEMPTS) throw error;
      }
    }
  }

  /**
   * Changes the bounds by a merge patch, of a membership that has expired as well. Errors: 404 `membership_not_found`, 409
   * `group_is_dynamic`,
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
        await this.#checkChange(transaction, scope, [groupId, userId], patch);
        const [row] = await transaction.query<Changed>(queries.CHANGE_MEMBER, values);
        if (!row) throw await this.#missing(scope, groupId, userId);
        const { was_from: wasFrom, was_until: wasUntil, is_changed: isChanged, ...after } = row;
        const before = { ...after, valid_from: wasFrom, valid_until: wasUntil };
        const change = { action: 'membership.updated', resourceType: 'membership', resourceId: groupId };
        if (isChanged) transaction.record({ ...change, before, after });
        return after;
      },
      { ...patch },
    );
  }

  /** Errors: 404 `membership_not_found`, 409 `group_is_dynamic`. */
  async remove(scope: TenantScope, groupId: string, userId: string): Promise<void> {
    const values = [scope.tenantId, groupId, userId, actorJson(scope)];
    const gone = await this.doors.database.write(scope, queries.REMOVE_MEMBER, values);
    if (gone.length === 0) throw await this.#missing(scope, groupId, userId);
  }

  /** Why there is no membership that could be changed by hand. */
  async #missing(scope: TenantScope, groupId: string, userId: string): Promise<DomainError> {
    const group = await this.groups.find(scope, groupId);
    return group?.kind === 'dynamic' ? isDynamic(groupId) : notFound('membership', userId);
  }

  /** A user who makes a membership longer gives what it gives; whoever makes it shorter takes that away. */
  async #checkChange(
    transaction: Transaction,
    scope: TenantScope,
    [groupId, userId]: readonly [groupId: string, userId: string],
    patch: ValidityPatch,
  ): Promise<void> {
    if (scope.userId === null) return;
    const values = [scope.tenantId, groupId, userId];
    const [before] = await transaction.query<MembershipResponse>(queries.LOCK_MEMBER, values);
    if (before && isLonger(before, patch)) {
      await this.delegation.giving(scope, membershipIn(groupId), () => Promise.resolve());
    }
  }

  /** The memberships that were not there, or not any more; all are made, or none. */
  async #add(scope: TenantScope, groupId: string, userIds: readonly string[], validity: Validity): Promise<Added[]> {
    const bounds = [validity.valid_from, validity.valid_until];
    const values = [scope.tenantId, groupId, userIds, ...bounds, actorJson(scope)];
    const input = { group_id: groupId, ...validity };
    const rows = await this.delegation.giving(scope, membershipIn(groupId), () =>
      this.doors.database.write<Asked>(scope, plannedForList(queries.ADD_MEMBERS, userIds.length), values, input),
    );
    if (rows.some((row) => !row.has_group)) throw notFound('group', groupId);
    if (rows.some((row) => row.is_static === false)) throw isDynamic(groupId);
    requireKnown(rows);
    const added = rows.filter((row) => row.is_new);
    // Another call made these at the same moment: they are there now, though this statement could not see them yet.
    const unseen = rows.filter((row) => !row.is_seen).map((row) => row.user_id);
    return unseen.length === 0 ? added : [...added, ...(await this.#add(scope, groupId, unseen, validity))];
  }
}

/** A row that says whether a rule has made it. */
type Marked<Row> = Omit<Row, 'by_rule'> & { readonly by_rule: boolean };

/** Answers say so only where it is so. */
function marked<Row extends object>(row: Row, byRule: boolean): Row & { by_rule?: true } {
  return byRule ? { ...row, by_rule: true } : row;
}

function isDynamic(groupId: string): DomainError {
  return conflict('group_is_dynamic', `The group ${groupId} is dynamic: its rule says who is in it. Change the rule.`);
}

function membershipIn(groupId: string): Gift {
  return { kind: 'membership', groupId };
}

function requireKnown(rows: readonly Asked[]): void {
  const unknown = rows.filter((row) => !row.is_known).map((row) => row.user_id);
  if (unknown.length === 0) return;
  const ids = unknown.join(', ');
  throw new DomainError('not_found', 'user_not_found', `No user ${ids} in this tenant; nobody was added.`);
}

function membershipOf(groupId: string, { user_id, added_at, valid_from, valid_until }: Added): MembershipResponse {
  return { group_id: groupId, user_id, added_at, valid_from, valid_until };
}
