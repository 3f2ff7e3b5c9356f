import { Injectable } from '@nestjs/common';
import { DomainError, listedIssues, notFound } from '../../../kernel/domain-error.js';
import { newId } from '../../../kernel/ids.js';
import type { TenantScope } from '../../../kernel/scope.js';
import { actorJson } from '../../../persistence/audit-statement.js';
import type { Transaction } from '../../../persistence/transaction.js';
import { UnitOfWork } from '../../../persistence/unit-of-work.js';
import { notAssigned, type Assignee } from '../assignee.js';
import type { AssignmentOperations } from './bulk.requests.js';
import type { OperationFailure, OperationOutcome, OperationResult, OperationResults } from './bulk.responses.js';
import * as queries from './bulk.queries.js';
import { assigneeAt, keyOf, plannedOperations, type PlannedOperation } from './planned-operations.js';

const KINDS = ['user', 'group'] as const;

interface TakenRow {
  readonly assignee_id: string;
  readonly id: string;
  readonly set_ordinal: number | null;
}

interface GivenRow {
  readonly assignee_id: string;
  readonly is_known: boolean;
  readonly is_new: boolean;
  readonly id: string | null;
  readonly set_ordinal: number | null;
}

/** What was done for an assignee. */
interface Done {
  readonly outcome: OperationOutcome;
  readonly code: OperationFailure | null;
  readonly assignmentId: string | null;
}

/** One call for one application while it runs. */
interface Run {
  readonly transaction: Transaction;
  readonly scope: TenantScope;
  readonly applicationId: string;
  /** By keyOf the assignee. */
  readonly done: Map<string, Done>;
}

/** Gives one application to many users and groups, and takes it from many, in a handful of statements. */
@Injectable()
export class BulkAssignmentsService {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /**
   * Does all operations, removals first, in one transaction. Errors: 404 for the application; 422 for operations that make
   * no sense together, and, where `atomic`, for any that fails: then nothing is done.
   */
  async run(
    scope: TenantScope,
    applicationId: string,
    { operations, atomic = true }: AssignmentOperations,
  ): Promise<OperationResults> {
    const planned = plannedOperations(operations);
    return this.unitOfWork.run(scope, async (transaction) => {
      const found = await transaction.query(queries.HOLD_APPLICATION, [scope.tenantId, applicationId]);
      if (found.length === 0) throw notFound('application', applicationId);
      const run = { transaction, scope, applicationId, done: new Map<string, Done>() };
      const firsts = planned.filter(({ isRepeat }) => !isRepeat);
      const left = await removeAll(run, firsts);
      const entered = await addAll(run, firsts);
      const results = planned.map((operation) => resultOf(operation, run.done));
      if (atomic) refuseFailures(applicationId, results);
      // The sets come last: whoever assigns locks assignments first and sets then.
      if (left.length > 0) await changeSet(run, queries.LEAVE_APPLICATION, left);
      if (entered.length > 0) await changeSet(run, queries.ENTER_APPLICATION, entered);
      return { results, ...countsOf(results) };
    });
  }
}

/** The users who were in the set of the application. */
async function removeAll(run: Run, operations: readonly PlannedOperation[]): Promise<number[]> {
  const { transaction, scope, applicationId, done } = run;
  const left: number[] = [];
  for (const [kind, removals] of byKind(operations, 'remove')) {
    const ids = removals.map(({ assignee }) => assignee.id);
    const values = [scope.tenantId, applicationId, actorJson(scope), ids];
    const taken = await transaction.query<TakenRow>(queries.REMOVE_MANY[kind], values);
    for (const { assignee } of removals) done.set(keyOf(assignee), failed('assignment_not_found'));
    for (const { assignee_id: id, id: assignmentId } of taken)
      done.set(keyOf({ kind, id }), { outcome: 'removed', code: null, assignmentId });
    left.push(...ordinalsIn(taken));
  }
  return left;
}

/** The users who are in the set of the application from now on. */
async function addAll(run: Run, operations: readonly PlannedOperation[]): Promise<number[]> {
  const entered: number[] = [];
  for (const [kind, additions] of byKind(operations, 'add')) {
    // What another call made at the same moment is there now, though the statement before could not see it yet.
    for (let asked = additions; asked.length > 0;) {
      const given = await add(run, kind, asked);
      for (const row of given) run.done.set(keyOf({ kind, id: row.assignee_id }), doneOf(kind, row));
      entered.push(...ordinalsIn(given));
      const unseen = new Set(given.filter((row) => row.is_known && row.id === null).map((row) => row.assignee_id));
      asked = asked.filter(({ assignee }) => unseen.has(assignee.id));
    }
  }
  return entered;
}

async function add(run: Run, kind: Assignee['kind'], asked: readonly PlannedOperation[]): Promise<GivenRow[]> {
  const { transaction, scope, applicationId } = run;
  return transaction.query<GivenRow>(queries.ADD_MANY[kind], [
    scope.tenantId,
    applicationId,
    actorJson(scope),
    scope.actor.id,
    asked.map(({ assignee }) => assignee.id),
    asked.map(() => newId()),
    asked.map(() => newId()),
    asked.map(({ validity }) => validity.valid_from),
    asked.map(({ validity }) => validity.valid_until),
  ]);
}

async function changeSet(
  { transaction, scope, applicationId }: Run,
  change: (typeof queries)['ENTER_APPLICATION'],
  ordinals: readonly number[],
): Promise<void> {
  await transaction.query(change, [scope.tenantId, applicationId, ordinals]);
}

function byKind(
  operations: readonly PlannedOperation[],
  op: 'add' | 'remove',
): [kind: Assignee['kind'], operations: PlannedOperation[]][] {
  const wanted = operations.filter((operation) => operation.op === op);
  const sorted = KINDS.map((kind) => [kind, wanted.filter(({ assignee }) => assignee.kind === kind)] as const);
  return sorted.filter(([, each]) => each.length > 0).map(([kind, each]) => [kind, each]);
}

function doneOf(kind: Assignee['kind'], row: GivenRow): Done {
  if (!row.is_known) return failed(`${kind}_not_found`);
  return { outcome: row.is_new ? 'created' : 'unchanged', code: null, assignmentId: row.id };
}

function failed(code: OperationFailure): Done {
  return { outcome: 'failed', code, assignmentId: null };
}

function ordinalsIn(rows: readonly { readonly set_ordinal: number | null }[]): number[] {
  return rows.flatMap(({ set_ordinal: ordinal }) => (ordinal === null ? [] : [ordinal]));
}

function resultOf(
  { index, op, assignee, isRepeat }: PlannedOperation,
  done: ReadonlyMap<string, Done>,
): OperationResult {
  const { outcome, code, assignmentId } = done.get(keyOf(assignee)) ?? failed('assignment_not_found');
  return {
    index,
    op,
    user_id: assignee.kind === 'user' ? assignee.id : null,
    group_id: assignee.kind === 'group' ? assignee.id : null,
    outcome: isRepeat && outcome !== 'failed' ? 'unchanged' : outcome,
    code,
    assignment_id: assignmentId,
  };
}

function countsOf(results: readonly OperationResult[]): Record<OperationOutcome, number> {
  const counts = { created: 0, unchanged: 0, removed: 0, failed: 0 };
  for (const { outcome } of results) counts[outcome] += 1;
  return counts;
}

/** Throws 422 with an issue for each operation that failed. */
function refuseFailures(applicationId: string, results: readonly OperationResult[]): void {
  const issues = results.flatMap(({ index, code, user_id: userId, group_id: groupId }) => {
    if (code === null) return [];
    const assignee: Assignee = userId === null ? { kind: 'group', id: groupId ?? '' } : { kind: 'user', id: userId };
    const why =
      code === 'assignment_not_found' ? notAssigned(assignee, applicationId) : notFound(assignee.kind, assignee.id);
    return [{ loc: assigneeAt(index, assignee), msg: why.message, type: code }];
  });
  if (issues.length === 0) return;
  throw new DomainError(
    'invalid',
    'operations_failed',
    'Some operations failed; nothing was done.',
    listedIssues(issues),
  );
}
