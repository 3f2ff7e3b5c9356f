import { Injectable } from '@nestjs/common';
import { Delegation } from '../../../kernel/delegation.js';
import { conflict, notFound } from '../../../kernel/domain-error.js';
import type { Page, PageRequest } from '../../../kernel/page.js';
import type { TenantScope } from '../../../kernel/scope.js';
import { DatabaseDoors } from '../../../persistence/database-doors.js';
import type { Transaction } from '../../../persistence/transaction.js';
import type { NestedGroupResponse, NestingResponse } from '../dto/group.responses.js';
import { GroupsService } from '../groups.service.js';
import { lockNestings, withClosureOpened } from './closure.js';
import { recordNesting } from './nesting-record.js';
import * as queries from './nestings.queries.js';
import { shortestWay, type Step } from './shortest-way.js';

/** Which group is inside of which. */
@Injectable()
export class NestingsService {
  constructor(
    private readonly doors: DatabaseDoors,
    private readonly groups: GroupsService,
    private readonly delegation: Delegation,
  ) {}

  /** The groups directly inside of a group, in the order of their ids. Errors: 404. */
  async list(scope: TenantScope, parentId: string, request: PageRequest): Promise<Page<NestedGroupResponse>> {
    await this.groups.get(scope, parentId);
    const query = {
      list: 'nested-groups',
      select: 'n.child_id AS group_id, g.name, n.added_at',
      from: `FROM group_nestings n JOIN groups g ON g.tenant_id = $1 AND g.id = n.child_id
              WHERE n.tenant_id = $1 AND n.parent_id = $2`,
      values: [scope.tenantId, parentId],
      sort: [{ column: 'group_id', type: 'uuid' }],
    } as const;
    return this.doors.paginator.rows(scope, query, request);
  }

  /**
   * Puts the child into the parent; the same again changes nothing. Errors: 404, 409 `nesting_cycle` with the groups
   * that the cycle would go through, also when two requests would close it together; 403 `permission_not_held` where a
   * user acts who does not hold all that the parent, and what is around it, gives.
   */
  async put(
    scope: TenantScope,
    parentId: string,
    childId: string,
  ): Promise<{ nesting: NestingResponse; isNew: boolean }> {
    return this.doors.unitOfWork.run(scope, async (transaction) => {
      await lockNestings(transaction, scope);
      const { name } = await this.groups.get(scope, parentId);
      const child = await this.groups.get(scope, childId);
      await this.#refuseCycle(transaction, scope, { id: parentId, name }, child);
      const values = [scope.tenantId, parentId, childId];
      const [added] = await this.delegation.giving(scope, { kind: 'membership', groupId: parentId }, () =>
        transaction.query<NestingResponse>(queries.ADD_NESTING, values),
      );
      if (!added) return { nesting: await this.#read(transaction, values), isNew: false };
      await transaction.query(queries.CLOSE_ADDED, values);
      recordNesting(transaction, 'created', added);
      return { nesting: added, isNew: true };
    });
  }

  /** Takes the child out of the parent. Errors: 404 `nesting_not_found`. */
  async remove(scope: TenantScope, parentId: string, childId: string): Promise<void> {
    await this.doors.unitOfWork.run(scope, async (transaction) => {
      await lockNestings(transaction, scope);
      await withClosureOpened(transaction, scope, { upper: parentId, lower: childId }, async () => {
        const values = [scope.tenantId, parentId, childId];
        const [removed] = await transaction.query<NestingResponse>(queries.REMOVE_NESTING, values);
        if (!removed) throw notFound('nesting', childId);
        recordNesting(transaction, 'deleted', removed);
      });
    });
  }

  async #refuseCycle(
    transaction: Transaction,
    scope: TenantScope,
    parent: { id: string; name: string },
    child: { id: string; name: string },
  ): Promise<void> {
    const values = [scope.tenantId, child.id, parent.id];
    const steps = child.id === parent.id ? [] : await transaction.query<Step>(queries.NESTINGS_BETWEEN, values);
    const way = shortestWay(steps, child.id, parent.id);
    if (!way) return;
    const path = [parent.name, child.name, ...way].map((name) => `"${name}"`).join(' > ');
    throw conflict('nesting_cycle', `The nesting would close a cycle: ${path}.`);
  }

  async #read(transaction: Transaction, values: readonly string[]): Promise<NestingResponse> {
    const [nesting] = await transaction.query<NestingResponse>(queries.READ_NESTING, [...values]);
    if (!nesting) throw notFound('nesting', values[2] ?? '');
    return nesting;
  }
}
