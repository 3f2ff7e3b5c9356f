export { TenantsModule } from './tenants.module.js';
export { TenantsService } from './tenants.service.js';
export { Tenant } from './tenant.entity.js';
