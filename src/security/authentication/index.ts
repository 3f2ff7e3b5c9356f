export type { AuthenticatedRequest } from './authenticated-request.js';
export { AuthenticationModule } from './authentication.module.js';
export { CallerCache } from './caller-cache.js';
export { CallerRegistry, type ClientStatus, type TenantStanding } from './caller-registry.js';
export { JwtAuthGuard } from './jwt-auth.guard.js';
export { TokenKeys } from './token-keys.js';
