import { Controller, Delete, Get, Patch } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { mapPage } from '../../../kernel/page.js';
import type { TenantScope } from '../../../kernel/scope.js';
import type { ExpectedVersion } from '../../../kernel/version.js';
import { Answer, created, paged, resource } from '../../../http/answers.js';
import { IfMatch } from '../../../http/etag.js';
import { IdempotentPost } from '../../../http/posts.js';
import { Route } from '../../../http/openapi/route.decorator.js';
import { PathId } from '../../../http/path-id.js';
import { Body, Query } from '../../../http/request-parts.js';
import { CurrentScope } from '../../../security/current-scope.js';
import { Requires } from '../../../security/decorators.js';
import { ProjectCreate, ProjectListQuery, ProjectUpdate } from '../dto/project.requests.js';
import { ProjectResponse, projectResponse } from '../dto/project.response.js';
import { ProjectsService } from './projects.service.js';

const TAKEN = { 409: 'The name is taken in this workspace.' };

@ApiTags('Workspaces')
@Controller('api/v1/tenants/:tenant_id/workspaces/:workspace_id/projects')
export class ProjectsController {
  constructor(private readonly projects: ProjectsService) {}

  @IdempotentPost()
  @Requires('directory:write')
  @Route({ summary: 'Create a project', status: 201, data: ProjectResponse, versioned: true, refusals: TAKEN })
  async createProject(
    @CurrentScope() scope: TenantScope,
    @PathId('workspace_id') workspaceId: string,
    @Body() body: ProjectCreate,
  ): Promise<Answer> {
    const project = await this.projects.create(scope, workspaceId, body);
    return created(projectResponse(project), { createdAs: project.id, version: project.version });
  }

  @Get()
  @Requires('directory:read')
  @Route({ summary: 'List the projects of a workspace', page: ProjectResponse })
  async listProjects(
    @CurrentScope() scope: TenantScope,
    @PathId('workspace_id') workspaceId: string,
    @Query() query: ProjectListQuery,
  ): Promise<Answer> {
    const page = await this.projects.list(scope, workspaceId, query, query.toPageRequest());
    return paged(mapPage(page, projectResponse));
  }

  @Get(':project_id')
  @Requires('directory:read')
  @Route({ summary: 'Read a project', data: ProjectResponse, versioned: true })
  async getProject(
    @CurrentScope() scope: TenantScope,
    @PathId('workspace_id') workspaceId: string,
    @PathId('project_id') id: string,
  ): Promise<Answer> {
    const project = await this.projects.get(scope, workspaceId, id);
    return resource(projectResponse(project), project.version);
  }

  @Patch(':project_id')
  @Requires('directory:write')
  @Route({
    summary: 'Change a project',
    description: 'A JSON merge patch (RFC 7396): what is left out stays, null takes a value away.',
    data: ProjectResponse,
    versioned: true,
    refusals: TAKEN,
  })
  async updateProject(
    @CurrentScope() scope: TenantScope,
    @PathId('workspace_id') workspaceId: string,
    @PathId('project_id') id: string,
    @IfMatch() expected: ExpectedVersion,
    @Body() body: ProjectUpdate,
  ): Promise<Answer> {
    const project = await this.projects.update(scope, workspaceId, id, expected, body);
    return resource(projectResponse(project), project.version);
  }

  @Delete(':project_id')
  @Requires('directory:write')
  @Route({ summary: 'Delete a project and all roles held in it', versioned: true })
  async deleteProject(
    @CurrentScope() scope: TenantScope,
    @PathId('workspace_id') workspaceId: string,
    @PathId('project_id') id: string,
    @IfMatch() expected: ExpectedVersion,
  ): Promise<void> {
    await this.projects.remove(scope, workspaceId, id, expected);
  }
}
