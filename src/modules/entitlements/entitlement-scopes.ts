/** Of these scopes a caller who changes entitlements, or gives them, needs one. */
export const ENTITLEMENT_MANAGERS = ['tenantadmin', 'manageAppAccessOwner', 'manageEntitlements'] as const;

/** Of these scopes a caller who looks at them needs one. */
export const ENTITLEMENT_READERS = [...ENTITLEMENT_MANAGERS, 'readEntitlements'] as const;
