import { DomainError } from '../../kernel/domain-error.js';

/**
 * The stable names of messages on contract 4's surface, by our codes: `DLE`, the status that it has there, and a number.
 * They are listed in docs/entitlement-messages.md; a name that was published never changes its meaning.
 */
const MESSAGE_IDS: Readonly<Record<string, string>> = {
  entitlement_granted: 'DLE20001',
  entitlement_revoked: 'DLE20002',
  validation_failed: 'DLE40001',
  malformed_json: 'DLE40002',
  malformed_url: 'DLE40003',
  malformed_request: 'DLE40004',
  wrong_content_length: 'DLE40005',
  bad_request: 'DLE40006',
  idempotency_key_reused: 'DLE40007',
  wrong_right_values: 'DLE40008',
  search_too_broad: 'DLE40009',
  invalid_filter: 'DLE40010',
  filter_too_slow: 'DLE40011',
  invalid_consistency_token: 'DLE40012',
  missing_token: 'DLE40101',
  invalid_token: 'DLE40102',
  expired_token: 'DLE40103',
  token_not_yet_valid: 'DLE40104',
  unknown_issuer: 'DLE40105',
  client_revoked: 'DLE40106',
  wrong_audience: 'DLE40107',
  insufficient_scope: 'DLE40301',
  tenant_suspended: 'DLE40302',
  tenant_unknown: 'DLE40303',
  tenant_token_required: 'DLE40304',
  route_closed: 'DLE40305',
  permission_not_held: 'DLE40306',
  user_suspended: 'DLE40307',
  user_unknown: 'DLE40308',
  route_not_found: 'DLE40401',
  entitlement_not_found: 'DLE40402',
  assignment_not_found: 'DLE40403',
  user_not_found: 'DLE40404',
  group_not_found: 'DLE40405',
  application_not_found: 'DLE40406',
  not_granted: 'DLE40407',
  right_value_not_held: 'DLE40408',
  method_not_allowed: 'DLE40501',
  request_timeout: 'DLE40801',
  entitlement_name_taken: 'DLE40901',
  already_granted: 'DLE40902',
  children_cycle: 'DLE40903',
  right_in_use: 'DLE40904',
  too_many_permissions: 'DLE40905',
  parent_not_role: 'DLE40906',
  right_value_held: 'DLE40907',
  body_too_large: 'DLE41301',
  url_too_long: 'DLE41401',
  unsupported_media_type: 'DLE41501',
  unsupported_content_encoding: 'DLE41502',
  expectation_failed: 'DLE41701',
  rate_limited: 'DLE42901',
  headers_too_large: 'DLE43101',
  internal_error: 'DLE50001',
  busy: 'DLE50301',
  database_unavailable: 'DLE50302',
  statement_timeout: 'DLE50303',
  issuer_unavailable: 'DLE50304',
  no_signing_key: 'DLE50305',
  database_full: 'DLE50306',
};

/** What a message is called on contract 4's surface; one that has no name of its own is called after its status. */
export function messageIdOf(code: string, status: number): string {
  return MESSAGE_IDS[code] ?? `DLE${status}00`;
}

/** One thing that a call has done or refused, as contract 4's surface says it. */
export interface EntitlementMessage {
  readonly messageId: string;
  readonly messageDescription: string;
}

/** The message of something that was done, or of a refusal that is part of an answer. */
export function entitlementMessage(
  said: DomainError | { readonly code: string; readonly message: string },
): EntitlementMessage {
  return {
    messageId: messageIdOf(said.code, said instanceof DomainError ? 400 : 200),
    messageDescription: said.message,
  };
}
