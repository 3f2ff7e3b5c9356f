import { Injectable } from '@nestjs/common';
import { Delegation } from '../../../kernel/delegation.js';
import { conflict, notFound } from '../../../kernel/domain-error.js';
import type { TenantScope } from '../../../kernel/scope.js';
import type { Transaction } from '../../../persistence/transaction.js';
import { UnitOfWork } from '../../../persistence/unit-of-work.js';
import { shortestWay, type Step } from '../../groups/index.js';
import { deriveEffective, lockChildren, recordChild, type RoleChild } from '../../roles/index.js';
import type { EntitlementChildren } from '../dto/children.requests.js';
import { FIND_ENTITLEMENT, type EntitlementRow } from '../entitlements.read-model.js';
import * as queries from './children.queries.js';

interface Child {
  readonly id: string;
  readonly name: string;
  readonly effective_permissions: string[];
}

/** Which roles and permissions are inside of which roles: a held role gives what its children give. */
@Injectable()
export class ChildrenService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly delegation: Delegation,
  ) {}

  /**
   * Takes children out of a role and puts others in; what is so already changes nothing. Errors: 403 `permission_not_held`
   * where a user acts who does not hold all that is put in, 404 for the role and for children that its application does
   * not have, 409 `parent_not_role`, `children_cycle` with the path that it would go, `too_many_permissions`.
   */
  async change(scope: TenantScope, code: string, { add = [], remove = [] }: EntitlementChildren): Promise<void> {
    await this.unitOfWork.run(scope, async (transaction) => {
      await lockChildren(transaction, scope);
      const [parent] = await transaction.query<EntitlementRow>(FIND_ENTITLEMENT, [scope.tenantId, code]);
      if (!parent) throw notFound('entitlement', code);
      if (parent.entitlement_type !== 'role') {
        throw conflict(
          'parent_not_role',
          `Entitlement ${code} is a permission, which has nothing inside; take a role.`,
        );
      }
      await known(transaction, scope, parent, remove);
      const removed = await transaction.query<RoleChild>(queries.REMOVE_CHILDREN, [scope.tenantId, code, remove]);
      for (const each of removed) recordChild(transaction, 'deleted', each);
      const added = await this.#add(transaction, scope, parent, [...new Set(add)]);
      for (const each of added) recordChild(transaction, 'created', each);
      if (removed.length + added.length > 0) await deriveEffective(transaction, scope, [code]);
    });
  }

  async #add(
    transaction: Transaction,
    scope: TenantScope,
    parent: EntitlementRow,
    ids: readonly string[],
  ): Promise<RoleChild[]> {
    if (ids.length === 0) return [];
    const children = await known(transaction, scope, parent, ids);
    await refuseCycle(transaction, scope, parent, children);
    const permissions = [...new Set(children.flatMap((child) => child.effective_permissions))];
    const gift = { kind: 'permissions', level: 'application', scopeId: parent.application_id, permissions } as const;
    const values = [scope.tenantId, parent.id, parent.application_id, ids];
    return this.delegation.giving(scope, gift, () => transaction.query<RoleChild>(queries.ADD_CHILDREN, values));
  }
}

/** Throws 404 naming every child that the application does not have. */
async function known(
  transaction: Transaction,
  { tenantId }: TenantScope,
  { application_id: applicationId }: EntitlementRow,
  ids: readonly string[],
): Promise<Child[]> {
  if (ids.length === 0) return [];
  const found = await transaction.query<Child>(queries.KNOWN_CHILDREN, [tenantId, applicationId, ids]);
  const missing = ids.filter((id) => !found.some((child) => child.id === id));
  if (missing.length > 0) throw notFound('entitlement', [...new Set(missing)].join(', '));
  return found;
}

async function refuseCycle(
  transaction: Transaction,
  { tenantId }: TenantScope,
  parent: EntitlementRow,
  children: readonly Child[],
): Promise<void> {
  const steps = await transaction.query<Step>(queries.STEPS_BELOW, [tenantId, children.map(({ id }) => id)]);
  for (const { id, name } of children) {
    const way = shortestWay(steps, id, parent.id);
    if (!way) continue;
    const path = id === parent.id ? [parent.name, name] : [parent.name, name, ...way];
    throw conflict('children_cycle', `This would close a cycle: ${path.map((each) => `"${each}"`).join(' > ')}.`);
  }
}
