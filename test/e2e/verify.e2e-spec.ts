import { assign, nest } from '../support/assignment-steps.js';
import { command, type CommandEnd } from '../support/command-line.js';
import { newDatabase, rowsAt } from '../support/database-copy.js';
import { startDoorlist, type DoorlistProcess } from '../support/doorlist-process.js';
import { withClient } from '../support/new-database.js';
import { giveRole, newRole } from '../support/role-steps.js';
import { newTenant, type TestTenant } from '../support/tenant.js';
import { PLATFORM_CLIENT, testState } from '../support/test-state.js';

// A service and a command or two are started, and the machine may do other work.
import.meta.jest.setTimeout(120_000);

const PUBLIC_URL = 'https://door.example';
/** Nobody's id. */
const NOBODY = '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5dff';

interface World {
  readonly tenant: TestTenant;
  /** Ordinals 0, 1, 2: ada is active, bob suspended, cyd in the crew for a time that is over. */
  readonly ada: string;
  readonly bob: string;
  readonly cyd: string;
  /** ada and bob; inside of `all`. */
  readonly crew: string;
  readonly all: string;
  /** Has lost its only member, so its set is there and empty. */
  readonly left: string;
  /** Its rule is for bob. */
  readonly ruled: string;
  /** Assigned to ada and to `all`. */
  readonly app: string;
  /** Of the application, held by ada, who is a member of the organization, too. */
  readonly role: string;
}

/** A tenant with something of everything that is kept beside the tables. */
async function newWorld(service: DoorlistProcess, databaseUrl: string): Promise<World> {
  const tenant = await newTenant(service.url);
  const ada = await tenant.user('Ada', { display_name: 'Ada Lovelace', email: 'ada@example.com' });
  const bob = await tenant.user('Bob', { status: 'suspended' });
  const cyd = await tenant.user('Cyd');
  const [crew, all, left] = [
    await tenant.group('Crew', [ada, bob]),
    await tenant.group('All'),
    await tenant.group('Left', [cyd]),
  ];
  await tenant.api.delete(`${tenant.path}/groups/${left}/members/${cyd}`);
  await nest(tenant, all, crew);
  const rule = { name: 'Ruled', kind: 'dynamic', rule: `id eq "${bob}"` };
  const ruled = ((await tenant.api.post(`${tenant.path}/groups`, rule)).body as { data: { id: string } }).data.id;
  const app = await tenant.application('Wiki', { client_id: 'Wiki-1' });
  await assign(tenant, 'user', ada, app);
  await assign(tenant, 'group', all, app);
  await rowsAt(
    databaseUrl,
    `INSERT INTO group_members (tenant_id, group_id, user_id, user_ordinal, valid_until) VALUES ($1, $2, $3, 2, now())`,
    [tenant.id, crew, cyd],
  );
  const role = await newRole(tenant.api, app, 'Editor');
  await giveRole(tenant.api, { app, role }, 'User', ada);
  const member = `SELECT $1, gen_random_uuid(), id, 'organization', $1, $2, 0, 'test' FROM roles
                   WHERE tenant_id = $1 AND built_in = 'organization.member'`;
  await rowsAt(
    databaseUrl,
    `WITH made AS (
       INSERT INTO role_assignments (tenant_id, id, role_id, level, scope_id, user_id, user_ordinal, assigned_by) ${member}
     ) INSERT INTO organization_members VALUES ($1, $2, 1)`,
    [tenant.id, ada],
  );
  return { tenant, ada, bob, cyd, crew, all, left, ruled, app, role };
}

interface Damage {
  /** What is done, with `$1` for the tenant and `$2` for the id that `at` names. */
  readonly sql: string;
  readonly at?: (world: World) => string;
  /** What is said of it: a line a difference, without the tenant. */
  readonly said: (world: World) => string[];
}

const setOf = (world: World): string => world.crew;
const keyDamage = (column: string): Damage => ({
  sql: `UPDATE users SET ${column} = 'x' WHERE tenant_id = $1 AND id = $2`,
  at: ({ ada }) => ada,
  said: ({ tenant, ada }) => [`user_key: owner ${tenant.id}, user ${ada}, ${column}`],
});

const DAMAGES: Readonly<Record<string, Damage>> = {
  nothing: { sql: 'SELECT $1::uuid', said: () => [] },
  'a set that lost its members': {
    sql: `UPDATE user_sets SET members = '' WHERE tenant_id = $1 AND owner_id = $2`,
    at: setOf,
    said: ({ crew, ada, bob }) => [
      `set_lacks_user: owner ${crew}, user ${ada}, ordinal 0`,
      `set_lacks_user: owner ${crew}, user ${bob}, ordinal 1`,
    ],
  },
  'a set that was lost': {
    sql: `DELETE FROM user_sets WHERE tenant_id = $1 AND owner_id = $2`,
    at: ({ app }) => app,
    said: ({ app, ada }) => [`set_lacks_user: owner ${app}, user ${ada}, ordinal 0`],
  },
  'bits without one of the members': {
    sql: `UPDATE user_sets SET members = NULL, bits = set_bit(0::bit(16384), 0, 1) WHERE tenant_id = $1 AND owner_id = $2`,
    at: setOf,
    said: ({ crew, bob }) => [`set_lacks_user: owner ${crew}, user ${bob}, ordinal 1`],
  },
  'a member in the set who is one for a time only': {
    sql: `UPDATE user_sets SET members = members || int2send(2::smallint) WHERE tenant_id = $1 AND owner_id = $2`,
    at: setOf,
    said: ({ crew, cyd }) => [`set_has_stranger: owner ${crew}, user ${cyd}, ordinal 2`],
  },
  'a number in the set that is no user': {
    sql: `UPDATE user_sets SET members = NULL, bits = set_bit(set_bit(set_bit(0::bit(16384), 0, 1), 1, 1), 16383, 1)
           WHERE tenant_id = $1 AND owner_id = $2`,
    at: setOf,
    said: ({ crew }) => [`set_has_stranger: owner ${crew}, ordinal 16383`],
  },
  'a set that lists a member twice': {
    sql: `UPDATE user_sets SET members = members || int2send(1::smallint) WHERE tenant_id = $1 AND owner_id = $2`,
    at: setOf,
    said: ({ crew, bob }) => [`set_repeats_user: owner ${crew}, user ${bob}, ordinal 1`],
  },
  'a status that changed behind the set': {
    sql: `UPDATE users SET status = CASE WHEN id = $2 THEN 'suspended' ELSE 'active' END WHERE tenant_id = $1`,
    at: ({ ada }) => ada,
    said: ({ tenant, ada, bob }) => [
      `set_lacks_user: owner ${tenant.id}, user ${ada}, ordinal 0`,
      `set_has_stranger: owner ${tenant.id}, user ${bob}, ordinal 1`,
    ],
  },
  'a set without an owner': {
    sql: `INSERT INTO user_sets (tenant_id, owner_id, chunk, members) SELECT $1, $2, n, '\\x0000' FROM generate_series(0, 1) n`,
    at: () => NOBODY,
    said: () => [`set_without_owner: owner ${NOBODY}, rows: 2`],
  },
  'a wrong ordinal in a membership': {
    sql: `UPDATE group_members SET user_ordinal = 9 WHERE tenant_id = $1 AND user_id = $2`,
    at: ({ ada }) => ada,
    said: ({ crew, ada }) => [`membership_ordinal: owner ${crew}, user ${ada}, 9 instead of 0`],
  },
  'a membership of nobody': {
    sql: `INSERT INTO group_members (tenant_id, group_id, user_id, user_ordinal) VALUES ($1, $2, '${NOBODY}', 7)`,
    at: ({ all }) => all,
    said: ({ all }) => [`membership_ordinal: owner ${all}, user ${NOBODY}, 7 instead of that of a user`],
  },
  'a wrong ordinal in an assignment': {
    sql: `UPDATE assignments SET user_ordinal = 1 WHERE tenant_id = $1 AND user_id = $2`,
    at: ({ ada }) => ada,
    said: ({ app, ada }) => [`assignment_ordinal: owner ${app}, user ${ada}, 1 instead of 0`],
  },
  'the set of a role that was lost': {
    sql: `DELETE FROM user_sets WHERE tenant_id = $1 AND owner_id = $2`,
    at: ({ role }) => role,
    said: ({ role, ada }) => [`set_lacks_user: owner ${role}, user ${ada}, ordinal 0`],
  },
  'a wrong ordinal in a role assignment': {
    sql: `UPDATE role_assignments SET user_ordinal = 1 WHERE tenant_id = $1 AND role_id = $2`,
    at: ({ role }) => role,
    said: ({ role, ada }) => [`role_assignment_ordinal: owner ${role}, user ${ada}, 1 instead of 0`],
  },
  'a role that is said to give what it does not': {
    sql: `UPDATE roles SET effective_permissions = '{any}' WHERE tenant_id = $1 AND id = $2`,
    at: ({ role }) => role,
    said: ({ role }) => [`role_effective_permissions: owner ${role}, 1 instead of 0`],
  },
  'a member with more roles than there are': {
    sql: `UPDATE organization_members SET role_count = 2 WHERE tenant_id = $1`,
    said: ({ tenant, ada }) => [`organization_role_count: owner ${tenant.id}, user ${ada}, 2 instead of 1`],
  },
  'a member whom nobody counts, and one without roles': {
    sql: `UPDATE organization_members SET user_id = $2 WHERE tenant_id = $1`,
    at: ({ cyd }) => cyd,
    said: ({ tenant, ada, cyd }) => [
      `organization_role_count: owner ${tenant.id}, user ${ada}, none instead of 1`,
      `organization_role_count: owner ${tenant.id}, user ${cyd}, 1 instead of none`,
    ],
  },
  'a counter that gives an ordinal twice': {
    sql: `UPDATE user_ordinals SET next_ordinal = 2 WHERE tenant_id = $1`,
    said: ({ tenant, cyd }) => [`next_ordinal: owner ${tenant.id}, user ${cyd}, 2 is not above 2`],
  },
  'a counter that was lost': {
    sql: `DELETE FROM user_ordinals WHERE tenant_id = $1`,
    said: ({ tenant, cyd }) => [`next_ordinal: owner ${tenant.id}, user ${cyd}, none is not above 2`],
  },
  'a pair that the closure lacks': {
    sql: `DELETE FROM group_closure WHERE tenant_id = $1 AND ancestor_id = $2 AND descendant_id <> $2`,
    at: ({ all }) => all,
    said: ({ all, crew }) => [`closure_lacks_pair: owner ${all}, group ${crew}`],
  },
  'a pair that no nesting makes': {
    sql: `INSERT INTO group_closure SELECT $1, $2, id FROM groups WHERE tenant_id = $1 AND name = 'Left'`,
    at: ({ all }) => all,
    said: ({ all, left }) => [`closure_has_stranger: owner ${all}, group ${left}`],
  },
  'a wrong user name key': keyDamage('user_name_key'),
  'a wrong display name key': keyDamage('display_name_key'),
  'a wrong search key': keyDamage('search_key'),
  'a wrong name key': {
    sql: `UPDATE groups SET name_key = 'All' WHERE tenant_id = $1 AND id = $2`,
    at: ({ all }) => all,
    said: ({ all }) => [`group_key: owner ${all}, name_key`],
  },
  'a wrong key of a role': {
    sql: `UPDATE roles SET name_key = 'Editor' WHERE tenant_id = $1 AND id = $2`,
    at: ({ role }) => role,
    said: ({ role }) => [`role_key: owner ${role}, name_key`],
  },
  'keys of texts that a role does not have': {
    sql: `UPDATE roles SET filter_keys = '{"category": "x"}' WHERE tenant_id = $1 AND id = $2`,
    at: ({ role }) => role,
    said: ({ role }) => [`role_key: owner ${role}, filter_keys`],
  },
  'a rule that changed behind its members': {
    sql: `UPDATE groups SET rule = 'active eq true' WHERE tenant_id = $1 AND id = $2`,
    at: ({ ruled }) => ruled,
    said: ({ ruled, ada, bob, cyd }) => [
      ...[ada, cyd].map((user) => `rule_lacks_member: owner ${ruled}, user ${user}`),
      `rule_has_stranger: owner ${ruled}, user ${bob}`,
    ],
  },
  'a rule that nobody can read': {
    sql: `UPDATE groups SET rule = 'x' WHERE tenant_id = $1 AND id = $2`,
    at: ({ ruled }) => ruled,
    said: ({ ruled }) => [
      `rule_unreadable: owner ${ruled}, rule, at position 1: expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le, pr), not the end.`,
    ],
  },
  'a member by rule of a group that has none': {
    sql: `UPDATE rule_members SET group_id = $2 WHERE tenant_id = $1`,
    at: ({ left }) => left,
    said: ({ left, ruled, bob }) => [
      `rule_member_without_rule: owner ${left}, user ${bob}`,
      `rule_lacks_member: owner ${ruled}, user ${bob}`,
      `set_has_stranger: owner ${ruled}, user ${bob}, ordinal 1`,
      `set_lacks_user: owner ${left}, user ${bob}, ordinal 1`,
    ],
  },
  'a wrong key of an application': {
    sql: `UPDATE applications SET search_key = 'wiki' WHERE tenant_id = $1 AND id = $2`,
    at: ({ app }) => app,
    said: ({ app }) => [`application_key: owner ${app}, search_key`],
  },
};

/** The lines of a difference, as `said` spells them. */
function linesOf({ lines }: CommandEnd, tenant: TestTenant): string[] {
  const own = lines.filter((line) => line.startsWith('  ') && line.includes(`: tenant ${tenant.id}, `));
  return own.map((line) => line.trim().replace(`tenant ${tenant.id}, `, ''));
}

let databaseUrl: string;
let service: DoorlistProcess;
const worlds = new Map<string, World>();
const ends: CommandEnd[] = [];
const verify = async (): Promise<CommandEnd> => command('verify', { DATABASE_URL: databaseUrl, PUBLIC_URL });

async function damage({ sql, at }: Damage, world: World): Promise<void> {
  const values = at ? [world.tenant.id, at(world)] : [world.tenant.id];
  await withClient(databaseUrl, async (client) => {
    // Without foreign keys, as a restore that was cut short leaves it.
    await client.query('BEGIN');
    // The nodes of a cluster are told, too.
    if (testState().isCluster) await client.query('SET LOCAL citus.propagate_set_commands = local');
    await client.query('SET LOCAL session_replication_role = replica');
    await client.query(sql, values);
    await client.query('COMMIT');
  });
}

beforeAll(async () => {
  databaseUrl = await newDatabase('migrated');
  service = await startDoorlist({
    DATABASE_URL: databaseUrl,
    BOOTSTRAP_CLIENT_ID: PLATFORM_CLIENT.id,
    BOOTSTRAP_CLIENT_SECRET: PLATFORM_CLIENT.secret,
    LOG_LEVEL: 'warn',
  });
  for (const name of Object.keys(DAMAGES)) worlds.set(name, await newWorld(service, databaseUrl));
  ends.push(await verify());
  for (const [name, each] of Object.entries(DAMAGES)) await damage(each, worlds.get(name)!);
  ends.push(await verify());
});

afterAll(() => service.stop());

describe('doorlist verify', () => {
  it('finds nothing where nothing is wrong, and ends with 0', () => {
    const tenants = [...worlds.values()].map(({ tenant }) => tenant.id).sort();
    const size = '3 users, 4 memberships, 1 nestings, 2 assignments; differences: 0';
    const lines = tenants.map((id) => expect.stringMatching(`^tenant ${id} \\(t-\\w+\\): ${size}$`) as unknown);
    expect(ends[0]).toEqual({ code: 0, lines: [...lines, 'no difference'], errors: [] });
  });

  it.each(Object.keys(DAMAGES))('says what is wrong: %s', (name) => {
    const world = worlds.get(name)!;
    const said = DAMAGES[name]!.said(world);
    const [line] = ends[1]!.lines.filter((each) => each.startsWith(`tenant ${world.tenant.id} `));
    expect(line).toMatch(new RegExp(`; differences: ${said.length}$`));
    expect(linesOf(ends[1]!, world.tenant).sort()).toEqual(said.sort());
  });

  it('ends with 1 where anything is wrong, and says how much', () => {
    const { code, lines, errors } = ends[1]!;
    const total = [...worlds].flatMap(([name, world]) => DAMAGES[name]!.said(world)).length;
    expect({ code, last: lines.at(-1), errors }).toEqual({ code: 1, last: `differences: ${total}`, errors: [] });
  });

  it('prints the first 100 and how many more there are, and changes nothing', async () => {
    const { tenant, crew } = worlds.get('nothing')!;
    const places = `SELECT string_agg(int2send(n::smallint), '') FROM generate_series(0, 149) n`;
    const [row] = await rowsAt<{ members: Buffer }>(
      databaseUrl,
      `UPDATE user_sets SET members = (${places}) WHERE tenant_id = $1 AND owner_id = $2 RETURNING members`,
      [tenant.id, crew],
    );
    const { code, lines } = await verify();
    const total = [...worlds].flatMap(([name, world]) => DAMAGES[name]!.said(world)).length + 148;
    expect(code).toBe(1);
    expect(lines.filter((line) => line.startsWith('  '))).toHaveLength(100);
    expect(lines.filter((line) => line.startsWith('tenant '))).toHaveLength(worlds.size);
    expect(lines.slice(-2)).toEqual([`${total - 100} more differences are not printed`, `differences: ${total}`]);
    const after = await rowsAt(databaseUrl, `SELECT members FROM user_sets WHERE owner_id = $1`, [crew]);
    expect(after).toEqual([row]);
  });

  it('asks for the schema first, and leaves an empty database as it is', async () => {
    const empty = await newDatabase('empty');
    const end = await command('verify', { DATABASE_URL: empty, PUBLIC_URL });
    const errors = ['The schema must be up to date; run first: npm run migrate'];
    expect(end).toEqual({ code: 1, lines: [], errors });
    const tables = await rowsAt(
      empty,
      `SELECT FROM pg_class c WHERE relnamespace = 'public'::regnamespace
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`,
    );
    expect(tables).toEqual([]);
  });
});
