import type { SqlCatalogue } from '../../persistence/filter/sql-attribute.js';

/** What workspaces and projects are filtered and sorted by, over their table as `w`. */
export const WORKSPACE_FILTER: SqlCatalogue = {
  id: { type: 'reference', sql: 'w.id', fast: true, sort: { sql: 'w.id', type: 'uuid' } },
  name: {
    type: 'string',
    sql: 'w.name_key',
    index: { column: 'w.name_key', holds: 'whole' },
    sort: { sql: 'w.name_key', type: 'text' },
  },
  description: { type: 'string', sql: 'w.description_key' },
  created_at: { type: 'dateTime', sql: 'w.created_at', sort: { sql: 'w.created_at', type: 'timestamptz' } },
  updated_at: { type: 'dateTime', sql: 'w.updated_at', sort: { sql: 'w.updated_at', type: 'timestamptz' } },
};
