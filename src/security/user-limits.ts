import type { AccessScope } from '../kernel/access-scopes.js';
import type { Authority } from '../kernel/delegation.js';
import { forbidden, type DomainError } from '../kernel/domain-error.js';
import { isUuid } from '../kernel/ids.js';
import { OWN_PREFIX } from '../kernel/permissions.js';
import type { Principal } from '../kernel/principal.js';

/** What a route asks for: all of `required`, and one of `alternatives` where there are any. */
interface Needs {
  readonly required: readonly AccessScope[];
  readonly alternatives: readonly AccessScope[];
}

/**
 * The user whom a token acts for: its subject, where that has the form of a user's id. Our own tokens are clients' (their
 * subject is their client's id), so it is null for them, and for subjects of other forms, which only their issuer knows.
 */
export function userIdOf({ subject, issuer }: Principal, ownIssuer: string): string | null {
  return issuer !== ownIssuer && isUuid(subject) ? subject.toLowerCase() : null;
}

/**
 * The caller with what both the token and the user's roles allow. Errors: 403 `user_unknown` where the tenant has no such
 * user, `user_suspended`, `permission_not_held` where the roles do not allow what the route needs.
 */
export function limitedTo(
  principal: Principal,
  authority: Authority | null,
  applicationIds: readonly string[],
  { required, alternatives }: Needs,
): Principal {
  if (authority === null) {
    throw forbidden(
      'user_unknown',
      `The access token is of user ${principal.subject}, whom this tenant does not have.`,
    );
  }
  if (authority.status === 'suspended') {
    throw forbidden('user_suspended', 'The user whom the access token is of is suspended.');
  }
  const { organization, applications } = authority;
  const isHeld = (scope: AccessScope): boolean => organization.has(scope) || applications.has(scope);
  const allowed = new Set([...principal.allowed].filter(isHeld));
  const missing = required.find((scope) => !allowed.has(scope));
  if (missing !== undefined) throw notHeld([missing], applicationIds);
  if (alternatives.length > 0 && !alternatives.some((scope) => allowed.has(scope))) {
    throw notHeld(alternatives, applicationIds);
  }
  return Object.freeze({ ...principal, allowed });
}

function notHeld(scopes: readonly AccessScope[], applicationIds: readonly string[]): DomainError {
  const permissions = scopes.map((scope) => OWN_PREFIX + scope).join(' or ');
  const [first, second] = applicationIds;
  const elsewhere = second === undefined ? `application ${first ?? ''}` : 'all of the applications';
  const where = first === undefined ? 'in the organization' : `in the organization or in ${elsewhere}`;
  return forbidden('permission_not_held', `You do not hold the permission ${permissions} ${where}.`);
}
