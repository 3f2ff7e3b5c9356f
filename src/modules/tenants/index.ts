export { TenantsModule } from './tenants.module.js';
export { TenantsService } from './tenants.service.js';
export { LOCK_RULES, RULES_SHARED, SHARE_RULES } from './tenants.queries.js';
export { Tenant } from './tenant.entity.js';
