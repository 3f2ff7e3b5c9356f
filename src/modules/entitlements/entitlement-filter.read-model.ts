import type { SqlCatalogue } from '../../persistence/filter/sql-attribute.js';

/**
 * What entitlements are filtered and sorted by, over `roles r`; called as they are shown. Those of an application are
 * found by roles_application_name_key.
 */
export const ENTITLEMENT_FILTER: SqlCatalogue = {
  code: { type: 'reference', sql: 'r.id', fast: true, sort: { sql: 'r.id', type: 'uuid' } },
  name: { type: 'string', sql: 'r.name_key', sort: { sql: 'r.name_key', type: 'text' } },
  description: { type: 'string', sql: `(r.filter_keys ->> 'description')` },
  type: {
    type: 'string',
    sql: 'r.entitlement_type',
    sort: { sql: 'r.entitlement_type COLLATE "C"', type: 'text' },
  },
  application: {
    type: 'reference',
    sql: 'r.application_id',
    fast: true,
    sort: { sql: 'r.application_id', type: 'uuid' },
  },
  category: { ...sortedText(`(r.filter_keys ->> 'category')`), type: 'string' },
  extref: { ...sortedText('r.ext_ref'), type: 'string', exact: true, shown: 'extRef' },
  creationdate: {
    type: 'dateTime',
    shown: 'creationDate',
    sql: 'r.created_at',
    sort: { sql: 'r.created_at', type: 'timestamptz' },
  },
  lastmodtime: {
    type: 'dateTime',
    shown: 'lastModTime',
    sql: 'r.updated_at',
    sort: { sql: 'r.updated_at', type: 'timestamptz' },
  },
};

function sortedText(sql: string): { sql: string; sort: { sql: string; type: 'text'; nullable: true } } {
  // Cut, as all that lists are sorted by is.
  return { sql, sort: { sql: `left(${sql}, 200) COLLATE "C"`, type: 'text', nullable: true } };
}
