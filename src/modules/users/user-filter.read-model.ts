import type { SqlAttribute } from '../../persistence/filter/sql-attribute.js';

/** What users are filtered and sorted by, over `users u`. The indexes are users_user_name_key, users_email and so on. */
export const USER_FILTER = {
  id: { type: 'reference', sql: 'u.id', fast: true, sort: { sql: 'u.id', type: 'uuid' } },
  user_name: {
    type: 'string',
    sql: 'u.user_name_key',
    index: { column: 'u.user_name_key', holds: 'whole' },
    sort: { sql: 'u.user_name_key', type: 'text' },
  },
  email: {
    ...text('email', { column: 'u.email_key', holds: 'prefix' }),
    sort: { sql: 'u.email_key', type: 'text', nullable: true },
  },
  display_name: {
    // The column holds the user name's key where there is no display name.
    ...text('display_name', { column: 'u.display_name_key', holds: 'loose' }),
    sort: { sql: 'u.display_name_key', type: 'text' },
  },
  given_name: text('given_name'),
  family_name: text('family_name'),
  external_id: {
    type: 'string',
    exact: true,
    sql: 'u.external_id',
    index: { column: 'u.external_id', holds: 'whole' },
    sort: { sql: 'u.external_id', type: 'text', nullable: true },
  },
  status: { type: 'string', sql: 'u.status', fast: true, sort: { sql: 'u.status COLLATE "C"', type: 'text' } },
  active: { type: 'boolean', sql: `(u.status = 'active')`, fast: true },
  created_at: {
    type: 'dateTime',
    sql: 'u.created_at',
    fast: true,
    sort: { sql: 'u.created_at', type: 'timestamptz' },
  },
  updated_at: { type: 'dateTime', sql: 'u.updated_at', sort: { sql: 'u.updated_at', type: 'timestamptz' } },
  attributes: {
    type: 'json',
    sql: `(u.filter_keys -> 'attributes')`,
    entries: { table: 'user_attributes', owner: 'user_id', is: 'u.id' },
  },
} as const satisfies Readonly<Record<string, SqlAttribute>>;

function text<Index extends SqlAttribute['index']>(
  name: string,
  index?: Index,
): { type: 'string'; sql: string; index?: Index; sort: { sql: string; type: 'text'; nullable: boolean } } {
  const sql = `(u.filter_keys ->> '${name}')`;
  // Cut, so that a cursor can hold it.
  const sort = { sql: `left(${sql}, 200) COLLATE "C"`, type: 'text', nullable: true } as const;
  return { type: 'string', sql, sort, ...(index ? { index } : {}) };
}
