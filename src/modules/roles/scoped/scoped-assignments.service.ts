import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { DomainError, forbidden } from '../../../kernel/domain-error.js';
import type { TenantScope } from '../../../kernel/scope.js';
import { DatabaseDoors } from '../../../persistence/database-doors.js';
import { ProjectsService, WorkspacesService } from '../../workspaces/index.js';
import { RoleAssignmentsService } from '../assigning/role-assignments.service.js';
import { listOrStream } from '../streamed-list.js';
import type { RoleHolderQuery, RoleScopeQuery } from './dto/scoped-assignment.requests.js';
import type { ScopedRoleAssignment } from './dto/scoped-assignment.responses.js';
import {
  inScope,
  requireAssignable,
  requireNamed,
  requireOneHolder,
  scopedAssignment,
  scopedRole,
  type NamedRow,
} from './scoped-assignments.js';
import { BATCH, HOLDERS, NAMED, type AssignmentRow } from './scoped-assignments.read-model.js';

/** Contract 3: roles held by users and teams in the organization, in a workspace, or in a project of a workspace. */
@Injectable()
export class ScopedAssignmentsService {
  constructor(
    private readonly doors: DatabaseDoors,
    private readonly assignments: RoleAssignmentsService,
    workspaces: WorkspacesService,
    projects: ProjectsService,
  ) {
    workspaces.onRemoval((transaction, scope, id) => assignments.takeAllOf(transaction, scope, 'workspace', id));
    projects.onRemoval((transaction, scope, id) => assignments.takeAllOf(transaction, scope, 'project', id));
  }

  /**
   * Who holds the role, in the order in which they were given it, in a workspace (and its projects) or a project alone where
   * one is given; from 500 on as a stream (`listOrStream`). Errors: 404.
   */
  async list(scope: TenantScope, roleId: string, where: RoleScopeQuery): Promise<ScopedRoleAssignment[] | Readable> {
    const named = await this.#named(scope, roleId, where);
    const role = scopedRole(scope.tenantId, named);
    const within = [named.workspace_id ?? named.project_workspace_id, named.project_id].filter((id) => id !== null);
    const read = async (after: string): Promise<AssignmentRow[]> => {
      const held = named.project_id ? HOLDERS.project : named.workspace_id ? HOLDERS.workspace : HOLDERS.anywhere;
      return this.doors.database.queryLong(scope, held, [scope.tenantId, roleId, after, ...within]);
    };
    const itemOf = (row: AssignmentRow): ScopedRoleAssignment => scopedAssignment(role, row, row);
    return listOrStream({ batch: BATCH, read, itemOf, frame: ['[', ']'] });
  }

  /**
   * Gives the role to one user or team in the most specific scope given, and answers the assignment, also where it was
   * there. Errors: 400 for a wrong combination of parameters, 403 for a share role and where the role is of another level, 404.
   */
  async assign(scope: TenantScope, roleId: string, query: RoleHolderQuery): Promise<ScopedRoleAssignment> {
    const { kind, id } = requireOneHolder(query);
    const named = await this.#named(scope, roleId, query);
    requireAssignable(named, query);
    await this.assignments.give(scope, inScope(roleId, query), kind, [id]);
    return scopedAssignment(scopedRole(scope.tenantId, named), named, named);
  }

  /**
   * Takes the role in this very scope back. Errors: 400 for a wrong combination of parameters, 403 for the owner's role
   * Admin and a member's last direct role of the organization, 404 where it is not held there.
   */
  async revoke(scope: TenantScope, roleId: string, query: RoleHolderQuery): Promise<void> {
    const { kind, id } = requireOneHolder(query);
    const { name } = await this.#named(scope, roleId, query);
    const isTaken = await this.#take(scope, roleId, query, kind, id);
    if (isTaken) return;
    const holder = kind === 'user' ? 'User' : 'Team';
    throw new DomainError(
      'not_found',
      'role_assignment_not_found',
      `${holder} ${id} does not hold role ${name} in exactly this scope.`,
    );
  }

  async #take(
    scope: TenantScope,
    roleId: string,
    query: RoleHolderQuery,
    kind: 'user' | 'group',
    id: string,
  ): Promise<boolean> {
    try {
      return await this.assignments.take(scope, inScope(roleId, query), kind, id);
    } catch (error) {
      // Elsewhere a conflict: here whatever the rules forbid is an IllegalOperationError.
      if (error instanceof DomainError && error.kind === 'conflict') throw forbidden(error.code, error.message);
      throw error;
    }
  }

  async #named(scope: TenantScope, roleId: string, asked: RoleHolderQuery): Promise<NamedRow> {
    const ids = [asked.workspace_id, asked.project_id, asked.user_id, asked.team_id].map((id) => id ?? null);
    const [found] = await this.doors.database.query<NamedRow>(scope, NAMED, [scope.tenantId, roleId, ...ids]);
    return requireNamed(roleId, asked, found);
  }
}
