import { Injectable } from '@nestjs/common';
import { DomainError, conflict, invalid, notFound } from '../../../kernel/domain-error.js';
import type { TenantScope } from '../../../kernel/scope.js';
import { DatabaseDoors } from '../../../persistence/database-doors.js';
import type { AssignmentRightsResponse, AssignmentRightsUpdate } from '../dto/assignment-rights.js';
import { ADD_VALUES } from '../granting/granting.queries.js';
import { FIND_RIGHTS, HOLD_ASSIGNMENT, MARK_MODIFIED, REMOVE_VALUE } from './assignment-rights.queries.js';
import { requireMandatory, valuesWithRights, type Right } from './rights.js';

interface Row {
  readonly id: string;
  readonly role_id: string;
  readonly application_id: string;
  readonly user_id: string | null;
  readonly group_id: string | null;
  readonly rights: readonly Right[];
  readonly right_values: readonly { readonly right_name: string; readonly value: string }[];
}

/** The right values of single assignments. */
@Injectable()
export class AssignmentRightsService {
  constructor(private readonly doors: DatabaseDoors) {}

  /** Errors: 404. */
  async get(scope: TenantScope, code: string): Promise<AssignmentRightsResponse> {
    const { id, role_id: entitlement, rights, right_values: values } = await this.#find(scope, code);
    const withValues = rights.map((right) => ({
      ...right,
      rightValues: values.filter((each) => each.right_name === right.name).map(({ value }) => value),
    }));
    return { code: id, entitlement, rights: withValues };
  }

  /**
   * Adds, removes or replaces one value. Errors: 400 for a value that the rights do not allow or miss, 404 for the assignment
   * and for a value that it does not have, 409 `right_value_held`.
   */
  async change(scope: TenantScope, code: string, change: AssignmentRightsUpdate): Promise<AssignmentRightsResponse> {
    const { add, remove } = stepsOf(change);
    return this.doors.unitOfWork.run(scope, async (transaction) => {
      await transaction.query(HOLD_ASSIGNMENT, [scope.tenantId, code]);
      const row = await this.#find(scope, code);
      const before = row.right_values.map(({ value }) => value);
      const after = changed(code, before, add, remove);
      const found = valuesWithRights(row.rights, after);
      if (remove !== null) {
        const name = row.right_values.find(({ value }) => value === remove)?.right_name;
        requireMandatory(
          row.rights.filter((right) => right.name === name),
          found,
        );
        await transaction.query(REMOVE_VALUE, [scope.tenantId, code, remove]);
      }
      const added = found.filter(({ value }) => value === add);
      const rows = added.map(({ right, value }) => ({
        assignment_id: code,
        right_name: right.name,
        multivalued: right.multivalued,
        value,
      }));
      await transaction.query(ADD_VALUES, [scope.tenantId, row.role_id, JSON.stringify(rows)]);
      await transaction.query(MARK_MODIFIED, [scope.tenantId, code, scope.actor.id]);
      const [was, is] = [before, after].map((values) => inTrail(row, values));
      transaction.record({
        action: 'role_assignment.updated',
        resourceType: 'role_assignment',
        resourceId: code,
        before: was ?? null,
        after: is ?? null,
      });
      return this.get(scope, code);
    });
  }

  async #find(scope: TenantScope, code: string): Promise<Row> {
    const [row] = await this.doors.database.query<Row>(scope, FIND_RIGHTS, [scope.tenantId, code]);
    if (!row) throw notFound('assignment', code);
    return row;
  }
}

/** What goes and what comes. */
function stepsOf({ op, value, oldValue }: AssignmentRightsUpdate): { add: string | null; remove: string | null } {
  if (op === 'replace') {
    if (oldValue === undefined) {
      throw invalid(['body', 'oldValue'], 'oldValue is required for replace: the value that goes', 'missing');
    }
    return { add: value, remove: oldValue };
  }
  if (oldValue !== undefined) throw invalid(['body', 'oldValue'], 'oldValue is for replace only', 'stray');
  return op === 'add' ? { add: value, remove: null } : { add: null, remove: value };
}

function changed(code: string, before: readonly string[], add: string | null, remove: string | null): string[] {
  if (remove !== null && !before.includes(remove)) {
    const message = `Assignment ${code} does not have the right value "${remove}".`;
    throw new DomainError('not_found', 'right_value_not_held', message);
  }
  const left = before.filter((value) => value !== remove);
  if (add === null) return left;
  if (left.includes(add))
    throw conflict('right_value_held', `Assignment ${code} has the right value "${add}" already.`);
  return [...left, add];
}

function inTrail(row: Row, values: readonly string[]): object {
  return {
    role_id: row.role_id,
    application_id: row.application_id,
    user_id: row.user_id,
    group_id: row.group_id,
    right_values: values,
  };
}
