export { limitAddresses } from './limit-addresses.js';
export { RateLimitGuard } from './rate-limit.guard.js';
export { RateLimits } from './rate-limits.js';
export { RateLimitsModule } from './rate-limits.module.js';
