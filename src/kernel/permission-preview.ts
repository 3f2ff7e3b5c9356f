import type { Change, PreviewRequest, PreviewScopes } from './access-preview.js';

/** The role whose change may alter what its holders may do, and where. Ids that are none are passed over. */
export interface PermissionReach {
  /** Its id, or which of the built-in ones it is, such as `organization.admin`. */
  readonly role: string;
  /** The only scope in which anything changes; absent: wherever the role is held before or after. */
  readonly scopeId?: string | undefined;
}

/** One user who gains or loses one permission in one scope. */
export interface ChangedPermission {
  readonly user_id: string;
  readonly user_name: string;
  readonly permission: string;
  readonly level: 'application' | 'organization' | 'workspace' | 'project';
  /** The application, workspace or project, else the tenant. */
  readonly scope_id: string;
  readonly scope_name: string;
}

/** Tells what a change of a role would do to the permissions of users, without doing it. */
export abstract class PermissionPreview {
  /**
   * Runs `change` in a transaction that is taken back, and compares who holds the permissions of the role, by any role, in
   * its scopes before and after it. Errors: those of the change itself, 400 `invalid_cursor`, 409 `dry_run_too_large`.
   */
  abstract of(
    scopes: PreviewScopes,
    reach: PermissionReach,
    change: () => Promise<unknown>,
    request: PreviewRequest,
  ): Promise<Change<ChangedPermission>>;
}
