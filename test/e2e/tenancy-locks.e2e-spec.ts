import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { PlatformScope, SYSTEM_ACTOR, TenantScope } from '../../src/kernel/scope.js';
import { Api, tokenOf } from '../support/api.js';
import { nest } from '../support/assignment-steps.js';
import { newDatabase, rowsAt } from '../support/database-copy.js';
import { startDoorlist } from '../support/doorlist-process.js';
import { enterScope } from '../support/enter-scope.js';
import { withClient } from '../support/new-database.js';
import { sql } from '../support/sql.js';
import { grantUsers, newEntitlement } from '../support/entitlement-steps.js';
import { newRole } from '../support/role-steps.js';
import { newTenant } from '../support/tenant.js';
import { PLATFORM_CLIENT, testState, workerState } from '../support/test-state.js';

const TABLES = `SELECT c.oid, c.relname AS name, EXISTS (
    SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped) AS of_tenants
  FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace ORDER BY c.relname`;

async function tables(): Promise<{ tenant: string[]; platform: string[] }> {
  const rows = await sql<{ name: string; of_tenants: boolean }>(TABLES);
  const names = (ofTenants: boolean): string[] =>
    rows.filter((row) => row.of_tenants === ofTenants).map(({ name }) => name);
  return { tenant: names(true), platform: names(false).filter((name) => name !== 'migrations') };
}

/** Runs work as one of the two roles of requests, inside a tenant or none; everything is rolled back. */
async function as<T>(
  role: 'doorlist_tenant' | 'doorlist_platform',
  tenantId: string | null,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  return withClient(workerState().databaseUrl, async (client) => {
    await client.query('BEGIN');
    await enterScope(client, role, tenantId);
    try {
      return await work(client);
    } finally {
      await client.query('ROLLBACK');
    }
  });
}

/** The SQLSTATE that a statement is refused with; `done <rows>` where it is not. The transaction goes on. */
async function outcome(client: pg.Client, text: string, values: unknown[] = []): Promise<string> {
  await client.query('SAVEPOINT attempt');
  try {
    return `done ${(await client.query(text, values)).rowCount ?? 0}`;
  } catch (error) {
    await client.query('ROLLBACK TO SAVEPOINT attempt');
    return (error as { code: string }).code;
  }
}

const FORBIDDEN = '42501'; // insufficient_privilege: by privilege, or by row-level security
const NO_SUCH_ROW = '23503'; // foreign_key_violation
/** Citus lets nobody change what tells the shard: feature_not_supported. */
const CANNOT_MOVE = '0A000';

/** A tenant with rows in every table of tenants. */
async function filledTenant(): Promise<{
  id: string;
  ids: Record<'user' | 'group' | 'child' | 'application' | 'role' | 'workspace' | 'project', string>;
}> {
  const tenant = await newTenant();
  const user = await tenant.user(undefined, { attributes: { department: 'Sales' } });
  const [group, child, application] = [
    await tenant.group('Parent', [user]),
    await tenant.group('Child'),
    await tenant.application(),
  ];
  await nest(tenant, group, child);
  await tenant.api.post(`${tenant.path}/groups`, { name: 'Ruled', kind: 'dynamic', rule: 'active eq true' });
  const body = { application_id: application };
  await tenant.api.post(`${tenant.path}/users/${user}/applications`, body, {
    headers: { 'idempotency-key': randomUUID() },
  });
  const workspace = await tenant.workspace();
  const project = await tenant.project(workspace);
  const role = await newRole(tenant.api, application, 'Editor');
  const [outer, inner] = [
    await newEntitlement(tenant.api, application, 'outer', { rights: [{ name: 'region' }] }),
    await newEntitlement(tenant.api, application, 'inner'),
  ];
  await tenant.api.post(`/v1.0/entitlements/${outer}/children`, { add: [inner] });
  await grantUsers(tenant.api, outer, [{ user, rights: ['emea'] }]);
  await tenant.api.put(`${tenant.path}/owner`, { user_id: user });
  const announced = await tenant.api.post(`${tenant.path}/imports`, { kind: 'users' });
  await tenant.api.put(`${tenant.path}/imports/${announced.body.data.id}/content`, undefined, {
    raw: 'user_name\n bad\n',
    headers: { 'content-type': 'text/csv' },
  });
  return { id: tenant.id, ids: { user, group, child, application, role, workspace, project } };
}

describe('lock 2, the keys of the database', () => {
  it('refuse rows that would point across tenants', async () => {
    const [mine, theirs] = [await filledTenant(), await filledTenant()];
    const [a, b] = [mine.ids, theirs.ids];
    const rows: [string, string[]][] = [
      ['group_members (tenant_id, group_id, user_id, user_ordinal)', [mine.id, a.child, b.user, '0']],
      ['group_members (tenant_id, group_id, user_id, user_ordinal)', [mine.id, b.group, a.user, '0']],
      ['group_nestings (tenant_id, parent_id, child_id)', [mine.id, a.child, b.child]],
      ['group_nestings (tenant_id, parent_id, child_id)', [mine.id, b.group, a.child]],
      ['group_closure (tenant_id, ancestor_id, descendant_id)', [mine.id, b.group, a.child]],
      [
        'assignments (tenant_id, id, assigned_by, application_id, user_id, user_ordinal)',
        [mine.id, randomUUID(), 'x', a.application, b.user, '0'],
      ],
      [
        'assignments (tenant_id, id, assigned_by, application_id, user_id, user_ordinal)',
        [mine.id, randomUUID(), 'x', b.application, a.user, '0'],
      ],
      [
        'assignments (tenant_id, id, assigned_by, application_id, group_id)',
        [mine.id, randomUUID(), 'x', a.application, b.group],
      ],
      ...(
        [
          ['user_id, user_ordinal', [b.user, '0']],
          ['group_id', [b.group]],
          ['holder_application_id', [b.application]],
        ] as const
      ).map(([holder, ids]): [string, string[]] => [
        `role_assignments (tenant_id, id, assigned_by, level, role_id, application_id, scope_id, ${holder})`,
        [mine.id, randomUUID(), 'x', 'application', a.role, a.application, a.application, ...ids],
      ]),
      [
        'role_assignments (tenant_id, id, assigned_by, level, role_id, application_id, scope_id, group_id)',
        [mine.id, randomUUID(), 'x', 'application', b.role, b.application, b.application, a.group],
      ],
      ['projects (tenant_id, id, workspace_id, name, name_key)', [mine.id, randomUUID(), b.workspace, 'x', 'x']],
      [
        'users (tenant_id, id, ordinal, user_name, user_name_key, display_name_key, search_key)',
        [randomUUID(), randomUUID(), '0', 'x', 'x', 'x', 'x'],
      ],
    ];
    const found = await withClient(workerState().databaseUrl, async (client) => {
      await client.query('BEGIN');
      const outcomes: string[] = [];
      for (const [into, values] of rows) {
        const marks = values.map((_, index) => `$${index + 1}`).join(', ');
        outcomes.push(await outcome(client, `INSERT INTO ${into} VALUES (${marks})`, values));
      }
      await client.query('ROLLBACK');
      return outcomes;
    });
    expect(found).toEqual(rows.map(() => NO_SUCH_ROW));
  });

  it('start every primary key of a tenant table with tenant_id, and have it in every unique index', async () => {
    const wrong = await sql(
      `SELECT i.indexrelid::regclass::text AS index FROM pg_index i
         JOIN pg_class c ON c.oid = i.indrelid AND c.relnamespace = 'public'::regnamespace
         JOIN pg_attribute t ON t.attrelid = c.oid AND t.attname = 'tenant_id' AND NOT t.attisdropped
        WHERE (i.indisprimary AND i.indkey[0] <> t.attnum) OR (i.indisunique AND NOT t.attnum = ANY (i.indkey))`,
    );
    expect(wrong).toEqual([]);
    const without = await sql(
      `SELECT t.name FROM (${TABLES}) t WHERE NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indisprimary)`,
    );
    expect(without).toEqual([]);
  });

  it('carry tenant_id in every foreign key between tables of tenants, at the same place on both sides', async () => {
    const keys = await sql<{ name: string; carries: boolean }>(
      `SELECT k.conname AS name, EXISTS (
          SELECT FROM generate_subscripts(k.conkey, 1) place
            JOIN pg_attribute here ON here.attrelid = k.conrelid AND here.attnum = k.conkey[place] AND here.attname = 'tenant_id'
            JOIN pg_attribute there ON there.attrelid = k.confrelid AND there.attnum = k.confkey[place]
             AND there.attname = CASE WHEN k.confrelid = 'tenants'::regclass THEN 'id' ELSE 'tenant_id' END) AS carries
         FROM pg_constraint k WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace`,
    );
    expect(keys.length).toBeGreaterThan(10);
    expect(keys.filter(({ carries }) => !carries)).toEqual([]);
  });

  it('let two tenants have rows with one id, each its own', async () => {
    const [mine, theirs] = [await newTenant(), await newTenant()];
    const id = await mine.user('ada');
    await sql(
      `INSERT INTO users (tenant_id, id, ordinal, user_name, user_name_key, display_name_key, search_key)
       VALUES ($1, $2, 0, 'bob', 'bob', 'bob', 'bob')`,
      [theirs.id, id],
    );
    const [own, other] = [
      await mine.api.get(`${mine.path}/users/${id}`),
      await theirs.api.get(`${theirs.path}/users/${id}`),
    ];
    expect([own.body.data.user_name, other.body.data.user_name]).toEqual(['ada', 'bob']);
    await theirs.api.delete(`${theirs.path}/users/${id}`);
    expect((await mine.api.get(`${mine.path}/users/${id}`)).status).toBe(200);
  });
});

describe('lock 3, the scope', () => {
  it.each(['', undefined, null])('throws without a tenant, and never means all of them: %j', (tenantId) => {
    expect(() => new TenantScope(tenantId!, SYSTEM_ACTOR, 'test')).toThrow('never means "all tenants"');
  });

  it('of the platform is no scope of a tenant', () => {
    const scope: object = new PlatformScope(SYSTEM_ACTOR, 'test');
    expect(scope).not.toBeInstanceOf(TenantScope);
    expect(scope).not.toHaveProperty('tenantId');
  });
});

describe('lock 4, row-level security', () => {
  it('shows of every table of tenants the rows of the one that was entered, without any WHERE', async () => {
    const [mine] = [await filledTenant(), await filledTenant()];
    const seen = await as('doorlist_tenant', mine.id, async (client) => {
      const found: Record<string, string[]> = {};
      for (const table of (await tables()).tenant) {
        const { rows } = await client.query<{ tenant_id: string }>(`SELECT DISTINCT tenant_id FROM ${table}`);
        found[table] = rows.map(({ tenant_id }) => tenant_id);
      }
      return found;
    });
    // A table that is empty here proves nothing: give filledTenant() a row of it.
    expect(seen).toEqual(Object.fromEntries((await tables()).tenant.map((table) => [table, [mine.id]])));
    expect(Object.keys(seen).length).toBeGreaterThanOrEqual(10);
  });

  it.each([null, ''])('shows nothing where no tenant was entered: %j', async (none) => {
    await filledTenant();
    await as('doorlist_tenant', none, async (client) => {
      for (const table of (await tables()).tenant) {
        const { rows } = await client.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`);
        expect({ table, ...rows[0] }).toEqual({ table, count: 0 });
      }
    });
  });

  it('refuses to insert into another tenant, or into any where none was entered', async () => {
    const [mine, theirs] = [await filledTenant(), await filledTenant()];
    for (const entered of [mine.id, null]) {
      await as('doorlist_tenant', entered, async (client) => {
        for (const table of (await tables()).tenant) {
          const refused = await outcome(client, `INSERT INTO ${table} (tenant_id) VALUES ($1)`, [theirs.id]);
          expect({ table, refused }).toEqual({ table, refused: FORBIDDEN });
        }
      });
    }
  });

  it('refuses to move rows to another tenant, and reaches none of its rows to change or delete them', async () => {
    const [mine, theirs] = [await filledTenant(), await filledTenant()];
    await as('doorlist_tenant', mine.id, async (client) => {
      for (const table of (await tables()).tenant) {
        const moved = await outcome(client, `UPDATE ${table} SET tenant_id = $1`, [theirs.id]);
        expect({ table, moved }).toEqual({ table, moved: testState().isCluster ? CANNOT_MOVE : FORBIDDEN });
        const changed = await outcome(client, `UPDATE ${table} SET tenant_id = tenant_id WHERE tenant_id = $1`, [
          theirs.id,
        ]);
        expect(['done 0', FORBIDDEN]).toContain(changed);
        const deleted = await outcome(client, `DELETE FROM ${table} WHERE tenant_id = $1`, [theirs.id]);
        expect(['done 0', FORBIDDEN]).toContain(deleted);
      }
    });
  });

  it('lets nobody change or delete what the audit trail says', async () => {
    const mine = await filledTenant();
    await as('doorlist_tenant', mine.id, async (client) => {
      const attempts = [`UPDATE audit_events SET action = 'x'`, 'DELETE FROM audit_events', 'TRUNCATE audit_events'];
      for (const attempt of attempts) expect(await outcome(client, attempt)).toBe(FORBIDDEN);
    });
  });

  it('keeps the role of tenants out of the tables of the platform, and that of the platform out of those of tenants', async () => {
    const mine = await filledTenant();
    const { tenant, platform } = await tables();
    const { isCluster } = testState();
    expect(platform).toEqual(
      expect.arrayContaining(['tenants', 'platform_clients', 'signing_keys', 'service_secrets']),
    );
    for (const [role, closed] of [
      ['doorlist_tenant', platform],
      ['doorlist_platform', tenant],
    ] as const) {
      // On a cluster it may open them (docs/decisions/0029-citus.md): the policy alone shows it no row, but in a tenant that it enters.
      const byPolicy = isCluster && role === 'doorlist_platform';
      await as(role, byPolicy ? null : mine.id, async (client) => {
        for (const table of closed) {
          const read = await outcome(client, `SELECT * FROM ${table}`);
          const written = await outcome(client, `DELETE FROM ${table}`);
          // A tenant may read its own row of the list of tenants.
          const expected =
            role === 'doorlist_tenant' && table === 'tenants' ? 'done 1' : byPolicy ? 'done 0' : FORBIDDEN;
          expect({ role, table, read }).toEqual({ role, table, read: expected });
          expect(byPolicy ? ['done 0', FORBIDDEN] : [FORBIDDEN]).toContain(written);
        }
      });
    }
  });

  it('shows a tenant its own row of the list of tenants, which it cannot change, and no other', async () => {
    const [mine] = [await filledTenant(), await filledTenant()];
    await as('doorlist_tenant', mine.id, async (client) => {
      const { rows } = await client.query('SELECT id FROM tenants');
      expect(rows).toEqual([{ id: mine.id }]);
      const attempts = [
        `UPDATE tenants SET status = 'active'`,
        'DELETE FROM tenants',
        `INSERT INTO tenants (id) VALUES (gen_random_uuid())`,
      ];
      for (const attempt of attempts) expect(await outcome(client, attempt)).toBe(FORBIDDEN);
    });
    await as('doorlist_tenant', null, async (client) => {
      expect((await client.query('SELECT id FROM tenants')).rows).toEqual([]);
    });
  });

  it('is forced on every table, each with the policies of its kind and no others', async () => {
    const { tenant, platform } = await tables();
    const policies = await sql(
      `SELECT c.relname AS table, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
              json_agg(json_build_object('name', p.policyname, 'roles', p.roles, 'for', p.cmd, 'kind', p.permissive, 'using', p.qual, 'check', p.with_check) ORDER BY p.policyname) AS policies
         FROM pg_class c LEFT JOIN pg_policies p ON p.schemaname = 'public' AND p.tablename = c.relname
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND c.relname <> 'migrations'
        GROUP BY c.oid ORDER BY 1`,
    );
    const entered = `(NULLIF(current_setting('doorlist.tenant_id'::text, true), ''::text))::uuid`;
    const common = { for: 'ALL', kind: 'PERMISSIVE', check: null };
    const ofTenant = {
      ...common,
      name: 'tenant_isolation',
      roles: ['doorlist_tenant'],
      using: `(tenant_id = ${entered})`,
    };
    const ownRow = {
      ...common,
      for: 'SELECT',
      name: 'own_row',
      roles: ['doorlist_tenant'],
      using: `(id = ${entered})`,
    };
    const ofPlatform = { ...common, name: 'platform_only', roles: ['doorlist_platform'], using: 'true' };
    const expected = [
      ...tenant.map((table) => ({ table, enabled: true, forced: true, policies: [ofTenant] })),
      ...platform.map((table) => {
        return {
          table,
          enabled: true,
          forced: true,
          policies: table === 'tenants' ? [ownRow, ofPlatform] : [ofPlatform],
        };
      }),
    ];
    expect(policies).toEqual(expected.sort((left, right) => (left.table < right.table ? -1 : 1)));
  });

  it('binds both roles: they log in nowhere, own nothing, bypass nothing and are members of nothing', async () => {
    const roles = await sql(
      `SELECT rolname AS name, rolcanlogin AS logs_in, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication AS powerful,
              (SELECT count(*)::int FROM pg_class WHERE relowner = r.oid) AS owns,
              (SELECT count(*)::int FROM pg_auth_members WHERE member = r.oid) AS member_of
         FROM pg_roles r WHERE rolname IN ('doorlist_platform', 'doorlist_tenant') ORDER BY 1`,
    );
    // On a cluster they log in from node to node, and the platform's is a member of the tenant's; see docs/decisions/0029-citus.md.
    const { isCluster } = testState();
    const harmless = { logs_in: isCluster, powerful: false, owns: 0, member_of: 0 };
    expect(roles).toEqual([
      { name: 'doorlist_platform', ...harmless, member_of: isCluster ? 1 : 0 },
      { name: 'doorlist_tenant', ...harmless },
    ]);
  });

  // A cluster makes a database for it table by table.
  it('binds the service itself: a table whose policy is gone is empty to it, though it logs in as the owner', async () => {
    const databaseUrl = await newDatabase('migrated');
    const service = await startDoorlist({
      DATABASE_URL: databaseUrl,
      BOOTSTRAP_CLIENT_ID: PLATFORM_CLIENT.id,
      BOOTSTRAP_CLIENT_SECRET: PLATFORM_CLIENT.secret,
      LOG_LEVEL: 'silent',
    });
    const tenant = await newTenant(service.url);
    const user = await tenant.user('ada');
    await rowsAt(databaseUrl, 'DROP POLICY tenant_isolation ON users');
    const list = await tenant.api.get(`${tenant.path}/users`);
    const one = await tenant.api.get(`${tenant.path}/users/${user}`);
    await rowsAt(databaseUrl, 'DROP POLICY platform_only ON tenants');
    const platform = new Api(service.url, await tokenOf(service.url, PLATFORM_CLIENT.id, PLATFORM_CLIENT.secret));
    const tenants = await platform.get('/api/v1/tenants');
    await service.stop();
    expect(list.body.data).toEqual([]);
    expect(one.status).toBe(404);
    expect(tenants.body.data).toEqual([]);
    expect(await rowsAt(databaseUrl, 'SELECT user_name FROM users')).toEqual([{ user_name: 'ada' }]);
  }, 120_000);
});
