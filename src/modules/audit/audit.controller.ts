import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { mapPage } from '../../kernel/page.js';
import type { PlatformScope, TenantScope } from '../../kernel/scope.js';
import { Answer, paged } from '../../http/answers.js';
import { Route } from '../../http/openapi/route.decorator.js';
import { Query } from '../../http/request-parts.js';
import { CurrentScope } from '../../security/current-scope.js';
import { Requires } from '../../security/decorators.js';
import { AboutApplications } from '../../security/named-applications.js';
import { AuditService } from './audit.service.js';
import { AuditListQuery, PlatformAuditListQuery } from './dto/audit.requests.js';
import { AuditEventResponse, auditEventResponse } from './dto/audit-event.response.js';

function applicationInQuery({ query }: { readonly query: unknown }): unknown[] {
  const { application_id: id } = query as { readonly application_id?: unknown };
  return id === undefined ? [] : [id];
}

@ApiTags('Audit')
@Controller('api/v1')
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  @Get('tenants/:tenant_id/audit-events')
  @Requires('audit:read')
  @AboutApplications(applicationInQuery)
  @Route({ summary: 'List the changes inside a tenant, the newest first', page: AuditEventResponse })
  async listAuditEvents(@CurrentScope() scope: TenantScope, @Query() query: AuditListQuery): Promise<Answer> {
    return paged(mapPage(await this.audit.ofTenant(scope, query, query.toPageRequest()), auditEventResponse));
  }

  @Get('audit-events')
  @Requires('platform')
  @Route({ summary: 'List the changes to tenants and platform clients, the newest first', page: AuditEventResponse })
  async listPlatformAuditEvents(
    @CurrentScope() scope: PlatformScope,
    @Query() query: PlatformAuditListQuery,
  ): Promise<Answer> {
    return paged(mapPage(await this.audit.ofPlatform(scope, query, query.toPageRequest()), auditEventResponse));
  }
}
