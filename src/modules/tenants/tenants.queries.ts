import { statement, type Statement } from '../../persistence/statement.js';

/** Rows that one statement removes: a second's work or two, so that no time limit of statements is met. */
export const BATCH = 20_000;

/** The tables of a tenant that grow with its people, those that others point at last. */
const TABLES = ['user_sets', 'assignments', 'group_members', 'group_closure', 'group_nestings', 'users', 'groups'];

/**
 * Empties a tenant table by table, a batch a statement: the one cascade from `tenants` would take a statement of minutes.
 * Each answers how many rows it removed: fewer than BATCH when there are no more. Values: tenant.
 */
export const EMPTY_TENANT: readonly Statement[] = TABLES.map((table) =>
  statement(
    `tenants.empty_${table}`,
    `WITH gone AS (
       DELETE FROM ${table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${table} WHERE tenant_id = $1 LIMIT ${BATCH}))
       RETURNING 1
     ) SELECT count(*)::int AS removed FROM gone`,
  ),
);
