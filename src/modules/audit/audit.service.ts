import { Injectable } from '@nestjs/common';
import type { Page, PageRequest } from '../../kernel/page.js';
import type { PlatformScope, TenantScope } from '../../kernel/scope.js';
import { filteredList } from '../../persistence/filter/filtered-list.js';
import { Paginator } from '../../persistence/paginator.js';
import { AuditEvent, PlatformAuditEvent } from './audit-event.entity.js';
import { AUDIT_FILTER, PLATFORM_AUDIT_FILTER } from './audit-filter.read-model.js';
import type { AuditListQuery, PlatformAuditListQuery } from './dto/audit.requests.js';

const LIST = { list: 'audit-events', alias: 'e' } as const;
const NEWEST_FIRST = {
  sort: [{ column: 'seq', type: 'bigint' }],
  descending: true,
} as const;

/** $2 to $7: what both trails are filtered by; null where it does not matter. */
const FILTERED = `
    AND ($2::text IS NULL OR e.resource_type = $2)
    AND ($3::uuid IS NULL OR e.resource_id = $3)
    AND ($4::text IS NULL OR e.actor_id = $4)
    AND ($5::text IS NULL OR e.action = $5)
    AND ($6::timestamptz IS NULL OR e.occurred_at >= $6)
    AND ($7::timestamptz IS NULL OR e.occurred_at < $7)`;

/** Reads the trail of changes, the newest first. It is written by the unit of work, with the changes themselves. */
@Injectable()
export class AuditService {
  constructor(private readonly paginator: Paginator) {}

  /** The changes inside a tenant. */
  async ofTenant(scope: TenantScope, filter: AuditListQuery, request: PageRequest): Promise<Page<AuditEvent>> {
    const parts = {
      ...NEWEST_FIRST,
      catalogue: AUDIT_FILTER,
      from: `FROM audit_events e WHERE e.tenant_id = $1 ${FILTERED}
               AND ($8::uuid IS NULL OR e.user_id = $8)
               AND ($9::uuid IS NULL OR e.group_id = $9)
               AND ($10::uuid IS NULL OR e.application_id = $10)`,
      values: [
        scope.tenantId,
        ...filterValues(filter),
        filter.user_id ?? null,
        filter.group_id ?? null,
        filter.application_id ?? null,
      ],
    };
    return this.paginator.entities(scope, AuditEvent, { ...LIST, ...filteredList(parts, filter) }, request);
  }

  /** The changes to what belongs to no tenant. */
  async ofPlatform(
    scope: PlatformScope,
    filter: PlatformAuditListQuery,
    request: PageRequest,
  ): Promise<Page<PlatformAuditEvent>> {
    const from = `FROM platform_audit_events e WHERE $1::uuid IS NULL ${FILTERED}`;
    const values = [null, ...filterValues(filter)];
    const parts = { ...NEWEST_FIRST, catalogue: PLATFORM_AUDIT_FILTER, from, values };
    return this.paginator.entities(scope, PlatformAuditEvent, { ...LIST, ...filteredList(parts, filter) }, request);
  }
}

function filterValues(filter: PlatformAuditListQuery): (string | null)[] {
  const { resource_type: type, resource_id: id, actor_id: actor, action, from, to } = filter;
  return [type, id, actor, action, from, to].map((value) => value ?? null);
}
