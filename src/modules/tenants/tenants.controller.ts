import { Controller, Delete, Get, Patch } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { ExpectedVersion } from '../../kernel/version.js';
import type { PlatformScope } from '../../kernel/scope.js';
import { mapPage } from '../../kernel/page.js';
import { Answer, created, paged, resource } from '../../http/answers.js';
import { wholeTenant } from '../../http/dry-run/reach.js';
import { IfMatch } from '../../http/etag.js';
import { IdempotentPost } from '../../http/posts.js';
import { Route } from '../../http/openapi/route.decorator.js';
import { PathId } from '../../http/path-id.js';
import { Body, Query } from '../../http/request-parts.js';
import { CurrentScope } from '../../security/current-scope.js';
import { Requires } from '../../security/decorators.js';
import { TenantCreate, TenantListQuery, TenantUpdate } from './dto/tenant.requests.js';
import { TenantResponse, tenantResponse } from './dto/tenant.response.js';
import { TenantsService } from './tenants.service.js';

@ApiTags('Tenants')
@Requires('platform')
@Controller('api/v1/tenants')
export class TenantsController {
  constructor(private readonly tenants: TenantsService) {}

  @IdempotentPost()
  @Route({
    summary: 'Create a tenant',
    status: 201,
    data: TenantResponse,
    versioned: true,
    refusals: { 409: 'The slug is taken.' },
  })
  async createTenant(@CurrentScope() scope: PlatformScope, @Body() body: TenantCreate): Promise<Answer> {
    const tenant = await this.tenants.create(scope, body);
    return created(tenantResponse(tenant), { createdAs: tenant.id, version: tenant.version });
  }

  @Get()
  @Route({ summary: 'List the tenants', page: TenantResponse })
  async listTenants(@CurrentScope() scope: PlatformScope, @Query() query: TenantListQuery): Promise<Answer> {
    return paged(mapPage(await this.tenants.list(scope, query.toPageRequest()), tenantResponse));
  }

  @Get(':tenant_id')
  @Route({
    summary: 'Read a tenant',
    data: TenantResponse,
    versioned: true,
    refusals: { 404: 'There is no such tenant.' },
  })
  async getTenant(@CurrentScope() scope: PlatformScope, @PathId('tenant_id') id: string): Promise<Answer> {
    const tenant = await this.tenants.get(scope, id);
    return resource(tenantResponse(tenant), tenant.version);
  }

  @Patch(':tenant_id')
  @Route({
    summary: 'Change a tenant',
    dryRun: wholeTenant,
    data: TenantResponse,
    versioned: true,
    refusals: { 404: 'There is no such tenant.' },
  })
  async updateTenant(
    @CurrentScope() scope: PlatformScope,
    @PathId('tenant_id') id: string,
    @IfMatch() expected: ExpectedVersion,
    @Body() body: TenantUpdate,
  ): Promise<Answer> {
    const tenant = await this.tenants.update(scope, id, expected, body);
    return resource(tenantResponse(tenant), tenant.version);
  }

  @Delete(':tenant_id')
  @Route({
    summary: 'Delete a tenant and everything in it',
    dryRun: wholeTenant,
    versioned: true,
    refusals: { 404: 'There is no such tenant.' },
  })
  async deleteTenant(
    @CurrentScope() scope: PlatformScope,
    @PathId('tenant_id') id: string,
    @IfMatch() expected: ExpectedVersion,
  ): Promise<void> {
    await this.tenants.remove(scope, id, expected);
  }
}
