import type { AccessScope } from './access-scopes.js';
import type { TenantScope } from './scope.js';

/** What a user's roles allow of this service now. */
export interface Authority {
  readonly status: 'active' | 'suspended';
  /** In the whole tenant, by roles of the organization. */
  readonly organization: ReadonlySet<AccessScope>;
  /** In every one of the applications that were asked about, by their own roles; nothing where none was. */
  readonly applications: ReadonlySet<AccessScope>;
}

/** The levels that a role can be of, as `roles` has them. */
type Level = 'application' | 'organization' | 'workspace' | 'project';

/** What a change gives to somebody: nobody gives what they do not hold themselves. */
export type Gift =
  /** A role, in the scope that it is given in; `workspaceId` where that is a workspace or one of its projects. */
  | { readonly kind: 'role'; readonly roleId: string; readonly scopeId: string; readonly workspaceId: string | null }
  /** Permissions of a role, for all who hold it; `scopeId` is null where that may be anywhere. */
  | {
      readonly kind: 'permissions';
      readonly level: Level;
      readonly scopeId: string | null;
      readonly permissions: readonly string[];
    }
  /** All that whoever is in this group holds through it and through the groups around it. */
  | { readonly kind: 'membership'; readonly groupId: string }
  /** All that this user holds. */
  | { readonly kind: 'reactivation'; readonly userId: string }
  /** Whatever an Admin of the organization can give. */
  | { readonly kind: 'everything' };

/** What users may do here by their roles. Tokens that are no user's are not limited by it. */
export abstract class Delegation {
  /** Of the user who acts; null where the tenant has no such user. One statement. */
  abstract authorityOf(scope: TenantScope, applicationIds: readonly string[]): Promise<Authority | null>;

  /**
   * Runs `give`. Where a user acts, it runs in one transaction with the check, before it, that the user holds all of
   * `gift` now. Errors: 403 `permission_not_held`, naming the first permission that is missing, and where.
   */
  abstract giving<Result>(scope: TenantScope, gift: Gift, give: () => Promise<Result>): Promise<Result>;
}
