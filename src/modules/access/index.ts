export { AccessModule } from './access.module.js';
export { countOf } from './explanation/bounded-paths.js';
export { GroupGraph, shortestWays } from './explanation/group-ways.js';
export type { Difference } from './verification/difference.js';
export { tenantsToVerify, verifyTenant, type Verification } from './verification/verification.js';
