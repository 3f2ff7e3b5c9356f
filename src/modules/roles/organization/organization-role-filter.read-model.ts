import type { SqlCatalogue } from '../../../persistence/filter/sql-attribute.js';

/** What roles that belong to no application are filtered and sorted by, over `roles r`. A tenant has few of them. */
export const ORGANIZATION_ROLE_FILTER: SqlCatalogue = {
  id: { type: 'reference', sql: 'r.id', fast: true, sort: { sql: 'r.id', type: 'uuid' } },
  name: { type: 'string', sql: 'r.name_key', sort: { sql: 'r.name_key', type: 'text' } },
  description: { type: 'string', sql: `(r.filter_keys ->> 'description')` },
  level: { type: 'string', sql: 'r.level', sort: { sql: 'r.level COLLATE "C"', type: 'text' } },
  type: { type: 'string', sql: 'r.type', sort: { sql: 'r.type COLLATE "C"', type: 'text' } },
  system_managed: { type: 'boolean', sql: '(r.built_in IS NOT NULL)' },
  created_at: { type: 'dateTime', sql: 'r.created_at', sort: { sql: 'r.created_at', type: 'timestamptz' } },
  updated_at: { type: 'dateTime', sql: 'r.updated_at', sort: { sql: 'r.updated_at', type: 'timestamptz' } },
};
