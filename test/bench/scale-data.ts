import type pg from 'pg';
import { CREATE_FUNCTIONS, fillUserSets } from './derived-rows.js';

/** Memberships of all users together, for each of them. */
const MEMBERSHIPS = 4;
/** For each user, memberships in the large application's groups besides the largest of them. */
const SPREAD = 0.33;
const ASSIGNED_GROUPS = 16;
const TYPICAL_GROUPS = 5;
/** Groups above one, and below another, which a nesting then joins: each with itself. */
const TREE = 200;
const TREES_FROM = 10_001;
/** Readers that the comparison with the floor cycles through. */
const READERS = 200;
/** Applications from here on are for what is assigned while it is measured. */
const WRITTEN_FROM = 20_001;
const WRITTEN = 100;

/** Sizes of a tenant that follow from its number of users. */
export interface Shape {
  readonly users: number;
  /** Groups that the large application reaches: 16 assigned and the rest inside of them. */
  readonly reached: number;
  readonly groups: number;
  /** Users of the typical application. */
  readonly typicalUsers: number;
  /** One in so many users is not in the largest group. */
  readonly outside: number;
}

export function shapeOf(users: number): Shape {
  const reached = Math.min(216, users / 20);
  return {
    users,
    reached,
    groups: Math.max(users / 500, reached + TYPICAL_GROUPS + 19),
    typicalUsers: Math.min(3000, users / 10),
    outside: Math.min(100, Math.floor(users / 64)),
  };
}

/** What the large application's role allows. */
export const PERMISSION = 'documents:read';

/** Ids of what is asked for. */
export interface ScaleData extends Shape {
  readonly tenantId: string;
  /** Its 16 groups reach all of `reached` and nearly all users. */
  readonly largeApplication: string;
  readonly typicalApplication: string;
  /** The large application's role, which its groups and users hold, and one that a tenth of all users hold directly. */
  readonly readerRole: string;
  readonly writerRole: string;
  /** Nearly all users are its direct members. */
  readonly largestGroup: string;
  /** Users who are not in it. */
  readonly outsiders: readonly string[];
  readonly readers: readonly string[];
  /** Users who are assigned to nothing themselves. */
  readonly candidates: readonly string[];
  /** All that groups are assigned to. */
  readonly applications: readonly string[];
  /** Applications that nothing is assigned to. */
  readonly writtenApplications: readonly string[];
  /** A group with 199 groups above it, and one with 199 below it. */
  readonly trees: { readonly bottom: string; readonly top: string };
}

/** Fills an empty tenant, the same at each run but for the tenant's id: 4 memberships a user, 0.5% of them suspended. */
export async function makeScaleData(client: pg.Client, tenantId: string, users: number): Promise<ScaleData> {
  const shape = shapeOf(users);
  await client.query(`SELECT set_config('bench.tenant', $1, false)`, [tenantId]);
  await hurry(client, async () => {
    const indexes = users < 100_000 ? [] : await dropIndexes(client);
    for (const text of statementsFor(shape)) await client.query(text);
    for (const index of indexes) await client.query(index);
  });
  await client.query('VACUUM (ANALYZE)');
  return { ...shape, tenantId, ...(await idsOf(client, shape)) };
}

/** Without foreign keys, which the data keeps, and without waiting for the disk; a role that may not do so does without. */
async function hurry(client: pg.Client, work: () => Promise<void>): Promise<void> {
  const settings = { work_mem: '256MB', maintenance_work_mem: '512MB', synchronous_commit: 'off' };
  for (const [name, value] of Object.entries(settings)) await client.query(`SET ${name} = '${value}'`);
  await client.query('SET session_replication_role = replica').catch(() => undefined);
  await work();
  for (const name of [...Object.keys(settings), 'session_replication_role']) {
    await client.query(`RESET ${name}`).catch(() => undefined);
  }
}

/** The indexes whose order is not that of the rows are made anew afterwards; answers how. */
async function dropIndexes(client: pg.Client): Promise<string[]> {
  const names = ['group_members_user', 'users_user_name_key', 'users_display_name'];
  const { rows } = await client.query<{ text: string }>(
    `SELECT pg_get_indexdef(oid) AS text FROM pg_class WHERE relname = ANY ($1) AND relnamespace = 'public'::regnamespace`,
    [names],
  );
  for (const name of names) await client.query(`DROP INDEX ${name}`);
  return rows.map(({ text }) => text);
}

function statementsFor(shape: Shape): string[] {
  return [
    ...CREATE_FUNCTIONS,
    ...directory(shape),
    ...memberships(shape),
    ...nestings(shape),
    ...assignments(shape),
    ...roles(shape),
    `DROP TABLE bench_users`,
    ...fillUserSets('pg_temp.tenant()'),
  ];
}

function directory({ users, groups }: Shape): string[] {
  const group = (numbers: string): string => `
    INSERT INTO groups (tenant_id, id, name, name_key)
    SELECT pg_temp.tenant(), pg_temp.id_of(1, n), 'Group ' || n, 'group ' || n FROM ${numbers} n`;
  return [
    `CREATE TEMP TABLE bench_users AS SELECT n, pg_temp.id_of(0, n) AS id FROM generate_series(0, ${users - 1}) n`,
    `ANALYZE bench_users`,
    `INSERT INTO users (tenant_id, id, ordinal, user_name, user_name_key, email, display_name, display_name_key, search_key, status)
     SELECT pg_temp.tenant(), id, n, name, name, name || '@example.com', 'Given ' || shown, 'given ' || shown,
            concat_ws(E'\\n', name, 'given ' || shown, name || '@example.com'),
            CASE WHEN n % 200 = 7 THEN 'suspended' ELSE 'active' END
       FROM (SELECT n, id, substr(md5('name ' || n), 1, 8) || '-' || n AS name, substr(md5('shown ' || n), 1, 12) AS shown
               FROM bench_users) made
      ORDER BY n`,
    group(`generate_series(1, ${groups})`),
    group(`generate_series(${TREES_FROM}, ${TREES_FROM + 2 * TREE - 1})`),
    application(`generate_series(1, ${groups})`),
    application(`generate_series(${WRITTEN_FROM}, ${WRITTEN_FROM + WRITTEN - 1})`),
  ];
}

function application(numbers: string): string {
  return `INSERT INTO applications (tenant_id, id, name, search_key, client_id)
          SELECT pg_temp.tenant(), pg_temp.id_of(2, n), 'Application ' || n, 'application ' || n || E'\\napp-' || n, 'app-' || n
            FROM ${numbers} n`;
}

/** Each group's members lie all over the users, in an order of the group's own: 7919 and the number of users have no common divisor. */
function memberships({ users, reached, groups, typicalUsers, outside }: Shape): string[] {
  const spread = Math.floor((SPREAD * users) / (reached - 1));
  const largest = users - Math.floor(users / outside);
  const others = groups - reached - TYPICAL_GROUPS;
  const rest = MEMBERSHIPS * users - largest - spread * (reached - 1) - typicalUsers;
  const first = reached + TYPICAL_GROUPS + 1;
  return [
    members(`SELECT 1 AS g, n AS u FROM generate_series(0, ${users - 1}) n WHERE n % ${outside} <> ${outside - 1}`),
    members(scattered(2, reached, spread, users)),
    members(
      `SELECT ${reached + 1} + j % ${TYPICAL_GROUPS}, (j * 7919::bigint + 5) % ${users} FROM generate_series(0, ${typicalUsers - 1}) j`,
    ),
    members(scattered(first, groups, Math.floor(rest / others), users)),
  ];
}

function scattered(from: number, to: number, size: number, users: number): string {
  return `SELECT g, (g * 104729::bigint + j * 7919::bigint) % ${users}
            FROM generate_series(${from}, ${to}) g, generate_series(0, ${size - 1}) j`;
}

function members(pairs: string): string {
  return `INSERT INTO group_members (tenant_id, group_id, user_id, user_ordinal)
          SELECT pg_temp.tenant(), pg_temp.id_of(1, p.g), b.id, b.n FROM (${pairs}) p(g, u) JOIN bench_users b ON b.n = p.u`;
}

/** A hundred groups right below the assigned ones, the others below those; and the two trees. */
function nestings({ reached }: Shape): string[] {
  const parent = `CASE WHEN g <= 116 THEN (g - 17) % ${ASSIGNED_GROUPS} + 1 ELSE g - 100 END`;
  const [bottom, top] = [TREES_FROM, TREES_FROM + TREE];
  return [
    `INSERT INTO group_nestings (tenant_id, parent_id, child_id)
     SELECT pg_temp.tenant(), pg_temp.id_of(1, p), pg_temp.id_of(1, c)
       FROM (SELECT ${parent}, g FROM generate_series(${ASSIGNED_GROUPS + 1}, ${reached}) g
             UNION ALL SELECT ${bottom} + n, ${bottom} FROM generate_series(1, ${TREE - 1}) n
             UNION ALL SELECT ${top}, ${top} + n FROM generate_series(1, ${TREE - 1}) n) pairs(p, c)`,
    `INSERT INTO group_closure (tenant_id, ancestor_id, descendant_id)
     WITH RECURSIVE reach AS (
       SELECT id AS ancestor_id, id AS descendant_id FROM groups WHERE tenant_id = pg_temp.tenant()
        UNION
       SELECT reach.ancestor_id, n.child_id
         FROM reach JOIN group_nestings n ON n.tenant_id = pg_temp.tenant() AND n.parent_id = reach.descendant_id
     ) SELECT pg_temp.tenant(), ancestor_id, descendant_id FROM reach`,
  ];
}

/** Application 1 has 16 groups and one in a thousand users, application 2 the typical five groups; each group beyond these has two. */
function assignments({ users, reached, groups }: Shape): string[] {
  const first = reached + TYPICAL_GROUPS + 1;
  return [
    give('group_id', `SELECT 1, pg_temp.id_of(1, n), NULL::int FROM generate_series(1, ${ASSIGNED_GROUPS}) n`),
    give(
      'user_id',
      `SELECT 1, pg_temp.id_of(0, n), n FROM (SELECT (j * 7919::bigint % ${users})::int AS n FROM generate_series(1, ${users / 1000}) j) picked`,
    ),
    give(
      'group_id',
      `SELECT 2, pg_temp.id_of(1, n), NULL::int FROM generate_series(${reached + 1}, ${reached + TYPICAL_GROUPS}) n`,
    ),
    give(
      'group_id',
      `SELECT 3 + (g * 2 + k) % ${groups - 2}, pg_temp.id_of(1, g), NULL::int FROM generate_series(${first}, ${groups}) g, generate_series(0, 1) k`,
    ),
  ];
}

/** A minute lies between one assignment and the next. */
function give(column: 'user_id' | 'group_id', rows: string): string {
  return `INSERT INTO assignments (tenant_id, id, application_id, ${column}, user_ordinal, assigned_by, assigned_at)
          SELECT pg_temp.tenant(), md5(a || ' ' || assignee)::uuid, pg_temp.id_of(2, a), assignee, ordinal, 'bench',
                 timestamptz '2026-01-01' + row_number() OVER () * interval '1 minute'
            FROM (${rows}) given(a, assignee, ordinal)`;
}

/**
 * The large application's role, held by its groups and by the users that it is assigned to; and one of the typical
 * application, held by every tenth user.
 */
function roles({ users }: Shape): string[] {
  const held = (column: 'user_id' | 'group_id'): string => `
    INSERT INTO role_assignments (tenant_id, id, role_id, level, application_id, scope_id, ${column}, user_ordinal, assigned_by, assigned_at)
    SELECT tenant_id, md5('role ' || ${column})::uuid, pg_temp.id_of(3, 1), 'application', application_id, application_id,
           ${column}, user_ordinal, 'bench', assigned_at
      FROM assignments
     WHERE tenant_id = pg_temp.tenant() AND application_id = pg_temp.id_of(2, 1) AND ${column} IS NOT NULL`;
  return [
    `INSERT INTO roles (tenant_id, id, level, application_id, name, name_key, permissions, effective_permissions)
     SELECT pg_temp.tenant(), pg_temp.id_of(3, 1), 'application', pg_temp.id_of(2, 1), 'Reader', 'reader', gives, gives
       FROM (VALUES ('{${PERMISSION},documents:list}'::text[])) its(gives)`,
    held('group_id'),
    held('user_id'),
    `INSERT INTO roles (tenant_id, id, level, application_id, name, name_key, permissions, effective_permissions)
     SELECT pg_temp.tenant(), pg_temp.id_of(3, 2), 'application', pg_temp.id_of(2, 2), 'Writer', 'writer', '{}', '{}'`,
    `INSERT INTO role_assignments (tenant_id, id, role_id, level, application_id, scope_id, user_id, user_ordinal, assigned_by, assigned_at)
     SELECT pg_temp.tenant(), pg_temp.id_of(4, n), pg_temp.id_of(3, 2), 'application', pg_temp.id_of(2, 2), pg_temp.id_of(2, 2),
            pg_temp.id_of(0, n), n, 'bench', timestamptz '2026-01-01' + n * interval '1 second'
       FROM generate_series(0, ${users - 1}, 10) n`,
  ];
}

async function idsOf(
  client: pg.Client,
  { users, outside, groups }: Shape,
): Promise<Omit<ScaleData, keyof Shape | 'tenantId'>> {
  const ids = async (kind: 0 | 1 | 2 | 3, numbers: string): Promise<string[]> => {
    const { rows } = await client.query<{ id: string }>(
      `SELECT pg_temp.id_of(${kind}, n) AS id FROM ${numbers} ORDER BY n`,
    );
    return rows.map(({ id }) => id);
  };
  const [largeApplication = '', typicalApplication = ''] = await ids(2, 'generate_series(1, 2) n');
  const [readerRole = '', writerRole = ''] = await ids(3, 'generate_series(1, 2) n');
  const [largestGroup = ''] = await ids(1, 'generate_series(1, 1) n');
  const [bottom = '', top = ''] = await ids(1, `(VALUES (${TREES_FROM}), (${TREES_FROM + TREE})) trees(n)`);
  const all = `generate_series(0, ${users - 1}) n`;
  return {
    largeApplication,
    typicalApplication,
    readerRole,
    writerRole,
    largestGroup,
    outsiders: await ids(0, `${all} WHERE n % ${outside} = ${outside - 1} AND n % 200 <> 7`),
    readers: await ids(
      0,
      `(SELECT (j * 104729::bigint % ${users})::int AS n FROM generate_series(1, ${READERS}) j) picked WHERE n % 200 <> 7`,
    ),
    candidates: await ids(0, `${all} WHERE n >= ${users - Math.min(10_000, users)} AND n % 200 <> 7`),
    applications: await ids(2, `generate_series(1, ${groups}) n`),
    writtenApplications: await ids(2, `generate_series(${WRITTEN_FROM}, ${WRITTEN_FROM + WRITTEN - 1}) n`),
    trees: { bottom, top },
  };
}
