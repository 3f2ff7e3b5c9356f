/** Tables that hand-written SQL alone reads, so that no entity describes them. */
export const TABLES_WITHOUT_ENTITY: readonly string[] = [
  'idempotency_keys',
  'platform_idempotency_keys',
  'service_secrets',
  'signing_keys',
];

/**
 * Constraints and indexes that the migrations make and no entity says: composite keys across modules (DESIGN section 3,
 * rule 3), checks, and partial or expression indexes. A name that is missing from the schema fails the test as much as
 * one that is new.
 */
export const NOT_IN_ENTITIES: readonly string[] = [
  // Tenants.
  'tenants_name_length',
  'tenants_slug_form',
  'tenants_slug_key',
  'tenants_status_known',
  // Users.
  'users_attributes_object',
  'users_external_id_key',
  'users_status_known',
  'users_suspended',
  'users_tenant_fkey',
  'users_user_name_key',
  'users_user_name_length',
  // Groups, members and nestings.
  'group_closure_ancestor_fkey',
  'group_closure_descendant_fkey',
  'group_closure_no_cycle',
  'group_closure_up',
  'group_members_group_fkey',
  'group_members_user',
  'group_members_user_fkey',
  'group_nestings_child',
  'group_nestings_child_fkey',
  'group_nestings_no_loop',
  'group_nestings_parent_fkey',
  'groups_external_id_key',
  'groups_name_key',
  'groups_name_length',
  'groups_tenant_fkey',
  // Applications and assignments.
  'applications_client_id_key',
  'applications_name_length',
  'applications_status_known',
  'applications_tenant_fkey',
  'applications_type_known',
  'assignments_application_fkey',
  'assignments_application_group_key',
  'assignments_application_user_key',
  'assignments_group',
  'assignments_group_fkey',
  'assignments_one_assignee',
  'assignments_user',
  'assignments_user_fkey',
  // Clients.
  'api_clients_client_id_key',
  'api_clients_not_platform',
  'api_clients_scopes_some',
  'api_clients_status_known',
  'api_clients_tenant_fkey',
  'platform_clients_client_id_key',
  'platform_clients_scopes_some',
  'platform_clients_status_known',
  // The trail of changes.
  'audit_events_actor',
  'audit_events_application',
  'audit_events_group',
  'audit_events_order',
  'audit_events_resource',
  'audit_events_tenant_fkey',
  'audit_events_user',
  'platform_audit_events_order',
];
