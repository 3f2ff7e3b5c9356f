export { AccessModule } from './access.module.js';
export type { Difference } from './verification/difference.js';
export { tenantsToVerify, verifyTenant, type Verification } from './verification/verification.js';
