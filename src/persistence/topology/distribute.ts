import type { QueryRunner } from 'typeorm';
import { DATABASE_ROLES } from '../database-role.js';
import { ENTER_PROCEDURE } from './enter-procedure.js';
import { REPLACED_KEYS } from './replaced-keys.js';

/** A table of ours, as it is now. */
interface Table {
  readonly name: string;
  /** Whether its rows are tenants' rows; what is not is the same on every node. */
  readonly is_tenants: boolean;
  readonly is_forced: boolean;
  readonly is_distributed: boolean;
  readonly points_at: readonly string[];
}

/**
 * They stay on the coordinator, where no tenant's statement reads them: to write a copy on every node Citus asks for the right to
 * change rows, which nobody has to a trail or to the service's secrets, and counts of a minute are not worth a copy.
 */
const STAY = ['migrations', 'platform_audit_events', 'rate_counts', 'service_secrets'];

/** What Citus inserts it numbers itself, as the role that the statement runs as. */
const LET_NUMBER = 'GRANT USAGE ON SEQUENCE audit_events_seq_seq TO doorlist_tenant';

const TABLES = `
  SELECT c.relname AS name, c.relforcerowsecurity AS is_forced,
         EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id') AS is_tenants,
         EXISTS (SELECT FROM pg_dist_partition p WHERE p.logicalrelid = c.oid) AS is_distributed,
         ARRAY(SELECT DISTINCT t.relname::text FROM pg_constraint k JOIN pg_class t ON t.oid = k.confrelid
                WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid <> c.oid) AS points_at
    FROM pg_class c
   WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> ALL ($1)
     AND NOT relation_is_a_known_shard(c.oid)
     AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
   ORDER BY c.relname`;

/** Shells of distributed tables that still hold the rows which were copied to the shards. */
const LEFT_BEHIND = `
  SELECT logicalrelid::regclass::text AS name FROM pg_dist_partition WHERE pg_relation_size(logicalrelid) > 0 ORDER BY 1`;

/** Citus 13.2 pushes outer joins of several tables down to the shards, and crashes the coordinator over some of ours. */
const WITHOUT_PUSHDOWN = `
  DO $$ BEGIN
    IF current_setting('citus.enable_recurring_outer_join_pushdown', true) = 'on' THEN
      EXECUTE format('ALTER DATABASE %I SET citus.enable_recurring_outer_join_pushdown = off', current_database());
    END IF;
  END $$`;

/** Runs a step in a transaction of its own, while nobody else migrates. */
type InTurn = <T>(step: (runner: QueryRunner) => Promise<T>) => Promise<T>;

/** What a node says of a role that another database of the cluster changes at the same moment; roles are all databases'. */
const CHANGED_AT_ONCE = 'tuple concurrently updated';
const ATTEMPTS = 20;

/**
 * Distributes what is not distributed yet: tables of tenants by tenant_id, all with the same tenants on the same node, and
 * the others as copies on every node. Each table is a transaction, so that it can be run again after a failure; where all
 * is done it changes nothing. Rows that are there move along; nobody else may write meanwhile. Answers a line for each
 * table.
 */
export async function distribute(alone: InTurn): Promise<string[]> {
  const inTurn = repeated(alone);
  await inTurn(async (runner) => {
    await prepareRoles(runner);
    await keepProcedure(runner);
    await runner.query(WITHOUT_PUSHDOWN);
    await runner.query(LET_NUMBER);
  });
  const done: string[] = [];
  for (let next: Table | null; (next = await inTurn(distributeNext)) !== null;) {
    done.push(`distributed ${next.name}${next.is_tenants ? '' : ' to every node'}`);
  }
  const left = await inTurn((runner) => runner.query(LEFT_BEHIND) as Promise<{ name: string }[]>);
  for (const { name } of left) {
    await inTurn((runner) => runner.query('SELECT truncate_local_data_after_distributing_table($1)', [name]));
  }
  return done;
}

/** The same, again where only another database was in the way: a step that failed did nothing. */
function repeated(alone: InTurn): InTurn {
  return async (step) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await alone(step);
      } catch (error) {
        if (attempt >= ATTEMPTS || !(error as Error).message.includes(CHANGED_AT_ONCE)) throw error;
      }
    }
  };
}

/** Null where there is none. */
async function distributeNext(runner: QueryRunner): Promise<Table | null> {
  const tables = (await runner.query(TABLES, [STAY])) as Table[];
  const next = inOrder(tables).find((table) => !table.is_distributed) ?? null;
  if (next) await distributeTable(runner, next);
  return next;
}

/** What others point at comes first. */
function inOrder(tables: readonly Table[]): Table[] {
  const left = new Map(tables.map((table) => [table.name, table]));
  const ordered: Table[] = [];
  while (left.size > 0) {
    const next = [...left.values()].find(({ points_at: others }) => others.every((other) => !left.has(other)));
    if (!next) throw new Error(`The foreign keys of ${[...left.keys()].join(', ')} go in a circle.`);
    left.delete(next.name);
    ordered.push(next);
  }
  return ordered;
}

async function distributeTable(runner: QueryRunner, table: Table): Promise<void> {
  const { name, is_tenants: isTenants, is_forced: isForced } = table;
  const keys = REPLACED_KEYS.filter((key) => key.table === name);
  // Row-level security binds the owner too, who copies the rows of all tenants.
  if (isForced) await runner.query(`ALTER TABLE ${name} NO FORCE ROW LEVEL SECURITY`);
  for (const { constraint } of keys) await runner.query(`ALTER TABLE ${name} DROP CONSTRAINT ${constraint}`);
  await runner.query(
    isTenants ? `SELECT create_distributed_table($1, 'tenant_id')` : 'SELECT create_reference_table($1)',
    [name],
  );
  for (const { constraint, definition } of keys)
    await runner.query(`ALTER TABLE ${name} ADD CONSTRAINT ${constraint} ${definition}`);
  if (isForced) await runner.query(`ALTER TABLE ${name} FORCE ROW LEVEL SECURITY`);
}

/**
 * Citus reaches other nodes as the role that a statement runs as. Who makes a tenant fills it in the same transaction, and
 * as the same role: the platform's may do what a tenant's may, in the one tenant that it has entered.
 */
async function prepareRoles(runner: QueryRunner): Promise<void> {
  for (const role of Object.values(DATABASE_ROLES)) {
    await runner.query(`
      DO $$ BEGIN
        IF NOT (SELECT rolcanlogin FROM pg_roles WHERE rolname = '${role}') THEN
          ALTER ROLE ${role} LOGIN;
        END IF;
      EXCEPTION WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'an administrator must run: ALTER ROLE ${role} LOGIN';
      END $$`);
  }
  const { tenant, platform } = DATABASE_ROLES;
  await runner.query(`
    DO $$ BEGIN
      IF NOT pg_has_role('${platform}', '${tenant}', 'MEMBER') THEN
        GRANT ${tenant} TO ${platform};
      END IF;
    EXCEPTION WHEN insufficient_privilege THEN
      RAISE EXCEPTION 'an administrator must run: GRANT ${tenant} TO ${platform}';
    END $$`);
}

async function keepProcedure(runner: QueryRunner): Promise<void> {
  const { name, head, body } = ENTER_PROCEDURE;
  const [kept] = (await runner.query(
    `SELECT prosrc FROM pg_proc WHERE proname = $1 AND pronamespace = 'public'::regnamespace`,
    [name],
  )) as { prosrc: string }[];
  if (kept?.prosrc !== body) await runner.query(`CREATE OR REPLACE PROCEDURE ${head} AS $body$${body}$body$`);
}

/** What is left of a cluster where all tables are gone; elsewhere there is none. */
export async function dropProcedure(runner: QueryRunner): Promise<void> {
  await runner.query(`DROP PROCEDURE IF EXISTS ${ENTER_PROCEDURE.name}`);
}
