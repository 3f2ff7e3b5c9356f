import type { ErrorKind, FieldIssue } from '../kernel/domain-error.js';
import { orderIssue } from '../kernel/validity.js';

type Input = Readonly<Record<string, unknown>>;

/** What a refusal of the database is for callers. */
export interface Refusal {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly message: (input: Input) => string;
  readonly issues?: (input: Input) => FieldIssue[];
}

/** Shows a refused value in a message, cut where it is long. */
function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : '';
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}...` : text);
}

/** 409: a value that must be unique is taken. `field` is its name in the request. */
function taken(field: string, where: string): Refusal {
  return {
    kind: 'conflict',
    code: `${field}_taken`,
    message: (input) => `${field} ${shown(input[field])} is already taken in ${where}; choose another.`,
  };
}

/** 404: a row that the change refers to is not in the tenant. */
function missing(resource: string): Refusal {
  return {
    kind: 'not_found',
    code: `${resource}_not_found`,
    message: (input) => {
      const id = input[`${resource}_id`];
      return `No ${resource} ${typeof id === 'string' ? `${id} ` : 'of this id '}${resource === 'tenant' ? 'any more' : 'in this tenant'}.`;
    },
  };
}

/** 422: the bounds of what holds for a time are in the wrong order, as sent or after they were merged. */
const BOUNDS_IN_ORDER: Refusal = {
  kind: 'invalid',
  code: 'validation_failed',
  message: (input) => orderIssue(input, ['body']).msg,
  issues: (input) => [orderIssue(input, ['body'])],
};

/** 409: the owner of an organization is one of its Admins, and stays a user of it. */
const OWNER_KEEPS_ROLE: Refusal = {
  kind: 'conflict',
  code: 'owner_keeps_role',
  message: () => 'The owner of the organization keeps the role Admin; transfer the ownership first.',
};

/** 403: whoever holds roles of the organization directly keeps one of them. */
const LAST_ROLE: Refusal = {
  kind: 'forbidden',
  code: 'last_role',
  message: () => 'The last role that a member holds in the organization directly cannot be taken away.',
};

/** 409: all that a role gives, with what is inside of it, has a bound. */
const TOO_MANY_PERMISSIONS: Refusal = {
  kind: 'conflict',
  code: 'too_many_permissions',
  message: () => 'A role would give more than 10000 permissions, its own and those of all that is inside of it.',
};

/** 409: what somebody has a value of stays as it is. */
const RIGHT_IN_USE: Refusal = {
  kind: 'conflict',
  code: 'right_in_use',
  message: () =>
    'A right that assignments have values of cannot be taken away or made single; remove the values first.',
};

/** The one place where a constraint of the schema gets its meaning for callers. */
export const CONSTRAINT_ERRORS: Readonly<Record<string, Refusal>> = {
  tenants_slug_key: taken('slug', 'this service'),
  users_user_name_key: taken('user_name', 'this tenant'),
  users_external_id_key: taken('external_id', 'this tenant'),
  groups_name_key: taken('name', 'this tenant'),
  groups_external_id_key: taken('external_id', 'this tenant'),
  applications_client_id_key: taken('client_id', 'this tenant'),
  workspaces_name_key: taken('name', 'this tenant'),
  projects_name_key: taken('name', 'this workspace'),
  roles_application_name_key: taken('role_name', 'this application'),
  roles_name_key: taken('name', 'the roles of this level'),
  users_tenant_fkey: missing('tenant'),
  user_ordinals_tenant_fkey: missing('tenant'),
  user_sets_tenant_fkey: missing('tenant'),
  groups_tenant_fkey: missing('tenant'),
  applications_tenant_fkey: missing('tenant'),
  api_clients_tenant_fkey: missing('tenant'),
  audit_events_tenant_fkey: missing('tenant'),
  idempotency_keys_tenant_fkey: missing('tenant'),
  group_members_group_fkey: missing('group'),
  group_members_user_fkey: missing('user'),
  rule_versions_tenant_fkey: missing('tenant'),
  group_nestings_parent_fkey: missing('group'),
  group_nestings_child_fkey: missing('group'),
  roles_tenant_fkey: missing('tenant'),
  roles_effective_some: TOO_MANY_PERMISSIONS,
  role_children_parent_fkey: missing('entitlement'),
  role_children_child_fkey: missing('entitlement'),
  entitlement_rights_role_fkey: missing('entitlement'),
  assignment_right_values_assignment_fkey: missing('assignment'),
  assignment_right_values_right_fkey: RIGHT_IN_USE,
  assignment_right_values_single_key: RIGHT_IN_USE,
  roles_application_fkey: missing('application'),
  role_assignments_role_fkey: missing('role'),
  role_assignments_application_fkey: missing('role'),
  role_assignments_workspace_fkey: missing('workspace'),
  role_assignments_project_fkey: missing('project'),
  role_assignments_user_fkey: missing('user'),
  role_assignments_group_fkey: missing('group'),
  role_assignments_holder_application_fkey: missing('application'),
  organization_owners_tenant_fkey: missing('tenant'),
  organization_owners_assignment_fkey: OWNER_KEEPS_ROLE,
  organization_members_user_fkey: missing('user'),
  organization_members_last_role: LAST_ROLE,
  group_members_validity: BOUNDS_IN_ORDER,
  assignments_validity: BOUNDS_IN_ORDER,
  assignments_application_fkey: missing('application'),
  assignments_user_fkey: missing('user'),
  assignments_group_fkey: missing('group'),
  workspaces_tenant_fkey: missing('tenant'),
  projects_workspace_fkey: missing('workspace'),
};
