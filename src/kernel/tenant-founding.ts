import type { TenantScope } from './scope.js';

/** Gives a tenant that has just been made what every tenant has. */
export abstract class TenantFounding {
  /** Writes it in the transaction that makes the tenant, which `scope` is in. */
  abstract found(scope: TenantScope): Promise<void>;
}
