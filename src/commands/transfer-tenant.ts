import type { INestApplicationContext } from '@nestjs/common';
import { newId } from '../kernel/ids.js';
import { PlatformScope, SYSTEM_ACTOR, TenantScope } from '../kernel/scope.js';
import { TenantsService } from '../modules/tenants/index.js';

/** The right to touch the rows of the tenant that a command names by its slug or id. Errors: 404. */
export async function scopeOfTenant(app: INestApplicationContext, idOrSlug: string): Promise<TenantScope> {
  const requestId = newId();
  const { id } = await app.get(TenantsService).find(new PlatformScope(SYSTEM_ACTOR, requestId), idOrSlug);
  return new TenantScope(id, SYSTEM_ACTOR, requestId);
}
