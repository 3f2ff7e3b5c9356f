/** What the service keeps beside the tables, made from them by SQL; and how ids are made from numbers. */

/** Users of a row, and how many the service lists one by one; see user-sets.ts. */
const CHUNK = 16_384;
const MOST_LISTED = 512;

/** `tenant()`: the tenant of the setting `bench.tenant`. `id_of(kind, n)`: a UUIDv7 from a number and its MD5 instead of a clock and chance. */
export const CREATE_FUNCTIONS = [
  `CREATE OR REPLACE FUNCTION pg_temp.tenant() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT current_setting('bench.tenant')::uuid $$`,
  `CREATE OR REPLACE FUNCTION pg_temp.id_of(kind int, n int) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
     SELECT (lpad(to_hex(1764000000000 + kind * 10000000000 + n * 1000::bigint), 12, '0') || '7' ||
             substr(md5('doorlist ' || kind || ' ' || n), 1, 3) || 'a' ||
             substr(md5('doorlist ' || kind || ' ' || n), 4, 15))::uuid $$`,
];

/** Statements that fill the sets of users and the counter of ordinals of a tenant that has none. `tenant` is SQL. */
export function fillUserSets(tenant: string): string[] {
  const place = `get_byte(members, at) * 256 + get_byte(members, at + 1)`;
  return [
    `INSERT INTO user_sets (tenant_id, owner_id, chunk, members, bits)
     SELECT ${tenant}, owner_id, chunk, CASE WHEN size <= ${MOST_LISTED} THEN members END,
            CASE WHEN size > ${MOST_LISTED} THEN (
              SELECT bit_or(set_bit(0::bit(${CHUNK}), ${place}, 1)) FROM generate_series(0, length(members) - 2, 2) at) END
       FROM (SELECT owner_id, ordinal / ${CHUNK} AS chunk, count(*) AS size,
                    string_agg(int2send((ordinal % ${CHUNK})::smallint), '') AS members
               FROM (SELECT group_id AS owner_id, user_ordinal AS ordinal FROM group_members WHERE tenant_id = ${tenant}
                     UNION ALL
                     SELECT application_id, user_ordinal FROM assignments WHERE tenant_id = ${tenant} AND user_id IS NOT NULL
                     UNION ALL
                     SELECT role_id, user_ordinal FROM role_assignments
                      WHERE tenant_id = ${tenant} AND level = 'application' AND user_id IS NOT NULL
                     UNION ALL
                     SELECT tenant_id, ordinal FROM users WHERE tenant_id = ${tenant} AND status = 'suspended') member
              GROUP BY 1, 2) listed
      ORDER BY owner_id, chunk`,
    `INSERT INTO user_ordinals (tenant_id, next_ordinal)
     SELECT ${tenant}, max(ordinal) + 1 FROM users WHERE tenant_id = ${tenant}`,
  ];
}
