import { Injectable } from '@nestjs/common';
import { Delegation } from '../../../kernel/delegation.js';
import { notFound } from '../../../kernel/domain-error.js';
import { newId } from '../../../kernel/ids.js';
import type { TenantScope } from '../../../kernel/scope.js';
import { actorJson } from '../../../persistence/audit-statement.js';
import { DatabaseDoors } from '../../../persistence/database-doors.js';
import { inBatches } from '../../../persistence/in-batches.js';
import type { Statement } from '../../../persistence/statement.js';
import { plannedForList } from '../../../persistence/statement.js';
import type { Transaction } from '../../../persistence/transaction.js';
import { ApplicationsService } from '../../applications/index.js';
import { GroupsService } from '../../groups/index.js';
import { UsersService } from '../../users/index.js';
import { REMOVE_CHILDREN_OF_APPLICATION } from '../children/effective-permissions.queries.js';
import { columnsOfScope, type HolderKind, type RoleInScope } from './holder.js';
import {
  GIVE,
  HOLD_ROLES_OF_APPLICATION,
  REMOVE_ROLES_OF_APPLICATION,
  TAKE,
  TAKE_ALL,
} from './role-assignments.queries.js';

/** One holder's assignment, as it is after it was given. */
export interface GivenRole {
  readonly id: string;
  readonly holder_id: string;
  /** Whether this call made it. */
  readonly is_new: boolean;
  readonly assigned_at: Date;
  readonly assigned_by: string;
}

/** `id` is null where the statement could not see what another call has made at the same moment. */
interface Outcome extends Omit<GivenRole, 'id'> {
  readonly id: string | null;
  readonly is_role_known: boolean;
  readonly is_known: boolean;
}

/**
 * Gives roles to users, groups and applications and takes them back, at every level: with the sets of direct holders, the
 * counts of members' roles and the audit trail, in one statement each.
 */
@Injectable()
export class RoleAssignmentsService {
  constructor(
    private readonly doors: DatabaseDoors,
    private readonly delegation: Delegation,
    users: UsersService,
    groups: GroupsService,
    applications: ApplicationsService,
  ) {
    users.onRemoval((transaction, scope, id) => takeAll(transaction, scope, TAKE_ALL.user, id));
    groups.onRemoval((transaction, scope, id) => takeAll(transaction, scope, TAKE_ALL.group, id));
    applications.onRemoval(async (transaction, scope, id) => {
      await transaction.query(HOLD_ROLES_OF_APPLICATION, [scope.tenantId, id]);
      await takeAll(transaction, scope, TAKE_ALL.holder_application, id);
      await takeAll(transaction, scope, TAKE_ALL.roles_of_application, id);
      await takeAll(transaction, scope, REMOVE_CHILDREN_OF_APPLICATION, id);
      await takeAll(transaction, scope, REMOVE_ROLES_OF_APPLICATION, id);
    });
  }

  /**
   * Gives the role to all or to none, and answers an assignment for each holder in the order given, also where it was
   * there; repeats count once. Errors: 404 `role_not_found` (also at another level, of another application, and for a
   * share role), 404 `<kind>_not_found` naming the unknown holders (the first hundred), 404 for the workspace or the project, 403
   * `permission_not_held` where a user acts who does not hold all that the role gives in this scope.
   */
  async give(
    scope: TenantScope,
    role: RoleInScope,
    kind: HolderKind,
    holderIds: readonly string[],
  ): Promise<GivenRole[]> {
    const { roleId } = role;
    const { scopeId, workspaceId } = columnsOfScope(scope.tenantId, role);
    return this.delegation.giving(scope, { kind: 'role', roleId, scopeId, workspaceId }, () =>
      this.#give(scope, role, kind, holderIds),
    );
  }

  /**
   * Takes the role in this very scope from one holder; `any`: whichever kind the id is of. False where it is not held
   * there. Errors: 403 `last_role` for the last organization role that a member holds directly, 409
   * `owner_keeps_role` for that of the organization's owner.
   */
  async take(scope: TenantScope, role: RoleInScope, kind: HolderKind | 'any', holderId: string): Promise<boolean> {
    return (await this.takeMany(scope, role, kind, [holderId])).length > 0;
  }

  /** The same for many; answers from whom it was taken. */
  async takeMany(
    scope: TenantScope,
    role: RoleInScope,
    kind: HolderKind | 'any',
    holderIds: readonly string[],
  ): Promise<string[]> {
    const { scopeId } = columnsOfScope(scope.tenantId, role);
    const values = [scope.tenantId, role.roleId, actorJson(scope), scopeId, holderIds];
    const taken = await this.doors.database.write<{ holder_id: string }>(scope, TAKE[kind], values);
    return taken.map(({ holder_id: id }) => id);
  }

  /**
   * Takes away what goes with a role, a workspace or a project, in the transaction that removes it. Errors: 403 `last_role`
   * where a role is somebody's last one.
   */
  async takeAllOf(
    transaction: Transaction,
    scope: TenantScope,
    kind: 'role' | 'workspace' | 'project',
    id: string,
  ): Promise<void> {
    await takeAll(transaction, scope, TAKE_ALL[kind], id);
  }

  async #give(
    scope: TenantScope,
    role: RoleInScope,
    kind: HolderKind,
    holderIds: readonly string[],
  ): Promise<GivenRole[]> {
    const ids = [...new Set(holderIds)];
    const { level, ...columns } = columnsOfScope(scope.tenantId, role);
    const { applicationId, workspaceId, projectId, scopeId } = columns;
    const who = [scope.tenantId, role.roleId, actorJson(scope), scope.actor.id];
    const values = [...who, ids, ids.map(() => newId()), level, applicationId, workspaceId, projectId, scopeId];
    const input = { role_id: role.roleId, workspace_id: workspaceId, project_id: projectId };
    const statement = plannedForList(GIVE[kind], ids.length);
    const outcomes = await this.doors.database.write<Outcome>(scope, statement, values, input);
    if (outcomes.some((outcome) => !outcome.is_role_known)) throw notFound('role', role.roleId);
    const unknown = outcomes.filter((outcome) => !outcome.is_known).map((outcome) => outcome.holder_id);
    if (unknown.length > 0) throw notFound(kind, unknown.join(', '));
    // Another call made these at the same moment: they are there now, though this statement could not see them yet.
    const unseen = outcomes.filter((outcome) => outcome.id === null).map((outcome) => outcome.holder_id);
    if (unseen.length === 0) return outcomes.map(givenRole);
    const again = new Map((await this.#give(scope, role, kind, unseen)).map((each) => [each.holder_id, each]));
    return outcomes.map((outcome) => again.get(outcome.holder_id) ?? givenRole(outcome));
  }
}

function givenRole({ id, holder_id, is_new, assigned_at, assigned_by }: Outcome): GivenRole {
  return { id: id ?? '', holder_id, is_new, assigned_at, assigned_by };
}

/** What goes with a removal is taken away first, so that the trail tells of it. */
async function takeAll(transaction: Transaction, scope: TenantScope, statement: Statement, id: string): Promise<void> {
  const values = [scope.tenantId, id, actorJson(scope)];
  await inBatches(async () => (await transaction.query<{ removed: number }>(statement, values))[0]);
}
