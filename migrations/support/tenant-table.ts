import type { QueryRunner } from 'typeorm';

/** What the tenant role may do with a table. */
type Privilege = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';

/**
 * The last lock of tenancy, put on every table of tenants in one place: row-level security that binds even the table's
 * owner, one policy that shows only rows of the tenant that the transaction has entered (none where it has entered
 * none), and the least privileges.
 */
export async function lockToTenant(
  runner: QueryRunner,
  table: string,
  privileges: readonly Privilege[] = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
): Promise<void> {
  await runner.query(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
  await runner.query(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
  await runner.query(
    `CREATE POLICY tenant_isolation ON ${table} TO doorlist_tenant
       USING (tenant_id = NULLIF(current_setting('doorlist.tenant_id', true), '')::uuid)`,
  );
  await runner.query(`GRANT ${privileges.join(', ')} ON ${table} TO doorlist_tenant`);
}

/** A table that belongs to no tenant: only the platform role can open it. */
export async function lockToPlatform(
  runner: QueryRunner,
  table: string,
  privileges: readonly Privilege[] = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
): Promise<void> {
  await runner.query(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
  await runner.query(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
  await runner.query(`CREATE POLICY platform_only ON ${table} TO doorlist_platform USING (true)`);
  await runner.query(`GRANT ${privileges.join(', ')} ON ${table} TO doorlist_platform`);
}

/** Drops tables in the order given. */
export async function dropTables(runner: QueryRunner, ...tables: readonly string[]): Promise<void> {
  for (const table of tables) await runner.query(`DROP TABLE ${table}`);
}
