/**
 * Sets of users: `user_sets` keeps, for each owner, 16,384 users a row, as a short list of their places (two bytes each) or, where there
 * are many, as a bit for each place. The owners are the groups (their direct members), the applications (the users
 * assigned to them directly) and the tenant itself (its suspended users). What holds for a time only (`valid_from`,
 * `valid_until`) is in no set and is read where it stands.
 *
 * A set is changed in the statement that changes what it is made of. One user is one place in one row, so nothing grows
 * with the set; writers of the same row take turns until they commit. See docs/decisions/0008-sets-of-users.md.
 */

/** Users that one row holds. */
export const CHUNK = 16_384;

/** Most places that a row lists one by one; with more it is bits. */
const MOST_LISTED = 512;

/** In the four bytes before a packed list the lowest ones say how many bytes it takes, and those above them its chunk. */
export const LIST_LENGTH_BITS = 11;

/** A row's list for the way to UserSet: its head and its places; null where the row is bits. SQL. */
export function listOf(row: string): string {
  return `int4send((${row}.chunk << ${LIST_LENGTH_BITS}) | length(${row}.members)) || ${row}.members`;
}

/** Bits with these places set, which come as two bytes each. SQL. */
function bitsAt(places: string): string {
  const place = `get_byte(${places}, at) * 256 + get_byte(${places}, at + 1)`;
  return `(SELECT bit_or(set_bit(0::bit(${CHUNK}), ${place}, 1)) FROM generate_series(0, length(${places}) - 2, 2) at)`;
}

/** A row's bits whatever its form. SQL over the columns of `row`. */
function bitsOf(row: string): string {
  return `coalesce(${row}.bits, ${bitsAt(`${row}.members`)})`;
}

/** One by one, the two bytes of each place that a row lists. */
function placesOf(row: string): string {
  return `SELECT substring(${row}.members FROM at FOR 2) AS place FROM generate_series(1, length(${row}.members), 2) at`;
}

/** Rows of a statement whose users enter or leave the set of their owner. All of it is SQL. */
interface SetChange {
  /** FROM and WHERE, of rows that hold at all times. */
  readonly from: string;
  readonly owner: string;
  readonly ordinal: string;
}

/** The changed places of each row, in the order of the rows' keys, so that two calls cannot deadlock. */
function changedRows({ from, owner, ordinal }: SetChange): string {
  return `INSERT INTO user_sets AS kept (tenant_id, owner_id, chunk, members, bits)
          SELECT $1, changed.owner_id, changed.chunk, CASE WHEN changed.bits IS NULL THEN changed.members END, changed.bits
            FROM (SELECT listed.*, CASE WHEN length(members) > ${2 * MOST_LISTED} THEN ${bitsAt('members')} END AS bits
                    FROM (SELECT ${owner} AS owner_id, ${ordinal} / ${CHUNK} AS chunk,
                                 string_agg(int2send((${ordinal} % ${CHUNK})::smallint), '') AS members
                            FROM ${from} GROUP BY 1, 2) listed) changed
           ORDER BY changed.owner_id, changed.chunk
          ON CONFLICT (tenant_id, owner_id, chunk) DO UPDATE`;
}

/** How many users are in the set of an owner, as SQL ($1: tenant); those who are in it for a time only are not counted. */
export function sizeOfSet(owner: string): string {
  return `(SELECT coalesce(sum(CASE WHEN s.bits IS NULL THEN length(s.members) / 2 ELSE bit_count(s.bits) END), 0)
             FROM user_sets s WHERE s.tenant_id = $1 AND s.owner_id = ${owner})`;
}

/** Lets users into the sets ($1: tenant). */
export function enterSets(change: SetChange): string {
  const few = `length(kept.members) + length(EXCLUDED.members) <= ${2 * MOST_LISTED}`;
  return `${changedRows(change)}
          SET members = CASE WHEN ${few} THEN kept.members || EXCLUDED.members END,
              bits = CASE WHEN ${few} THEN NULL ELSE ${bitsOf('kept')} | ${bitsOf('EXCLUDED')} END`;
}

/** Takes users out of the sets that they are in ($1: tenant). */
export function leaveSets(change: SetChange): string {
  return `${changedRows(change)}
          SET members = CASE WHEN kept.members IS NOT NULL
                             THEN (SELECT coalesce(string_agg(stays.place, ''), '') FROM (${placesOf('kept')}) stays
                                    WHERE stays.place NOT IN (${placesOf('EXCLUDED')})) END,
              bits = kept.bits & ~${bitsOf('EXCLUDED')}`;
}

/** Users whose bits are put together as one number before they become a part of a row. */
const WORD = 64;

/** A row's bits, from the words of the statement; those that are not there are empty. SQL. */
function bitsOfWords(chunk: string): string {
  const first = `${chunk} * ${CHUNK / WORD}`;
  return `(SELECT ('x' || encode(string_agg(int8send(coalesce(words.bits, 0)), '' ORDER BY at), 'hex'))::bit(${CHUNK})
             FROM generate_series(${first}, ${first} + ${CHUNK / WORD - 1}) at LEFT JOIN words ON words.word = at)`;
}

/**
 * Makes the set of an owner exactly these users, who may be all of a tenant ($1), as tables of a WITH: an owner has no
 * more rows than are written here. Bits are put together in numbers first: one by one, as above, they take ten times as long.
 */
export function replaceSet({ from, owner, ordinal }: SetChange): string {
  return `words AS MATERIALIZED (
     SELECT ${ordinal} / ${WORD} AS word, bit_or(1::bigint << (${WORD - 1} - ${ordinal} % ${WORD})) AS bits FROM ${from} GROUP BY 1
   ), due AS MATERIALIZED (
     SELECT ${ordinal} / ${CHUNK} AS chunk,
            CASE WHEN count(*) <= ${MOST_LISTED}
                 THEN string_agg(int2send((${ordinal} % ${CHUNK})::smallint), '') END AS members
       FROM ${from} GROUP BY 1
   ), emptied AS (
     DELETE FROM user_sets WHERE tenant_id = $1 AND owner_id = ${owner} AND chunk NOT IN (SELECT due.chunk FROM due)
   ), kept AS (
     INSERT INTO user_sets (tenant_id, owner_id, chunk, members, bits)
     SELECT $1, ${owner}, due.chunk, due.members, CASE WHEN due.members IS NULL THEN ${bitsOfWords('due.chunk')} END
       FROM due ORDER BY due.chunk
     ON CONFLICT (tenant_id, owner_id, chunk) DO UPDATE SET members = EXCLUDED.members, bits = EXCLUDED.bits
   )`;
}
