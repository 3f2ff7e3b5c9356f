import type { SqlCatalogue } from '../../persistence/filter/sql-attribute.js';

/** What both trails are filtered by, over their events `e`. Sorted by time they are in the order of the changes themselves. */
export const PLATFORM_AUDIT_FILTER: SqlCatalogue = {
  id: { type: 'reference', sql: 'e.id', fast: true },
  occurred_at: { type: 'dateTime', sql: 'e.occurred_at', fast: true, sort: { sql: 'e.seq', type: 'bigint' } },
  actor_type: { type: 'string', sql: 'e.actor_type' },
  actor_id: { type: 'string', exact: true, sql: 'e.actor_id' },
  actor_issuer: { type: 'string', exact: true, sql: 'e.actor_issuer' },
  client_id: { type: 'string', exact: true, sql: 'e.client_id' },
  request_id: { type: 'string', exact: true, sql: 'e.request_id' },
  action: { type: 'string', sql: 'e.action' },
  resource_type: { type: 'string', sql: 'e.resource_type' },
  resource_id: { type: 'reference', sql: 'e.resource_id', fast: true },
};

/** Those of a tenant also by the user, group and application that an event concerns. */
export const AUDIT_FILTER: SqlCatalogue = {
  ...PLATFORM_AUDIT_FILTER,
  user_id: { type: 'reference', sql: 'e.user_id', fast: true },
  group_id: { type: 'reference', sql: 'e.group_id', fast: true },
  application_id: { type: 'reference', sql: 'e.application_id', fast: true },
};
