import type { ApplicationsOf } from '../../security/named-applications.js';

/** Of these scopes a caller who changes entitlements, or gives them, needs one. */
export const ENTITLEMENT_MANAGERS = ['tenantadmin', 'manageAppAccessOwner', 'manageEntitlements'] as const;

/** Of these scopes a caller who looks at them needs one. */
export const ENTITLEMENT_READERS = [...ENTITLEMENT_MANAGERS, 'readEntitlements'] as const;

/** The application that a body names, if it does: users whose roles there allow it may make the call. */
export const applicationInBody: ApplicationsOf = ({ body }) => {
  const isObject = typeof body === 'object' && body !== null && 'application' in body;
  return isObject ? [body.application] : [];
};
