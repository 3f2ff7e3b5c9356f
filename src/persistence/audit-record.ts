import { newId } from '../kernel/ids.js';
import { TenantScope, type AnyScope } from '../kernel/scope.js';
import { ACTOR_COLUMNS, CONCERN_COLUMNS, actorFrom, actorJson, concernsOf } from './audit-statement.js';
import { plannedOnce, statement, type Statement } from './statement.js';

/** One change, as it is written to the audit trail: what was done to what, and how it was before and after. */
export interface AuditRecord {
  /** `<resource>.<past participle>`, such as `user.created`. */
  readonly action: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly before?: object | null;
  readonly after?: object | null;
}

const RECORD_COLUMNS = 'id, action, resource_type, resource_id, before, after';
const RECORD = { resourceType: 'resource_type', resourceId: 'resource_id', before: 'before', after: 'after' };

/** One each for the tenants and for the platform: the records are a value. */
const WRITE = {
  tenant: plannedOnce(
    statement(
      'audit.write',
      insertInto('audit_events', `tenant_id, ${CONCERN_COLUMNS}, `, `$3::uuid, ${concernsOf(RECORD)}, `),
    ),
  ),
  platform: plannedOnce(statement('audit.write_platform', insertInto('platform_audit_events', '', ''))),
} as const;

/**
 * What writes records in the order given, in the transaction that made the changes. `seq` comes from the database while the
 * changed rows are still locked, so for one resource the order of the trail is the order of the changes.
 */
export function auditStatement(
  scope: AnyScope,
  records: readonly AuditRecord[],
): { statement: Statement; values: unknown[] } {
  const rows = records.map((record) => ({
    id: newId(),
    action: record.action,
    resource_type: record.resourceType,
    resource_id: record.resourceId,
    before: record.before ?? null,
    after: record.after ?? null,
  }));
  const values = [JSON.stringify(rows), actorJson(scope)];
  return scope instanceof TenantScope
    ? { statement: WRITE.tenant, values: [...values, scope.tenantId] }
    : { statement: WRITE.platform, values };
}

function insertInto(table: string, moreColumns: string, moreValues: string): string {
  return `INSERT INTO ${table} (${moreColumns}${ACTOR_COLUMNS}, ${RECORD_COLUMNS})
    SELECT ${moreValues}${actorFrom('$2')}, ${RECORD_COLUMNS}
      FROM ROWS FROM (jsonb_to_recordset($1::jsonb) AS (id uuid, action text, resource_type text, resource_id uuid,
                                                        before jsonb, after jsonb))
           WITH ORDINALITY AS r(${RECORD_COLUMNS}, place)
     ORDER BY r.place
    RETURNING seq`;
}
