/** Every scope a token can carry, with what it allows (the OpenAPI document and the token endpoint read this list). */
export const ACCESS_SCOPES = {
  'directory:read': 'Read users, groups, memberships, nestings, workspaces and projects',
  'directory:write': 'Change users, groups, memberships, nestings, workspaces and projects',
  'applications:read': 'Read applications',
  'applications:write': 'Change applications',
  'assignments:read': 'Read assignments and effective access',
  'assignments:write': 'Assign and unassign applications',
  'roles:read': 'Read roles and who holds them',
  'roles:write': 'Change roles and who holds them',
  'audit:read': 'Read audit events',
  'clients:read': 'Read API clients',
  'clients:write': 'Create, rotate and revoke API clients',
  readEntitlements: 'Read entitlements and who holds them',
  manageEntitlements: 'Change entitlements and who holds them',
  manageAppAccessOwner: "Change who holds an application's entitlements",
  tenantadmin: 'Everything inside one tenant',
  platform: 'Manage tenants, and act in any tenant',
} as const;

export type AccessScope = keyof typeof ACCESS_SCOPES;

const ALL_SCOPES = Object.keys(ACCESS_SCOPES) as AccessScope[];
/** The scopes that stay inside one tenant. */
export const TENANT_SCOPES = ALL_SCOPES.filter((scope) => scope !== 'platform');

/** Whether `value` is the name of a scope of this service. */
export function isAccessScope(value: string): value is AccessScope {
  return Object.hasOwn(ACCESS_SCOPES, value);
}

/** The scopes that holding `scope` amounts to: a write scope includes its read scope, `tenantadmin` all of a tenant. */
function impliedBy(scope: AccessScope): readonly AccessScope[] {
  if (scope === 'platform') return ALL_SCOPES;
  if (scope === 'tenantadmin') return TENANT_SCOPES;
  const readTwin = scope.replace(/:write$/, ':read');
  return isAccessScope(readTwin) && readTwin !== scope ? [scope, readTwin] : [scope];
}

/** Everything that the held scopes allow, themselves included. Unknown names are dropped. */
export function expandScopes(held: readonly string[]): ReadonlySet<AccessScope> {
  return new Set(held.filter(isAccessScope).flatMap(impliedBy));
}
