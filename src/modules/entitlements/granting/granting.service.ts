import { Injectable } from '@nestjs/common';
import { DomainError, conflict, notFound } from '../../../kernel/domain-error.js';
import type { TenantScope } from '../../../kernel/scope.js';
import { entitlementMessage } from '../../../http/errors/entitlement-messages.js';
import type { Transaction } from '../../../persistence/transaction.js';
import { UnitOfWork } from '../../../persistence/unit-of-work.js';
import { RoleAssignmentsService, type GivenRole } from '../../roles/index.js';
import type { EntitlementGrant } from '../dto/grant.requests.js';
import type { EntitlementGrantOutcome } from '../dto/grant.responses.js';
import { FIND_ENTITLEMENT, HOLD_ENTITLEMENT, type EntitlementRow } from '../entitlements.read-model.js';
import { requireMandatory, valuesWithRights, type RightValue } from '../rights/rights.js';
import { ADD_VALUES, KNOWN } from './granting.queries.js';
import { plannedItems, type PlannedItem } from './planned-items.js';

/** What came of an item: the assignment that it left, or why it was refused. */
type Result = { readonly assignmentId: string | null } | DomainError;

/** One call for one entitlement while it runs. */
interface Run {
  readonly transaction: Transaction;
  readonly scope: TenantScope;
  readonly entitlement: EntitlementRow;
  readonly results: Map<PlannedItem, Result>;
}

/** A grant that nothing stands against so far. */
interface Wanted {
  readonly item: PlannedItem;
  readonly id: string;
  readonly values: readonly RightValue[];
}

/** Gives one entitlement to many users and groups, and takes it from many, in a handful of statements. */
@Injectable()
export class GrantingService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly assignments: RoleAssignmentsService,
  ) {}

  /**
   * Does all items in one transaction, each by itself, and answers what came of each in the order of plannedItems. The
   * entitlement is held, so that neither it nor its rights change meanwhile. Errors: 404 for the entitlement.
   */
  async run(scope: TenantScope, code: string, body: EntitlementGrant): Promise<EntitlementGrantOutcome[]> {
    const items = plannedItems(body);
    return this.unitOfWork.run(scope, async (transaction) => {
      await transaction.query(HOLD_ENTITLEMENT, [scope.tenantId, code]);
      const [entitlement] = await transaction.query<EntitlementRow>(FIND_ENTITLEMENT, [scope.tenantId, code]);
      if (!entitlement) throw notFound('entitlement', code);
      const run = { transaction, scope, entitlement, results: new Map<PlannedItem, Result>() };
      for (const kind of ['user', 'group'] as const) await this.#grant(run, kind, ofKind(items, 'grant', kind));
      for (const kind of ['user', 'group'] as const) await this.#revoke(run, kind, ofKind(items, 'revoke', kind));
      return items.map((item) => outcomeOf(item, run.results.get(item) ?? notFound(item.kind, item.code)));
    });
  }

  async #grant(run: Run, kind: PlannedItem['kind'], items: readonly PlannedItem[]): Promise<void> {
    const wanted = await wantedOf(run, kind, items);
    if (wanted.length === 0) return;
    const given = await this.#give(run, kind, wanted);
    if (given instanceof DomainError) {
      for (const { item } of wanted) run.results.set(item, given);
      return;
    }
    const granted = wanted.flatMap((each) => {
      const made = given.get(each.id);
      const isNew = made?.is_new === true;
      run.results.set(each.item, isNew ? { assignmentId: made.id } : alreadyGranted(each.item));
      return isNew ? [{ ...each, made }] : [];
    });
    await addValues(run, granted);
  }

  /** By holder; or why the caller may give it to nobody. */
  async #give(
    { scope, entitlement }: Run,
    kind: PlannedItem['kind'],
    wanted: readonly Wanted[],
  ): Promise<ReadonlyMap<string, GivenRole> | DomainError> {
    try {
      const ids = wanted.map(({ id }) => id);
      const given = await this.assignments.give(scope, roleOf(entitlement), kind, ids);
      return new Map(given.map((each) => [each.holder_id, each]));
    } catch (error) {
      if (error instanceof DomainError && error.code === 'permission_not_held') return error;
      throw error;
    }
  }

  async #revoke(
    { scope, entitlement, results }: Run,
    kind: PlannedItem['kind'],
    items: readonly PlannedItem[],
  ): Promise<void> {
    const ids = items.flatMap(({ id }) => id ?? []);
    if (ids.length === 0) return;
    const taken = new Set(await this.assignments.takeMany(scope, roleOf(entitlement), kind, ids));
    for (const item of items) {
      // A repeat finds nothing any more.
      const isTaken = item.id !== null && taken.delete(item.id);
      results.set(item, isTaken ? { assignmentId: null } : notGranted(item));
    }
  }
}

/** The grants that can be done; the others get their refusal. Of several for one holder the first that is right counts. */
async function wantedOf(run: Run, kind: PlannedItem['kind'], items: readonly PlannedItem[]): Promise<Wanted[]> {
  const ids = items.flatMap(({ id }) => id ?? []);
  if (ids.length === 0) return [];
  const rows = await run.transaction.query<{ id: string }>(KNOWN[kind], [run.scope.tenantId, [...new Set(ids)]]);
  const known = new Set(rows.map(({ id }) => id));
  const wanted = new Map<string, Wanted>();
  for (const item of items) {
    const { id } = item;
    if (id === null || !known.has(id)) continue;
    const values = valuesOf(run.entitlement, item);
    if (values instanceof DomainError) run.results.set(item, values);
    else if (wanted.has(id)) run.results.set(item, alreadyGranted(item));
    else wanted.set(id, { item, id, values });
  }
  return [...wanted.values()];
}

function valuesOf({ rights }: EntitlementRow, item: PlannedItem): RightValue[] | DomainError {
  try {
    const found = valuesWithRights(rights, item.rights);
    requireMandatory(rights, found);
    return found;
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}

async function addValues(
  { transaction, scope, entitlement }: Run,
  granted: readonly (Wanted & { readonly made: GivenRole })[],
): Promise<void> {
  const rows = granted.flatMap(({ made, values }) =>
    values.map(({ right, value }) => ({
      assignment_id: made.id,
      right_name: right.name,
      multivalued: right.multivalued,
      value,
    })),
  );
  if (rows.length === 0) return;
  await transaction.query(ADD_VALUES, [scope.tenantId, entitlement.id, JSON.stringify(rows)]);
  for (const { made, item, values } of granted.filter((each) => each.values.length > 0)) {
    transaction.record({
      action: 'role_assignment.updated',
      resourceType: 'role_assignment',
      resourceId: made.id,
      after: {
        role_id: entitlement.id,
        application_id: entitlement.application_id,
        [`${item.kind}_id`]: made.holder_id,
        right_values: values.map(({ value }) => value),
      },
    });
  }
}

function roleOf(entitlement: EntitlementRow): { level: 'application'; roleId: string; applicationId: string } {
  return { level: 'application', roleId: entitlement.id, applicationId: entitlement.application_id };
}

function ofKind(
  items: readonly PlannedItem[],
  operation: PlannedItem['operation'],
  kind: PlannedItem['kind'],
): PlannedItem[] {
  return items.filter((item) => item.operation === operation && item.kind === kind);
}

function alreadyGranted({ kind, code }: PlannedItem): DomainError {
  return conflict('already_granted', `The ${kind} ${code} holds the entitlement itself already.`);
}

function notGranted({ kind, code }: PlannedItem): DomainError {
  return new DomainError('not_found', 'not_granted', `The ${kind} ${code} does not hold the entitlement itself.`);
}

function outcomeOf({ code, operation }: PlannedItem, result: Result): EntitlementGrantOutcome {
  if (result instanceof DomainError) {
    return { success: false, code, operation, assignment: null, ...entitlementMessage(result) };
  }
  const done = operation === 'grant' ? 'granted' : 'revoked';
  const message = { code: `entitlement_${done}`, message: `The entitlement was ${done}.` };
  return { success: true, code, operation, assignment: result.assignmentId, ...entitlementMessage(message) };
}
