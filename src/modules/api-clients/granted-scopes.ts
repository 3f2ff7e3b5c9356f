import { expandScopes, isAccessScope, type AccessScope } from '../../kernel/access-scopes.js';
import { forbidden, invalid } from '../../kernel/domain-error.js';

/**
 * The scopes for a tenant's client, each once, in the order given. Errors: 422 for none at all, for an unknown name and
 * for `platform`, which no client of a tenant can hold.
 */
export function readScopes(names: readonly string[]): AccessScope[] {
  const scopes = [...new Set(names)];
  if (scopes.length === 0) throw invalid(['body', 'scopes'], 'a client needs at least one scope', 'too_short');
  return scopes.map((scope, index) => {
    if (!isAccessScope(scope)) {
      throw invalid(
        ['body', 'scopes', index],
        `"${scope.slice(0, 100)}" is not a scope of this service`,
        'unknown_scope',
      );
    }
    if (scope === 'platform') {
      throw invalid(['body', 'scopes', index], 'a client of a tenant cannot hold platform', 'scope_not_for_tenants');
    }
    return scope;
  });
}

/** Nobody grants a scope that they do not hold themselves, as granted or implied: 403 `scope_not_held`, naming the first. */
export function checkGrant(granter: ReadonlySet<AccessScope>, scopes: Iterable<AccessScope>): void {
  for (const scope of scopes) {
    if (!granter.has(scope)) {
      throw forbidden('scope_not_held', `Your token does not hold ${scope}, so it cannot give it to a client.`);
    }
  }
}

/** The scopes by which a client can give roles, or can make another client that does: in the end, everything. */
const ROLE_GIVING: ReadonlySet<AccessScope> = new Set([
  'directory:write',
  'roles:write',
  'clients:write',
  'manageEntitlements',
  'manageAppAccessOwner',
  'tenantadmin',
]);

/** Whether a client with these scopes can give roles that its maker may not hold. */
export function givesRoles(scopes: readonly AccessScope[]): boolean {
  return scopes.some((scope) => ROLE_GIVING.has(scope));
}

/** The scopes of `after` that `before` did not amount to: what a change newly grants. */
export function addedScopes(before: readonly AccessScope[], after: readonly AccessScope[]): AccessScope[] {
  const held = expandScopes(before);
  return after.filter((scope) => !held.has(scope));
}
