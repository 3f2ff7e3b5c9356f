import { Controller, Get, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { TenantScope } from '../../../kernel/scope.js';
import { Leaving } from '../../../http/leaving.js';
import { Route } from '../../../http/openapi/route.decorator.js';
import { Query } from '../../../http/request-parts.js';
import { CurrentScope } from '../../../security/current-scope.js';
import { Requires } from '../../../security/decorators.js';
import { ExportQuery } from '../dto/import.requests.js';
import { CONTENT_TYPES, type TransferKind } from '../transfer-kinds.js';
import { EXPORT_EXAMPLES } from './export-examples.js';
import { ExportsService } from './exports.service.js';

@ApiTags('Imports and exports')
@Controller('api/v1/tenants/:tenant_id/exports')
export class ExportsController {
  constructor(private readonly exports: ExportsService) {}

  @Get('users')
  @Requires('directory:read')
  @Route({ summary: 'Export all users', file: EXPORT_EXAMPLES.users })
  async exportUsers(
    @CurrentScope() scope: TenantScope,
    @Query() query: ExportQuery,
    @Leaving() leaving: AbortSignal,
  ): Promise<StreamableFile> {
    return this.#file(scope, 'users', query, leaving);
  }

  @Get('groups')
  @Requires('directory:read')
  @Route({ summary: 'Export all groups', file: EXPORT_EXAMPLES.groups })
  async exportGroups(
    @CurrentScope() scope: TenantScope,
    @Query() query: ExportQuery,
    @Leaving() leaving: AbortSignal,
  ): Promise<StreamableFile> {
    return this.#file(scope, 'groups', query, leaving);
  }

  @Get('memberships')
  @Requires('directory:read')
  @Route({ summary: 'Export all memberships', file: EXPORT_EXAMPLES.memberships })
  async exportMemberships(
    @CurrentScope() scope: TenantScope,
    @Query() query: ExportQuery,
    @Leaving() leaving: AbortSignal,
  ): Promise<StreamableFile> {
    return this.#file(scope, 'memberships', query, leaving);
  }

  @Get('nestings')
  @Requires('directory:read')
  @Route({ summary: 'Export all nestings', file: EXPORT_EXAMPLES.nestings })
  async exportNestings(
    @CurrentScope() scope: TenantScope,
    @Query() query: ExportQuery,
    @Leaving() leaving: AbortSignal,
  ): Promise<StreamableFile> {
    return this.#file(scope, 'nestings', query, leaving);
  }

  @Get('applications')
  @Requires('applications:read')
  @Route({ summary: 'Export all applications', file: EXPORT_EXAMPLES.applications })
  async exportApplications(
    @CurrentScope() scope: TenantScope,
    @Query() query: ExportQuery,
    @Leaving() leaving: AbortSignal,
  ): Promise<StreamableFile> {
    return this.#file(scope, 'applications', query, leaving);
  }

  @Get('assignments')
  @Requires('assignments:read')
  @Route({ summary: 'Export all assignments', file: EXPORT_EXAMPLES.assignments })
  async exportAssignments(
    @CurrentScope() scope: TenantScope,
    @Query() query: ExportQuery,
    @Leaving() leaving: AbortSignal,
  ): Promise<StreamableFile> {
    return this.#file(scope, 'assignments', query, leaving);
  }

  async #file(
    scope: TenantScope,
    kind: TransferKind,
    { format = 'csv' }: ExportQuery,
    leaving: AbortSignal,
  ): Promise<StreamableFile> {
    const stream = await this.exports.open(scope, kind, format, leaving);
    const type = format === 'csv' ? `${CONTENT_TYPES.csv}; charset=utf-8; header=present` : CONTENT_TYPES.ndjson;
    return new StreamableFile(stream, { type, disposition: `attachment; filename="${kind}.${format}"` });
  }
}
