import { Injectable } from '@nestjs/common';
import { Delegation, type Authority, type Gift } from '../../../kernel/delegation.js';
import { forbidden, type DomainError } from '../../../kernel/domain-error.js';
import { scopesGivenBy } from '../../../kernel/permissions.js';
import type { TenantScope } from '../../../kernel/scope.js';
import { DatabaseDoors } from '../../../persistence/database-doors.js';
import { AUTHORITY, MISSING, type MissingRow } from './delegation.queries.js';

interface AuthorityRow {
  readonly status: Authority['status'];
  readonly scope_id: string | null;
  readonly permission: string | null;
}

/** Answers from the roles that users hold at this moment: nothing is remembered from one request to the next. */
@Injectable()
export class DatabaseDelegation extends Delegation {
  constructor(private readonly doors: DatabaseDoors) {
    super();
  }

  override async authorityOf(scope: TenantScope, applicationIds: readonly string[]): Promise<Authority | null> {
    const values = [scope.tenantId, scope.userId, [scope.tenantId, ...applicationIds]];
    const rows = await this.doors.database.query<AuthorityRow>(scope, AUTHORITY, values);
    const [first] = rows;
    if (!first) return null;
    const permissionsIn = (scopeId: string): string[] =>
      rows.flatMap((row) => (row.scope_id === scopeId && row.permission !== null ? [row.permission] : []));
    const byApplication = [...new Set(applicationIds)].map((id) => scopesGivenBy(permissionsIn(id)));
    const [one, ...others] = byApplication;
    return {
      status: first.status,
      organization: scopesGivenBy(permissionsIn(scope.tenantId)),
      applications: new Set([...(one ?? [])].filter((each) => others.every((other) => other.has(each)))),
    };
  }

  override async giving<Result>(scope: TenantScope, gift: Gift, give: () => Promise<Result>): Promise<Result> {
    if (scope.userId === null) return give();
    return this.doors.unitOfWork.run(scope, async (transaction) => {
      const values = [scope.tenantId, scope.userId, ...valuesOf(gift)];
      const [lacking] = await transaction.query<MissingRow>(MISSING[gift.kind], values);
      if (lacking) throw notHeld(lacking);
      return give();
    });
  }
}

/** What MISSING takes beside tenant and actor. */
function valuesOf(gift: Gift): unknown[] {
  switch (gift.kind) {
    case 'role':
      return [gift.roleId, gift.scopeId, gift.workspaceId];
    case 'permissions':
      return [gift.permissions, gift.level, gift.scopeId];
    case 'membership':
      return [gift.groupId];
    case 'reactivation':
      return [gift.userId];
    case 'everything':
      return [];
  }
}

function notHeld({ permission, level, scope_id: scopeId, reach }: MissingRow): DomainError {
  const where =
    level === 'organization' ? 'the organization' : scopeId === null ? `every ${level}` : `${level} ${scopeId}`;
  if (reach === null) {
    return forbidden(
      'permission_not_held',
      `You do not hold the permission ${permission} in ${where}, so you cannot give it.`,
    );
  }
  const admin = reach === 'organization.admin' ? 'an Admin of the organization' : `an Admin of ${where}`;
  return forbidden('permission_not_held', `Only ${admin} can do this: you do not hold that role.`);
}
