import type pg from 'pg';
import { CREATE_FUNCTIONS, fillUserSets } from './derived-rows.js';

/** Users per application that effective-users is measured with; the run checks that the service counts exactly these. */
export const SMALL = 1000;
export const LARGE = 100_000;
/** Users with 20 applications each; the run cycles through them, so that no row is measured warm alone. */
export const READERS = 200;
/** Applications that have 200 assignees each. */
export const DOORS = 20;

/** Ids of what the rows of the benchmark ask for. */
export interface BenchData {
  readonly smallApplication: string;
  readonly largeApplication: string;
  readonly readers: readonly string[];
  readonly doors: readonly string[];
  /** Users without any assignment, and an application for them. */
  readonly writers: readonly string[];
  readonly writtenApplication: string;
}

/** Kinds of ids; each counts from 1 in a range of its own. */
const KIND = { user: 0, group: 1, application: 2 } as const;
const ACTIVE_USERS = 108_000;
const ALL_USERS = 110_000;
const NESTED_GROUPS = 40;

/**
 * One tenant, the same at each run but for the tenant's id: ids are UUIDv7 made from a running number and its MD5 instead
 * of a clock and chance. 110,000 users of whom 2,000 are suspended, 400 groups, 321 applications.
 */
export async function makeData(client: pg.ClientBase, tenantId: string): Promise<BenchData> {
  await client.query(`SELECT set_config('bench.tenant', $1, false)`, [tenantId]);
  for (const text of [
    ...CREATE_FUNCTIONS,
    MIXED,
    ...DIRECTORY,
    ...LARGE_APPLICATION,
    ...SMALL_APPLICATION,
    ...READING,
    ...DOORWAYS,
    ...fillUserSets('pg_temp.tenant()'),
  ]) {
    await client.query(text);
  }
  await client.query('VACUUM (ANALYZE)');
  const ids = async (kind: keyof typeof KIND, from: number, to: number): Promise<string[]> => {
    const text = `SELECT pg_temp.id_of(${KIND[kind]}, n) AS id FROM generate_series($1::int, $2::int) n ORDER BY n`;
    const { rows } = await client.query<{ id: string }>(text, [from, to]);
    return rows.map((row) => row.id);
  };
  const [largeApplication = '', smallApplication = '', writtenApplication = ''] = await ids('application', 1, 3);
  return {
    largeApplication,
    smallApplication,
    writtenApplication,
    readers: await ids('user', 50_001, 50_000 + READERS),
    writers: await ids('user', LARGE + 1, ACTIVE_USERS),
    doors: await ids('application', 11, 10 + DOORS),
  };
}

/** `mixed(n)`: 1..100,000 in another order, so that members are spread over all users. */
const MIXED = `CREATE OR REPLACE FUNCTION pg_temp.mixed(n int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT (n * 7919::bigint % 100000)::int + 1 $$`;

const DIRECTORY = [
  `INSERT INTO users (tenant_id, id, ordinal, user_name, user_name_key, email, display_name, display_name_key, given_name,
                      family_name, search_key, status, attributes)
   SELECT pg_temp.tenant(), pg_temp.id_of(0, n), n, 'user-' || n, 'user-' || n, 'user-' || n || '@example.com',
          'Given Family ' || n, 'given family ' || n, 'Given', 'Family ' || n,
          concat_ws(E'\\n', 'user-' || n, 'given family ' || n, 'user-' || n || '@example.com', 'given', 'family ' || n),
          CASE WHEN n > ${ACTIVE_USERS} THEN 'suspended' ELSE 'active' END, jsonb_build_object('department', 'D' || n % 50)
     FROM generate_series(1, ${ALL_USERS}) n`,
  `INSERT INTO groups (tenant_id, id, name, name_key)
   SELECT pg_temp.tenant(), pg_temp.id_of(1, n), 'Group ' || n, 'group ' || n FROM generate_series(1, 400) n`,
  `INSERT INTO group_closure (tenant_id, ancestor_id, descendant_id)
   SELECT pg_temp.tenant(), pg_temp.id_of(1, n), pg_temp.id_of(1, n) FROM generate_series(1, 400) n`,
  `INSERT INTO applications (tenant_id, id, name, search_key, client_id)
   SELECT pg_temp.tenant(), pg_temp.id_of(2, n), 'Application ' || n, 'application ' || n || E'\\napp-' || n, 'app-' || n
     FROM generate_series(1, 321) n`,
];

/** Application 1: 10,000 direct, 55,000 in group 1 (half of the direct ones too), 45,000 in the 40 groups nested below group 2. */
const LARGE_APPLICATION = [
  give('user', `SELECT 1, pg_temp.mixed(n) FROM generate_series(1, 10000) n`),
  give('group', `SELECT 1, n FROM generate_series(1, 2) n`),
  addMembers(`SELECT 1, pg_temp.mixed(n) FROM generate_series(5001, 60000) n`),
  ...nest(2, 11, NESTED_GROUPS),
  addMembers(`SELECT 11 + n % ${NESTED_GROUPS}, pg_temp.mixed(n) FROM generate_series(55001, ${LARGE}) n`),
  // Suspended members do not count.
  addMembers(`SELECT 1, n FROM generate_series(${ACTIVE_USERS + 1}, ${ACTIVE_USERS + 1000}) n`),
];

/** Application 2: 100 direct, 550 in group 3 (half of the direct ones too), 400 in the 40 groups nested below group 4. */
const SMALL_APPLICATION = [
  give('user', `SELECT 2, pg_temp.mixed(n) FROM generate_series(1, 100) n`),
  give('group', `SELECT 2, n FROM generate_series(3, 4) n`),
  addMembers(`SELECT 3, pg_temp.mixed(n) FROM generate_series(51, 600) n`),
  ...nest(4, 61, NESTED_GROUPS),
  addMembers(`SELECT 61 + n % ${NESTED_GROUPS}, pg_temp.mixed(n) FROM generate_series(601, ${SMALL}) n`),
  addMembers(`SELECT 3, n FROM generate_series(${ACTIVE_USERS + 1001}, ${ACTIVE_USERS + 1020}) n`),
];

/**
 * Users 50,001 to 50,200: 8 applications direct, 7 by one group, 4 by the parent of another, and with application 1, which
 * nearly all have, about 20. Groups 111 to 130 are parents of 131 to 150.
 */
const READING = [
  ...Array.from({ length: 8 }, (_, k) =>
    give('user', `SELECT 31 + (n * 13 + ${k * 31}) % 290, 50000 + n FROM generate_series(1, ${READERS}) n`),
  ),
  addMembers(`SELECT 151 + n % 50, 50000 + n FROM generate_series(1, ${READERS}) n`),
  give('group', `SELECT 31 + (g * 7 + k * 41) % 290, g FROM generate_series(151, 200) g, generate_series(1, 7) k`),
  nestings(`SELECT 110 + n, 130 + n FROM generate_series(1, 20) n`),
  closure(`SELECT 110 + n, 130 + n FROM generate_series(1, 20) n`),
  addMembers(`SELECT 131 + n % 20, 50000 + n FROM generate_series(1, ${READERS}) n`),
  give('group', `SELECT 31 + (g * 3 + k * 53) % 290, g FROM generate_series(111, 130) g, generate_series(1, 4) k`),
];

/** Applications 11 to 30: 150 users and 50 groups each. */
const DOORWAYS = [
  give('user', `SELECT a, 60000 + a * 200 + n FROM generate_series(11, ${10 + DOORS}) a, generate_series(1, 150) n`),
  give(
    'group',
    `SELECT a, 201 + (a + n * 3) % 200 FROM generate_series(11, ${10 + DOORS}) a, generate_series(1, 50) n`,
  ),
];

/** Assignments of applications to users or groups, all by their numbers; a minute lies between one and the next. */
function give(kind: 'user' | 'group', pairs: string): string {
  const [column, ordinal] = kind === 'user' ? [', user_ordinal', ' n,'] : ['', ''];
  return `INSERT INTO assignments (tenant_id, id, application_id, ${kind}_id${column}, assigned_by, assigned_at)
          SELECT pg_temp.tenant(), md5(application || ' ' || assignee)::uuid, application, assignee,${ordinal} 'bench',
                 timestamptz '2026-01-01' + row_number() OVER () * interval '1 minute'
            FROM (${pairs}) pairs(a, n), pg_temp.id_of(2, a) application, pg_temp.id_of(${KIND[kind]}, n) assignee`;
}

function addMembers(pairs: string): string {
  return `INSERT INTO group_members (tenant_id, group_id, user_id, user_ordinal)
          SELECT pg_temp.tenant(), pg_temp.id_of(1, g), pg_temp.id_of(0, u), u FROM (${pairs}) pairs(g, u)`;
}

/** Hangs `count` groups, numbered from `first`, below group `top`, in two levels: half of them below the other half. */
function nest(top: number, first: number, count: number): string[] {
  const half = count / 2;
  const upper = `SELECT ${top}, ${first} + n FROM generate_series(0, ${half - 1}) n`;
  const lower = `SELECT ${first} + n, ${first + half} + n FROM generate_series(0, ${half - 1}) n`;
  const twoBelow = `SELECT ${top}, ${first + half} + n FROM generate_series(0, ${half - 1}) n`;
  return [nestings(upper), nestings(lower), closure(upper), closure(lower), closure(twoBelow)];
}

function nestings(pairs: string): string {
  return `INSERT INTO group_nestings (tenant_id, parent_id, child_id)
          SELECT pg_temp.tenant(), pg_temp.id_of(1, p), pg_temp.id_of(1, c) FROM (${pairs}) pairs(p, c)`;
}

function closure(pairs: string): string {
  return `INSERT INTO group_closure (tenant_id, ancestor_id, descendant_id)
          SELECT pg_temp.tenant(), pg_temp.id_of(1, a), pg_temp.id_of(1, d) FROM (${pairs}) pairs(a, d)`;
}
