import { Injectable } from '@nestjs/common';
import { Delegation } from '../../../kernel/delegation.js';
import { DomainError, conflict } from '../../../kernel/domain-error.js';
import type { TenantScope } from '../../../kernel/scope.js';
import { DatabaseDoors } from '../../../persistence/database-doors.js';
import type { Transaction } from '../../../persistence/transaction.js';
import { UsersService } from '../../users/index.js';
import { RoleAssignmentsService } from '../assigning/role-assignments.service.js';
import type { OwnerResponse } from './dto/owner.response.js';
import { LOCK_NEW_OWNER, LOCK_OWNERSHIP, OWNER_BEFORE, READ_OWNER, SET_OWNER } from './owner.queries.js';

/** Who owns the organization, and by which assignment of its role Admin. */
interface Ownership {
  readonly user_id: string;
  readonly assignment_id: string;
}

/** How often the role is given and taken away again by others before this gives up. */
const ATTEMPTS = 5;

/** The owner of an organization: one of its Admins, who stays one as long as the ownership lasts. */
@Injectable()
export class OwnerService {
  constructor(
    private readonly doors: DatabaseDoors,
    private readonly assignments: RoleAssignmentsService,
    private readonly delegation: Delegation,
    users: UsersService,
  ) {
    users.onSuspension(async (transaction, scope, id) => {
      const [owner] = await transaction.query<Ownership>(OWNER_BEFORE, [scope.tenantId]);
      if (owner?.user_id !== id) return;
      throw conflict(
        'owner_stays_active',
        'The owner of the organization cannot be suspended; transfer the ownership first.',
      );
    });
  }

  /** Errors: 404 `owner_not_set`. */
  async get(scope: TenantScope): Promise<OwnerResponse> {
    const [owner] = await this.doors.database.query<OwnerResponse>(scope, READ_OWNER, [scope.tenantId]);
    if (owner) return owner;
    throw new DomainError('not_found', 'owner_not_set', 'This organization has no owner yet; PUT one here.');
  }

  /**
   * Makes a user the owner and, in the same transaction, an Admin of the organization. Whoever was the owner stays an Admin.
   * Errors: 404 `user_not_found`, 409 `user_suspended`, 403 `permission_not_held` where a user acts who is no Admin; an owner is always one.
   */
  async set(scope: TenantScope, userId: string): Promise<OwnerResponse> {
    return this.delegation.giving(scope, { kind: 'everything' }, () => this.#set(scope, userId));
  }

  async #set(scope: TenantScope, userId: string): Promise<OwnerResponse> {
    return this.doors.unitOfWork.run(scope, async (transaction) => {
      const [admin] = await transaction.query<{ role_id: string }>(LOCK_OWNERSHIP, [scope.tenantId]);
      if (!admin) throw new Error(`Tenant ${scope.tenantId} has no role organization.admin.`);
      const [user] = await transaction.query<{ status: string }>(LOCK_NEW_OWNER, [scope.tenantId, userId]);
      if (user?.status === 'suspended') {
        throw conflict('user_suspended', `User ${userId} is suspended and cannot be the owner; make it active first.`);
      }
      const [before] = await transaction.query<Ownership>(OWNER_BEFORE, [scope.tenantId]);
      const after = await this.#transfer(transaction, scope, admin.role_id, userId);
      if (before?.assignment_id !== after.assignment_id) {
        transaction.record({
          action: before ? 'owner.updated' : 'owner.created',
          resourceType: 'owner',
          resourceId: scope.tenantId,
          before: before ?? null,
          after,
        });
      }
      return this.get(scope);
    });
  }

  async #transfer(transaction: Transaction, scope: TenantScope, roleId: string, userId: string): Promise<Ownership> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const [given] = await this.assignments.give(scope, { roleId, level: 'organization' }, 'user', [userId]);
      const [after] = await transaction.query<Ownership>(SET_OWNER, [scope.tenantId, userId, given?.id]);
      if (after) return after;
    }
    throw new DomainError('unavailable', 'busy', 'Other changes to the same roles were in the way; try again.');
  }
}
