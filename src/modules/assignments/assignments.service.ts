import { Injectable } from '@nestjs/common';
import { DomainError, conflict, notFound } from '../../kernel/domain-error.js';
import { newId } from '../../kernel/ids.js';
import type { TenantScope } from '../../kernel/scope.js';
import { actorJson } from '../../persistence/audit-statement.js';
import { Database } from '../../persistence/database.js';
import type { Transaction } from '../../persistence/unit-of-work.js';
import { ApplicationsService } from '../applications/index.js';
import { GroupsService } from '../groups/index.js';
import { UsersService } from '../users/index.js';
import type { Assignee } from './assignee.js';
import { ASSIGN, UNASSIGN, UNASSIGN_ALL } from './assignments.queries.js';
import type { AssignmentResponse, BulkAssignmentResponse } from './dto/assignment.responses.js';

interface Outcome {
  readonly application_id: string;
  readonly is_known: boolean;
  readonly is_new: boolean;
  readonly id: string | null;
  readonly assigned_at: Date;
  readonly assigned_by: string;
}

/** Gives applications to users and groups, and takes them back. Each call is one statement, and so all or nothing. */
@Injectable()
export class AssignmentsService {
  constructor(
    private readonly database: Database,
    users: UsersService,
    groups: GroupsService,
    applications: ApplicationsService,
  ) {
    users.onRemoval((transaction, scope, id) => unassignAll(transaction, scope, 'user', id));
    groups.onRemoval((transaction, scope, id) => unassignAll(transaction, scope, 'group', id));
    applications.onRemoval((transaction, scope, id) => unassignAll(transaction, scope, 'application', id));
  }

  /** Errors: 404 for the application or the assignee, 409 `already_assigned`. */
  async assign(scope: TenantScope, assignee: Assignee, applicationId: string): Promise<AssignmentResponse> {
    const { assignment, isNew } = await this.put(scope, assignee, applicationId);
    if (isNew) return assignment;
    throw conflict(
      'already_assigned',
      `Application ${applicationId} is already assigned to ${assignee.kind} ${assignee.id}.`,
    );
  }

  /** The idempotent twin: assigns, or answers the assignment that is there. Errors: 404. */
  async put(
    scope: TenantScope,
    assignee: Assignee,
    applicationId: string,
  ): Promise<{ assignment: AssignmentResponse; isNew: boolean }> {
    const [outcome] = await this.#assign(scope, assignee, [applicationId]);
    if (!outcome) throw notFound('application', applicationId);
    return { assignment: assignmentOf(assignee, outcome), isNew: outcome.is_new };
  }

  /** Assigns all or none; repeats count once. Errors: 404 `application_not_found` naming every unknown one. */
  async assignMany(
    scope: TenantScope,
    assignee: Assignee,
    applicationIds: readonly string[],
  ): Promise<BulkAssignmentResponse> {
    const outcomes = await this.#assign(scope, assignee, [...new Set(applicationIds)]);
    return {
      assigned: outcomes.filter((outcome) => outcome.is_new).map((outcome) => outcome.application_id),
      already_assigned: outcomes.filter((outcome) => !outcome.is_new).map((outcome) => outcome.application_id),
    };
  }

  /** Errors: 404 `assignment_not_found` where it is not given to this very assignee. */
  async unassign(scope: TenantScope, assignee: Assignee, applicationId: string): Promise<void> {
    const values = [scope.tenantId, assignee.id, actorJson(scope), applicationId, newId()];
    const taken = await this.database.write(scope, UNASSIGN[assignee.kind], values);
    if (taken.length > 0) return;
    throw new DomainError(
      'not_found',
      'assignment_not_found',
      `Application ${applicationId} is not assigned to ${assignee.kind} ${assignee.id} itself.`,
    );
  }

  async #assign(scope: TenantScope, assignee: Assignee, applicationIds: readonly string[]): Promise<Outcome[]> {
    const ids = applicationIds.map(() => newId());
    const made = [applicationIds, ids, ids.map(() => newId())];
    const values = [scope.tenantId, assignee.id, actorJson(scope), scope.actor.id, ...made];
    const input = { [`${assignee.kind}_id`]: assignee.id, application_id: applicationIds.join(', ') };
    const outcomes = await this.database.write<Outcome>(scope, ASSIGN[assignee.kind], values, input);
    const unknown = outcomes.filter((outcome) => !outcome.is_known).map((outcome) => outcome.application_id);
    if (unknown.length > 0) throw notFound('application', unknown.join(', '));
    // Another call made these at the same moment: they are there now, though this statement could not see them yet.
    const unseen = outcomes.filter((outcome) => outcome.id === null).map((outcome) => outcome.application_id);
    if (unseen.length === 0) return outcomes;
    const seen = new Map((await this.#assign(scope, assignee, unseen)).map((each) => [each.application_id, each]));
    return outcomes.map((outcome) => seen.get(outcome.application_id) ?? outcome);
  }
}

/** What goes with a removal is taken away first, so that the trail tells of it. */
async function unassignAll(
  transaction: Transaction,
  scope: TenantScope,
  kind: keyof typeof UNASSIGN_ALL,
  id: string,
): Promise<void> {
  await transaction.query(UNASSIGN_ALL[kind], [scope.tenantId, id, actorJson(scope)]);
}

function assignmentOf(assignee: Assignee, outcome: Outcome): AssignmentResponse {
  return {
    id: outcome.id ?? '',
    application_id: outcome.application_id,
    user_id: assignee.kind === 'user' ? assignee.id : null,
    group_id: assignee.kind === 'group' ? assignee.id : null,
    assignment_type: assignee.kind === 'user' ? 'direct' : 'group',
    assigned_at: outcome.assigned_at,
    assigned_by: outcome.assigned_by,
  };
}
