export const TENANT_STATUSES = ['active', 'suspended'] as const;

/** How a tenant stands: the tokens of a suspended one are refused; its data stays. */
export type TenantStatus = (typeof TENANT_STATUSES)[number];
