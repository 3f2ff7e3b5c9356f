import type { SqlCatalogue } from '../../persistence/filter/sql-attribute.js';

/** What groups are filtered and sorted by, over `groups g`. */
export const GROUP_FILTER: SqlCatalogue = {
  id: { type: 'reference', sql: 'g.id', fast: true, sort: { sql: 'g.id', type: 'uuid' } },
  name: {
    type: 'string',
    sql: 'g.name_key',
    index: { column: 'g.name_key', holds: 'whole' },
    sort: { sql: 'g.name_key', type: 'text' },
  },
  description: { type: 'string', sql: 'g.description_key' },
  external_id: {
    type: 'string',
    exact: true,
    sql: 'g.external_id',
    index: { column: 'g.external_id', holds: 'whole' },
    sort: { sql: 'g.external_id', type: 'text', nullable: true },
  },
  kind: { type: 'string', sql: 'g.kind', sort: { sql: 'g.kind COLLATE "C"', type: 'text' } },
  created_at: { type: 'dateTime', sql: 'g.created_at', sort: { sql: 'g.created_at', type: 'timestamptz' } },
  updated_at: { type: 'dateTime', sql: 'g.updated_at', sort: { sql: 'g.updated_at', type: 'timestamptz' } },
};
