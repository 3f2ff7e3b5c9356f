import { Injectable } from '@nestjs/common';
import type { Page, PageRequest } from '../../kernel/page.js';
import { TenantScope, type AnyScope } from '../../kernel/scope.js';
import { Paginator } from '../../persistence/paginator.js';
import { AuditEvent, PlatformAuditEvent } from './audit-event.entity.js';

/** What events are looked for; what is left out does not matter. */
export interface AuditFilter {
  readonly resource_type?: string | undefined;
  readonly resource_id?: string | undefined;
  readonly actor_id?: string | undefined;
  readonly action?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Reads the trail of changes, the newest first. It is written by the unit of work, with the changes themselves. */
@Injectable()
export class AuditService {
  constructor(private readonly paginator: Paginator) {}

  /** The events of the scope: of one tenant, or of the platform. */
  async list(
    scope: AnyScope,
    filter: AuditFilter,
    request: PageRequest,
  ): Promise<Page<AuditEvent | PlatformAuditEvent>> {
    const ofTenant = scope instanceof TenantScope;
    const query = {
      list: 'audit-events',
      alias: 'e',
      from: `FROM ${ofTenant ? 'audit_events' : 'platform_audit_events'} e
              WHERE ${ofTenant ? 'e.tenant_id = $1' : '$1::uuid IS NULL'}
                AND ($2::text IS NULL OR e.resource_type = $2)
                AND ($3::uuid IS NULL OR e.resource_id = $3)
                AND ($4::text IS NULL OR e.actor_id = $4)
                AND ($5::text IS NULL OR e.action = $5)
                AND ($6::timestamptz IS NULL OR e.occurred_at >= $6)
                AND ($7::timestamptz IS NULL OR e.occurred_at < $7)`,
      values: [
        ofTenant ? scope.tenantId : null,
        filter.resource_type ?? null,
        filter.resource_id ?? null,
        filter.actor_id ?? null,
        filter.action ?? null,
        filter.from ?? null,
        filter.to ?? null,
      ],
      sort: [{ column: 'seq', type: 'bigint' }],
      descending: true,
    } as const;
    return ofTenant
      ? this.paginator.entities(scope, AuditEvent, query, request)
      : this.paginator.entities(scope, PlatformAuditEvent, query, request);
  }
}
