import { statement, type Statement } from '../statement.js';

interface AnswerStatements {
  readonly lock: Statement;
  readonly find: Statement;
  readonly keep: Statement;
  readonly forgetOld: Statement;
}

const HOURS_KEPT = 24;
const YOUNG = `created_at > now() - interval '${HOURS_KEPT} hours'`;

/** $1 is the tenant, or null for the platform, whose table has no such column. */
function answerStatements(table: string, hasTenant: boolean): AnswerStatements {
  const mine = `${hasTenant ? 'tenant_id = $1' : '$1::uuid IS NULL'} AND caller = $2 AND key_digest = $3`;
  const columns = `${hasTenant ? 'tenant_id, ' : ''}caller, key_digest, request_digest, answer`;
  return {
    // Two requests with one key take turns; the lock ends with the transaction.
    lock: statement(`${table}.lock`, `SELECT pg_advisory_xact_lock(hashtextextended('doorlist.answer' || $1, 0))`),
    find: statement(`${table}.find`, `SELECT request_digest, answer FROM ${table} WHERE ${mine} AND ${YOUNG}`),
    keep: statement(
      `${table}.keep`,
      `INSERT INTO ${table} (${columns}) ${hasTenant ? 'VALUES ($1, $2, $3, $4, $5)' : 'SELECT $2, $3, $4, $5 WHERE $1::uuid IS NULL'}
       ON CONFLICT (${hasTenant ? 'tenant_id, ' : ''}caller, key_digest)
       DO UPDATE SET request_digest = excluded.request_digest, answer = excluded.answer, created_at = excluded.created_at`,
    ),
    forgetOld: statement(
      `${table}.forget_old`,
      `DELETE FROM ${table} WHERE ${hasTenant ? 'tenant_id = $1' : '$1::uuid IS NULL'} AND NOT (${YOUNG})`,
    ),
  };
}

/** Of tenants, and of the platform. */
export const TENANT_ANSWERS = answerStatements('idempotency_keys', true);
export const PLATFORM_ANSWERS = answerStatements('platform_idempotency_keys', false);
