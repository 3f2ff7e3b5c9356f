import type { EntityManager } from 'typeorm';
import { newId } from '../kernel/ids.js';
import { TenantScope, type AnyScope } from '../kernel/scope.js';

/** One change, as it is written to the audit trail: what was done to what, and how it was before and after. */
export interface AuditRecord {
  /** `<resource>.<past participle>`, such as `user.created`. */
  readonly action: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly before?: object | null;
  readonly after?: object | null;
}

/**
 * Writes records in the order given, in the transaction that made the changes. `seq` comes from the database while the
 * changed rows are still locked, so for one resource the order of the trail is the order of the changes.
 */
export async function writeAuditRecords(
  manager: EntityManager,
  scope: AnyScope,
  records: readonly AuditRecord[],
): Promise<void> {
  if (records.length === 0) return;
  const tenant = scope instanceof TenantScope ? scope.tenantId : null;
  const table = tenant === null ? 'platform_audit_events' : 'audit_events';
  const rows = records.map((record) => ({
    id: newId(),
    action: record.action,
    resource_type: record.resourceType,
    resource_id: record.resourceId,
    before: record.before ?? null,
    after: record.after ?? null,
  }));
  const { actor } = scope;
  const common = [actor.type, actor.id, actor.clientId, scope.requestId];
  await manager.query(
    `INSERT INTO ${table} (${tenant === null ? '' : 'tenant_id, '}id, actor_type, actor_id, client_id, request_id,
                           action, resource_type, resource_id, before, after)
     SELECT ${tenant === null ? '' : '$6::uuid, '}r.id, $2, $3, $4, $5, r.action, r.resource_type, r.resource_id, r.before, r.after
       FROM ROWS FROM (jsonb_to_recordset($1::jsonb) AS (id uuid, action text, resource_type text, resource_id uuid,
                                                         before jsonb, after jsonb))
            WITH ORDINALITY AS r(id, action, resource_type, resource_id, before, after, ord)
      ORDER BY r.ord`,
    tenant === null ? [JSON.stringify(rows), ...common] : [JSON.stringify(rows), ...common, tenant],
  );
}
