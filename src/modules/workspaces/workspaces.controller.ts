import { Controller, Delete, Get, Patch } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { mapPage } from '../../kernel/page.js';
import type { TenantScope } from '../../kernel/scope.js';
import type { ExpectedVersion } from '../../kernel/version.js';
import { Answer, created, paged, resource } from '../../http/answers.js';
import { IfMatch } from '../../http/etag.js';
import { IdempotentPost } from '../../http/posts.js';
import { Route } from '../../http/openapi/route.decorator.js';
import { PathId } from '../../http/path-id.js';
import { Body, Query } from '../../http/request-parts.js';
import { CurrentScope } from '../../security/current-scope.js';
import { Requires } from '../../security/decorators.js';
import { WorkspaceCreate, WorkspaceListQuery, WorkspaceUpdate } from './dto/workspace.requests.js';
import { WorkspaceResponse, workspaceResponse } from './dto/workspace.response.js';
import { WorkspacesService } from './workspaces.service.js';

const TAKEN = { 409: 'The name is taken.' };

@ApiTags('Workspaces')
@Controller('api/v1/tenants/:tenant_id/workspaces')
export class WorkspacesController {
  constructor(private readonly workspaces: WorkspacesService) {}

  @IdempotentPost()
  @Requires('directory:write')
  @Route({ summary: 'Create a workspace', status: 201, data: WorkspaceResponse, versioned: true, refusals: TAKEN })
  async createWorkspace(@CurrentScope() scope: TenantScope, @Body() body: WorkspaceCreate): Promise<Answer> {
    const workspace = await this.workspaces.create(scope, body);
    return created(workspaceResponse(workspace), { createdAs: workspace.id, version: workspace.version });
  }

  @Get()
  @Requires('directory:read')
  @Route({ summary: 'List the workspaces', page: WorkspaceResponse })
  async listWorkspaces(@CurrentScope() scope: TenantScope, @Query() query: WorkspaceListQuery): Promise<Answer> {
    const page = await this.workspaces.list(scope, query, query.toPageRequest());
    return paged(mapPage(page, workspaceResponse));
  }

  @Get(':workspace_id')
  @Requires('directory:read')
  @Route({ summary: 'Read a workspace', data: WorkspaceResponse, versioned: true })
  async getWorkspace(@CurrentScope() scope: TenantScope, @PathId('workspace_id') id: string): Promise<Answer> {
    const workspace = await this.workspaces.get(scope, id);
    return resource(workspaceResponse(workspace), workspace.version);
  }

  @Patch(':workspace_id')
  @Requires('directory:write')
  @Route({
    summary: 'Change a workspace',
    description: 'A JSON merge patch (RFC 7396): what is left out stays, null takes a value away.',
    data: WorkspaceResponse,
    versioned: true,
    refusals: TAKEN,
  })
  async updateWorkspace(
    @CurrentScope() scope: TenantScope,
    @PathId('workspace_id') id: string,
    @IfMatch() expected: ExpectedVersion,
    @Body() body: WorkspaceUpdate,
  ): Promise<Answer> {
    const workspace = await this.workspaces.update(scope, id, expected, body);
    return resource(workspaceResponse(workspace), workspace.version);
  }

  @Delete(':workspace_id')
  @Requires('directory:write')
  @Route({ summary: 'Delete a workspace with its projects and all roles held in them', versioned: true })
  async deleteWorkspace(
    @CurrentScope() scope: TenantScope,
    @PathId('workspace_id') id: string,
    @IfMatch() expected: ExpectedVersion,
  ): Promise<void> {
    await this.workspaces.remove(scope, id, expected);
  }
}
