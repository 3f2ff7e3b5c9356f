import type { SqlCatalogue } from '../../persistence/filter/sql-attribute.js';

/** The first line of the search key is the name's, and neither a name nor its key has lines. */
const NAME = `split_part(a.search_key, E'\\n', 1)`;

/** What applications are filtered and sorted by, over `applications a`. */
export const APPLICATION_FILTER: SqlCatalogue = {
  id: { type: 'reference', sql: 'a.id', fast: true, sort: { sql: 'a.id', type: 'uuid' } },
  name: { type: 'string', sql: NAME, sort: { sql: NAME, type: 'text' } },
  client_id: {
    type: 'string',
    exact: true,
    sql: 'a.client_id',
    index: { column: 'a.client_id', holds: 'whole' },
    sort: { sql: 'a.client_id', type: 'text' },
  },
  description: { type: 'string', sql: 'a.description_key' },
  type: { type: 'string', sql: 'a.type', sort: { sql: 'a.type COLLATE "C"', type: 'text' } },
  status: { type: 'string', sql: 'a.status', sort: { sql: 'a.status COLLATE "C"', type: 'text' } },
  active: { type: 'boolean', sql: `(a.status = 'active')` },
  created_at: { type: 'dateTime', sql: 'a.created_at', sort: { sql: 'a.created_at', type: 'timestamptz' } },
  updated_at: { type: 'dateTime', sql: 'a.updated_at', sort: { sql: 'a.updated_at', type: 'timestamptz' } },
};
