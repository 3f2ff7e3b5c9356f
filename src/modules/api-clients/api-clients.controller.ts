import { Controller, Delete, Get, Patch } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { ExpectedVersion } from '../../kernel/version.js';
import { mapPage } from '../../kernel/page.js';
import type { Principal } from '../../kernel/principal.js';
import type { TenantScope } from '../../kernel/scope.js';
import { Answer, created, paged, resource } from '../../http/answers.js';
import { IfMatch } from '../../http/etag.js';
import { PageQuery } from '../../http/fields/query-fields.js';
import { IdempotentPost } from '../../http/posts.js';
import { Route } from '../../http/openapi/route.decorator.js';
import { PathId } from '../../http/path-id.js';
import { Body, Query } from '../../http/request-parts.js';
import { CurrentPrincipal, CurrentScope } from '../../security/current-scope.js';
import { Requires } from '../../security/decorators.js';
import { ApiClientsService } from './api-clients.service.js';
import { ApiClientCreate, ApiClientUpdate } from './dto/api-client.requests.js';
import { ApiClientResponse, ApiClientWithSecretResponse, apiClientResponse } from './dto/api-client.response.js';

const NOT_HELD = { 403: 'The token lacks clients:write, or a scope that the client would have.' };

@ApiTags('API clients')
@Controller('api/v1/tenants/:tenant_id/api-clients')
export class ApiClientsController {
  constructor(private readonly clients: ApiClientsService) {}

  @IdempotentPost()
  @Requires('clients:write')
  @Route({
    summary: 'Create an API client; its secret is answered this once',
    status: 201,
    data: ApiClientWithSecretResponse,
    versioned: true,
    refusals: NOT_HELD,
  })
  async createApiClient(
    @CurrentScope() scope: TenantScope,
    @CurrentPrincipal() principal: Principal,
    @Body() body: ApiClientCreate,
  ): Promise<Answer> {
    const { client, secret } = await this.clients.create(scope, principal.allowed, body);
    const data = { ...apiClientResponse(client), client_secret: secret };
    return created(data, { createdAs: client.id, version: client.version });
  }

  @Get()
  @Requires('clients:read')
  @Route({ summary: 'List the API clients', page: ApiClientResponse })
  async listApiClients(@CurrentScope() scope: TenantScope, @Query() query: PageQuery): Promise<Answer> {
    return paged(mapPage(await this.clients.list(scope, query.toPageRequest()), apiClientResponse));
  }

  @Get(':api_client_id')
  @Requires('clients:read')
  @Route({ summary: 'Read an API client', data: ApiClientResponse, versioned: true })
  async getApiClient(@CurrentScope() scope: TenantScope, @PathId('api_client_id') id: string): Promise<Answer> {
    const client = await this.clients.get(scope, id);
    return resource(apiClientResponse(client), client.version);
  }

  @Patch(':api_client_id')
  @Requires('clients:write')
  @Route({
    summary: 'Rename an API client, or set its scopes',
    description: 'Tokens that it already has keep their scopes until they end.',
    data: ApiClientResponse,
    versioned: true,
    refusals: NOT_HELD,
  })
  async updateApiClient(
    @CurrentScope() scope: TenantScope,
    @CurrentPrincipal() principal: Principal,
    @PathId('api_client_id') id: string,
    @IfMatch() expected: ExpectedVersion,
    @Body() body: ApiClientUpdate,
  ): Promise<Answer> {
    const client = await this.clients.update(scope, principal.allowed, id, body, expected);
    return resource(apiClientResponse(client), client.version);
  }

  @IdempotentPost(':api_client_id/rotate')
  @Requires('clients:write')
  @Route({
    summary: 'Give an API client a new secret, answered this once',
    description: 'The old secret gets no more tokens; those it got last until they end.',
    data: ApiClientWithSecretResponse,
    versioned: true,
    refusals: { ...NOT_HELD, 409: 'The client is revoked.' },
  })
  async rotateApiClientSecret(
    @CurrentScope() scope: TenantScope,
    @CurrentPrincipal() principal: Principal,
    @PathId('api_client_id') id: string,
    @IfMatch() expected: ExpectedVersion,
  ): Promise<Answer> {
    const { client, secret } = await this.clients.rotateSecret(scope, principal.allowed, id, expected);
    return resource({ ...apiClientResponse(client), client_secret: secret }, client.version);
  }

  @IdempotentPost(':api_client_id/revoke')
  @Requires('clients:write')
  @Route({
    summary: 'Revoke an API client for good',
    description: 'Its tokens stop working: here at once, at other instances within AUTH_CACHE_SECONDS (5).',
    data: ApiClientResponse,
    versioned: true,
  })
  async revokeApiClient(
    @CurrentScope() scope: TenantScope,
    @PathId('api_client_id') id: string,
    @IfMatch() expected: ExpectedVersion,
  ): Promise<Answer> {
    const client = await this.clients.revoke(scope, id, expected);
    return resource(apiClientResponse(client), client.version);
  }

  @Delete(':api_client_id')
  @Requires('clients:write')
  @Route({ summary: 'Remove an API client; its tokens stop working as if it were revoked', versioned: true })
  async deleteApiClient(
    @CurrentScope() scope: TenantScope,
    @PathId('api_client_id') id: string,
    @IfMatch() expected: ExpectedVersion,
  ): Promise<void> {
    await this.clients.remove(scope, id, expected);
  }
}
