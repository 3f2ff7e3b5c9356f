import { TENANT_SCOPES } from './access-scopes.js';

/** How the permissions begin that mean something to this service; all others are the customer's own. */
export const OWN_PREFIX = 'doorlist:';

/** What a role can allow in this service itself: `doorlist:<scope>` for each scope of a tenant. */
export const ADMINISTRATION_PERMISSIONS: readonly string[] = TENANT_SCOPES.map((scope) => OWN_PREFIX + scope);

const KNOWN = new Set(ADMINISTRATION_PERMISSIONS);

/** Whether a role can hold it as far as its meaning goes: ours must be known, all others are the customer's own. */
export function isKnownPermission(permission: string): boolean {
  return !permission.startsWith(OWN_PREFIX) || KNOWN.has(permission);
}
