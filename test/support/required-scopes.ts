import type { PlacedOperation } from './openapi-document.js';

/** Every scope of a tenant but `tenantadmin`, which holds them all. */
export const TENANT_SCOPES = [
  'directory:read',
  'directory:write',
  'applications:read',
  'applications:write',
  'assignments:read',
  'assignments:write',
  'roles:read',
  'roles:write',
  'audit:read',
  'clients:read',
  'clients:write',
  'readEntitlements',
  'manageEntitlements',
  'manageAppAccessOwner',
];

/** Routes that open no scope, because anybody may call them. */
export const PUBLIC_ROUTES: readonly string[] = [
  'GET /.well-known/oauth-authorization-server',
  'GET /.well-known/openid-configuration',
  'GET /health/live',
  'GET /health/ready',
  'GET /oauth/jwks',
  'POST /oauth/token',
];

/** The subject of the scopes of a section. A section that is not here fails the tests: decide who may use it. */
const SUBJECTS: Readonly<Record<string, string>> = {
  Access: 'assignments',
  Assignments: 'assignments',
  Users: 'directory',
  Groups: 'directory',
  Applications: 'applications',
  Workspaces: 'directory',
  Roles: 'roles',
  'API clients': 'clients',
  Audit: 'audit',
};

/** Operations that are POST for the size of what they ask, and change nothing. */
const READING_POSTS = [
  '/api/v1/tenants/{tenant_id}/access/check',
  '/api/v1/tenants/{tenant_id}/permissions/check',
  '/api/v1/tenants/{tenant_id}/groups/preview',
];

/** The subject of an export, by what it exports. */
const EXPORTED: Readonly<Record<string, string>> = { applications: 'applications', assignments: 'assignments' };

/** Imports ask for the scope of what the file holds: of these a caller needs one at least. */
export const ALTERNATIVES = ['directory', 'applications', 'assignments'];

/** Contract 4 asks for one of these; the last one only reads. */
export const ENTITLEMENT_SCOPES = ['tenantadmin', 'manageAppAccessOwner', 'manageEntitlements', 'readEntitlements'];

export function isOfEntitlements({ path }: PlacedOperation): boolean {
  return path.startsWith('/v1.0/');
}

/** Operations that ask for one of several scopes, each tested by itself. */
export function hasAlternatives(placed: PlacedOperation): boolean {
  return isImport(placed) || isOfEntitlements(placed);
}

export function isImport({ path }: PlacedOperation): boolean {
  return path.startsWith('/api/v1/tenants/{tenant_id}/imports');
}

/** The scope that an operation asks for, by its section and method. */
export function scopeOf({ method, path, operation }: PlacedOperation): string {
  const exported = /\/exports\/(\w+)$/.exec(path)?.[1];
  if (exported !== undefined) return `${EXPORTED[exported] ?? 'directory'}:read`;
  if (isImport({ method, path, operation } as PlacedOperation)) return `import:${method === 'GET' ? 'read' : 'write'}`;
  if (path.startsWith('/v1.0/'))
    return `entitlements:${method === 'GET' || path.endsWith('/search') ? 'read' : 'write'}`;
  if (path === '/api/v1/tenants' || path === '/api/v1/tenants/{tenant_id}' || path === '/api/v1/audit-events')
    return 'platform';
  const subject = SUBJECTS[operation.tags?.[0] ?? ''];
  if (subject === undefined) throw new Error(`Nobody has decided which scope ${path} asks for.`);
  return `${subject}:${method === 'GET' || READING_POSTS.includes(path) ? 'read' : 'write'}`;
}

/** The scopes without which an operation is refused, and in which words. */
export function needsOf(operation: PlacedOperation): { missing: string[]; message: string } {
  const scope = scopeOf(operation);
  if (!hasAlternatives(operation)) {
    return { missing: [scope, scope.replace(/:read$/, ':write')], message: `The token needs the scope ${scope}.` };
  }
  const access = scope.split(':')[1]!;
  const named = isOfEntitlements(operation)
    ? ENTITLEMENT_SCOPES.slice(0, access === 'read' ? 4 : 3)
    : ALTERNATIVES.map((subject) => `${subject}:${access}`);
  const missing = isImport(operation)
    ? ALTERNATIVES.flatMap((subject) => [`${subject}:read`, `${subject}:write`])
    : ENTITLEMENT_SCOPES;
  return { missing: [...missing], message: `The token needs one of the scopes ${named.join(', ')}.` };
}
