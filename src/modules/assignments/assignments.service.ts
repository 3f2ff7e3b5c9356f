import { Injectable } from '@nestjs/common';
import { conflict, notFound } from '../../kernel/domain-error.js';
import { newId } from '../../kernel/ids.js';
import type { TenantScope } from '../../kernel/scope.js';
import { ALWAYS, type Validity, type ValidityPatch } from '../../kernel/validity.js';
import { actorJson } from '../../persistence/audit-statement.js';
import { DatabaseDoors } from '../../persistence/database-doors.js';
import { inBatches } from '../../persistence/in-batches.js';
import { plannedForList } from '../../persistence/statement.js';
import type { Transaction } from '../../persistence/transaction.js';
import { ApplicationsService } from '../applications/index.js';
import { GroupsService } from '../groups/index.js';
import { UsersService } from '../users/index.js';
import { notAssigned, type Assignee } from './assignee.js';
import { ASSIGN, CHANGE, UNASSIGN, UNASSIGN_ALL } from './assignments.queries.js';
import { assignmentOf, type AssignmentRow } from './assignment-row.js';
import type { AssignmentResponse, BulkAssignmentResponse } from './dto/assignment.responses.js';

/** `id` is null where the statement could not see what another call has made at the same moment. */
interface Outcome extends Omit<AssignmentRow, 'id'> {
  readonly id: string | null;
  readonly is_known: boolean;
  readonly is_new: boolean;
}

/** Gives applications to users and groups, and takes them back. Each call is all or nothing. */
@Injectable()
export class AssignmentsService {
  constructor(
    private readonly doors: DatabaseDoors,
    users: UsersService,
    groups: GroupsService,
    applications: ApplicationsService,
  ) {
    users.onRemoval((transaction, scope, id) => unassignAll(transaction, scope, 'user', id));
    groups.onRemoval((transaction, scope, id) => unassignAll(transaction, scope, 'group', id));
    applications.onRemoval((transaction, scope, id) => unassignAll(transaction, scope, 'application', id));
  }

  /** Errors: 404 for the application or the assignee, 409 `already_assigned`, also where it is assigned for later. */
  async assign(
    scope: TenantScope,
    assignee: Assignee,
    applicationId: string,
    validity: Validity = ALWAYS,
  ): Promise<AssignmentResponse> {
    const { assignment, isNew } = await this.#putOne(scope, assignee, applicationId, validity);
    if (isNew) return assignment;
    throw conflict(
      'already_assigned',
      `Application ${applicationId} is already assigned to ${assignee.kind} ${assignee.id}.`,
    );
  }

  /**
   * The idempotent twin: assigns, or answers the assignment that is there. With `validity`, that has these bounds then;
   * without, it keeps its own. Errors: 404.
   */
  async put(
    scope: TenantScope,
    assignee: Assignee,
    applicationId: string,
    validity?: Validity,
  ): Promise<{ assignment: AssignmentResponse; isNew: boolean }> {
    if (!validity) return this.#putOne(scope, assignee, applicationId, ALWAYS);
    return this.doors.unitOfWork.run(scope, async () => {
      const done = await this.#putOne(scope, assignee, applicationId, validity);
      // What is there is locked now, so that it is still there to be changed.
      return done.isNew ? done : { ...done, assignment: await this.change(scope, assignee, applicationId, validity) };
    });
  }

  /** Assigns all or none; repeats count once. Errors: 404 `application_not_found` naming every unknown one. */
  async assignMany(
    scope: TenantScope,
    assignee: Assignee,
    applicationIds: readonly string[],
    validity: Validity = ALWAYS,
  ): Promise<BulkAssignmentResponse> {
    const outcomes = await this.#assign(scope, assignee, [...new Set(applicationIds)], validity);
    return {
      assigned: outcomes.filter((outcome) => outcome.is_new).map((outcome) => outcome.application_id),
      already_assigned: outcomes.filter((outcome) => !outcome.is_new).map((outcome) => outcome.application_id),
    };
  }

  /**
   * Changes the bounds by a merge patch, of an assignment that has expired as well. Errors: 404 `assignment_not_found`,
   * 422 where the merged bounds are in the wrong order.
   */
  async change(
    scope: TenantScope,
    assignee: Assignee,
    applicationId: string,
    patch: ValidityPatch,
  ): Promise<AssignmentResponse> {
    const { valid_from: from, valid_until: until } = patch;
    const bounds = [from !== undefined, from ?? null, until !== undefined, until ?? null];
    const values = [scope.tenantId, assignee.id, actorJson(scope), applicationId, newId(), ...bounds];
    const rows = await this.doors.database.write<AssignmentRow>(scope, CHANGE[assignee.kind], values, { ...patch });
    if (!rows[0]) throw notAssigned(assignee, applicationId);
    return assignmentOf(assignee, rows[0]);
  }

  /** Errors: 404 `assignment_not_found` where it is not given to this very assignee. */
  async unassign(scope: TenantScope, assignee: Assignee, applicationId: string): Promise<void> {
    const values = [scope.tenantId, assignee.id, actorJson(scope), applicationId, newId()];
    const taken = await this.doors.database.write(scope, UNASSIGN[assignee.kind], values);
    if (taken.length > 0) return;
    throw notAssigned(assignee, applicationId);
  }

  async #putOne(
    scope: TenantScope,
    assignee: Assignee,
    applicationId: string,
    validity: Validity,
  ): Promise<{ assignment: AssignmentResponse; isNew: boolean }> {
    const [outcome] = await this.#assign(scope, assignee, [applicationId], validity);
    if (!outcome) throw notFound('application', applicationId);
    return { assignment: assignmentOf(assignee, { ...outcome, id: outcome.id ?? '' }), isNew: outcome.is_new };
  }

  async #assign(
    scope: TenantScope,
    assignee: Assignee,
    applicationIds: readonly string[],
    validity: Validity,
  ): Promise<Outcome[]> {
    const ids = applicationIds.map(() => newId());
    const made = [applicationIds, ids, ids.map(() => newId()), validity.valid_from, validity.valid_until];
    const values = [scope.tenantId, assignee.id, actorJson(scope), scope.actor.id, ...made];
    const input = { [`${assignee.kind}_id`]: assignee.id, application_id: applicationIds.join(', '), ...validity };
    const statement = plannedForList(ASSIGN[assignee.kind], ids.length);
    const outcomes = await this.doors.database.write<Outcome>(scope, statement, values, input);
    const unknown = outcomes.filter((outcome) => !outcome.is_known).map((outcome) => outcome.application_id);
    if (unknown.length > 0) throw notFound('application', unknown.join(', '));
    // Another call made these at the same moment: they are there now, though this statement could not see them yet.
    const unseen = outcomes.filter((outcome) => outcome.id === null).map((outcome) => outcome.application_id);
    if (unseen.length === 0) return outcomes;
    const again = await this.#assign(scope, assignee, unseen, validity);
    const seen = new Map(again.map((each) => [each.application_id, each]));
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
  const values = [scope.tenantId, id, actorJson(scope)];
  await inBatches(async () => (await transaction.query<{ removed: number }>(UNASSIGN_ALL[kind], values))[0]);
}
