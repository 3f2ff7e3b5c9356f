import { Injectable } from '@nestjs/common';
import { comparisonKey } from '../../../kernel/comparison-key.js';
import { newId } from '../../../kernel/ids.js';
import type { TenantScope } from '../../../kernel/scope.js';
import { TenantFounding } from '../../../kernel/tenant-founding.js';
import { DatabaseDoors } from '../../../persistence/database-doors.js';
import { roleFilterKeys } from '../role.entity.js';
import { BUILT_IN_ROLES, builtInName } from './built-in-roles.js';
import { MAKE_BUILT_IN_ROLES } from './built-in.queries.js';

/**
 * Makes the built-in roles with every tenant. They are a part of it and never change, so that the making of the tenant
 * is all that the audit trail tells of them.
 */
@Injectable()
export class BuiltInFounding extends TenantFounding {
  constructor(private readonly doors: DatabaseDoors) {
    super();
  }

  async found(scope: TenantScope): Promise<void> {
    const rows = BUILT_IN_ROLES.map((role) => ({
      ...role,
      id: newId(),
      name_key: comparisonKey(role.name),
      filter_keys: roleFilterKeys({ description: role.description, displayName: null, category: null }),
      built_in: builtInName(role),
    }));
    await this.doors.database.write(scope, MAKE_BUILT_IN_ROLES, [scope.tenantId, JSON.stringify(rows)]);
  }
}
