import { plannedOnce, statement } from '../../persistence/statement.js';

/**
 * Makes the entries of a user's attributes exactly these. Whoever calls it has made or locked the user.
 * Values: tenant, user, paths, values.
 */
export const SET_ATTRIBUTES = plannedOnce(
  statement(
    'users.set_attributes',
    `WITH entries AS (
       SELECT * FROM unnest($3::text[], $4::text[]) e(path, value)
     ), gone AS (
       DELETE FROM user_attributes a WHERE a.tenant_id = $1 AND a.user_id = $2
          AND NOT EXISTS (SELECT FROM entries e WHERE e.path = a.path AND e.value = a.value)
     )
     INSERT INTO user_attributes (tenant_id, path, value, user_id)
     SELECT $1, e.path, e.value, $2 FROM entries e
     ON CONFLICT DO NOTHING`,
  ),
);
