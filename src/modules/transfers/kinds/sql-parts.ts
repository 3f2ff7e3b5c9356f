import type { TenantScope } from '../../../kernel/scope.js';
import { actorJson, trailOf, type ChangedRows } from '../../../persistence/audit-statement.js';
import type { BulkSession } from '../../../persistence/bulk/index.js';
import type { Statement } from '../../../persistence/statement.js';
import { stagedStatement } from './staging.js';

/** Whether nothing is wrong with a line, as SQL. */
export function isGood(row: string): string {
  return `NOT EXISTS (SELECT FROM import_bad b WHERE b.line = ${row}.line)`;
}

/**
 * New rows whose external id belongs to another one: in the tenant, or in an earlier line of another name. SELECT of bad
 * rows; `from` has the alias `s`.
 */
export function takenExternalId(rows: { from: string; table: string; nameKey: string }): string {
  const { from, table, nameKey } = rows;
  return `
    SELECT s.line, 'external_id' AS column_name, 'external_id_taken' AS code, s.external_id AS value
      FROM (SELECT s.line, s.external_id,
                   first_value(s.${nameKey}) OVER (PARTITION BY s.external_id ORDER BY s.line) <> s.${nameKey} AS is_other
              FROM ${from} AND s.external_id IS NOT NULL) s
     WHERE s.is_other
        OR EXISTS (SELECT FROM ${table} t WHERE t.tenant_id = $1 AND t.external_id = s.external_id)`;
}

/** Runs the statement that writes the rows. Its values: tenant, actor. */
export async function writeRows(session: BulkSession, scope: TenantScope, write: Statement): Promise<number> {
  const [done] = await session.query<{ written: number }>(write, [scope.tenantId, actorJson(scope)]);
  return done?.written ?? 0;
}

/** For kinds whose lines can only be new or there already. SELECT of no bad rows. */
export const NOTHING_BAD = `SELECT 0::bigint, ''::text, ''::text, ''::text WHERE $1::uuid IS NULL`;

/** Rows that a file has made, which are `added`: what they are called, and as SQL what they are and what they tie together. */
interface CreatedRows {
  readonly resource: string;
  readonly id?: string;
  readonly after: string;
  readonly tied?: ChangedRows['tied'];
}

/** What the trail says of each row that a file has made; the actor is $2. */
export function createdTrail({ resource, id = 'id', after, tied }: CreatedRows): string {
  return trailOf({
    from: 'added',
    action: `${resource}.created`,
    resourceType: resource,
    resourceId: id,
    after,
    ...(tied ? { tied } : {}),
    actor: '$2',
  });
}

/** Rows of a table that hold for a time, and lines that are about the same. All of it is SQL over `held` and `r`. */
interface TimedRows {
  readonly table: string;
  readonly isSame: string;
  readonly resource: string;
  readonly id?: string;
  readonly before: string;
}

/**
 * Takes away what has expired and what a line would make anew: it is in the way of nothing. Such rows are in no set of
 * users. By the index of the rows that hold for a time. Values: tenant, actor.
 */
export function dropExpired({ table, isSame, resource, id = 'id', before }: TimedRows): Statement {
  const trail = trailOf({
    from: 'gone',
    action: `${resource}.deleted`,
    resourceType: resource,
    resourceId: id,
    before,
    actor: '$2',
  });
  return stagedStatement(
    `transfers.drop_expired_${table}`,
    `WITH gone AS (
       DELETE FROM ${table} held USING import_rows r
        WHERE held.tenant_id = $1 AND NOT (held.valid_from IS NULL AND held.valid_until IS NULL) AND held.valid_until <= now()
          AND ${isSame} AND ${isGood('r')}
       RETURNING held.*
     ), trail AS (${trail})
     SELECT count(*)::int AS gone FROM gone`,
  );
}
