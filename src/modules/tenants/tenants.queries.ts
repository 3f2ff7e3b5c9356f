import { batchStatement } from '../../persistence/in-batches.js';
import { plannedOnce, statement, type Statement } from '../../persistence/statement.js';

/** The tables of a tenant that grow with its people, those that others point at last. */
const TABLES = [
  'user_sets',
  'organization_owners',
  'organization_members',
  'role_assignments',
  'roles',
  'assignments',
  'group_members',
  'rule_members',
  'group_closure',
  'group_nestings',
  'users',
  'groups',
];

/**
 * Empties a tenant table by table, a batch a statement: the one cascade from `tenants` would take a statement of minutes.
 * Each answers how many rows it removed. Values: tenant.
 */
export const EMPTY_TENANT: readonly Statement[] = TABLES.map((table) =>
  batchStatement(
    `tenants.empty_${table}`,
    (nextBatch) => `WITH gone AS (
       DELETE FROM ${table} WHERE ${nextBatch(table, 'tenant_id = $1')}
       RETURNING 1
     ) SELECT count(*)::int AS removed FROM gone`,
  ),
);

/** Keeps others from making users until the transaction ends. Values: tenant. */
export const LOCK_ORDINALS = statement(
  'tenants.lock_ordinals',
  `SELECT next_ordinal FROM user_ordinals WHERE tenant_id = $1 FOR UPDATE`,
);

const RULES = `hashtextextended('doorlist.rules', hashtext($1::uuid::text))`;

/**
 * Waits until no user of the tenant is being changed, and keeps all from being changed until the transaction ends, so
 * that rules can be changed without missing anybody. Nobody who reads waits. Values: tenant.
 */
export const LOCK_RULES = statement('tenants.lock_rules', `SELECT pg_advisory_xact_lock(${RULES})`);

/**
 * Keeps the rules of the tenant ($1) as they are until the transaction ends; others who change users do not wait. As a condition,
 * which is true: for the statement that a user is made with, too.
 */
export const RULES_SHARED = `pg_advisory_xact_lock_shared(${RULES}) IS NOT NULL`;

/** The same by itself. It is taken after the lock on the user and before those on sets of users. Values: tenant. */
export const SHARE_RULES = plannedOnce(statement('tenants.share_rules', `SELECT ${RULES_SHARED}`));

/** Values: slug. */
export const FIND_BY_SLUG = statement('tenants.find_by_slug', `SELECT id FROM tenants WHERE slug = $1`);
