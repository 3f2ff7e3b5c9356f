import { TENANT_SCOPES, expandScopes, type AccessScope } from './access-scopes.js';

/** Every permission within the scope of the role that holds it. */
export const EVERY_PERMISSION = '*';

/** How the permissions begin that mean something to this service; all others are the customer's own. */
export const OWN_PREFIX = 'doorlist:';

/** What a role can allow in this service itself: `doorlist:<scope>` for each scope of a tenant. */
export const ADMINISTRATION_PERMISSIONS: readonly string[] = TENANT_SCOPES.map((scope) => OWN_PREFIX + scope);

const KNOWN = new Set(ADMINISTRATION_PERMISSIONS);

/** Whether a role can hold it as far as its meaning goes: ours must be known, all others are the customer's own. */
export function isKnownPermission(permission: string): boolean {
  return !permission.startsWith(OWN_PREFIX) || KNOWN.has(permission);
}

/** The scopes that amount to the same as these permissions of one role or several: all of a tenant for `*`. */
export function scopesGivenBy(permissions: Iterable<string>): ReadonlySet<AccessScope> {
  const held = [...permissions];
  if (held.includes(EVERY_PERMISSION)) return new Set(TENANT_SCOPES);
  return expandScopes(
    held.flatMap((permission) => (permission.startsWith(OWN_PREFIX) ? [permission.slice(OWN_PREFIX.length)] : [])),
  );
}

/** Each of our own permissions with every other one that includes it, such as a write one its read one. */
export const INCLUDED_PERMISSIONS: readonly (readonly [permission: string, includedIn: string])[] =
  TENANT_SCOPES.flatMap((scope) =>
    [...expandScopes([scope])]
      .filter((included) => included !== scope)
      .map((included) => [OWN_PREFIX + included, OWN_PREFIX + scope] as const),
  );

/** The permissions of which a role must hold one to allow `permission`: itself, `*`, and those that include it. */
export function permissionsThatGive(permission: string): string[] {
  const wider = INCLUDED_PERMISSIONS.flatMap(([included, by]) => (included === permission ? [by] : []));
  return [...new Set([EVERY_PERMISSION, permission, ...wider])];
}
