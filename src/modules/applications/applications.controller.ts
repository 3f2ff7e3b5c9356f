import { Controller, Delete, Get, Patch } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { ExpectedVersion } from '../../kernel/version.js';
import { mapPage } from '../../kernel/page.js';
import type { TenantScope } from '../../kernel/scope.js';
import { Answer, created, paged, resource } from '../../http/answers.js';
import { IfMatch } from '../../http/etag.js';
import { IdempotentPost } from '../../http/posts.js';
import { pathId, type ReachOf } from '../../http/dry-run/reach.js';
import { Route } from '../../http/openapi/route.decorator.js';
import { PathId } from '../../http/path-id.js';
import { Body, Query } from '../../http/request-parts.js';
import { CurrentScope } from '../../security/current-scope.js';
import { Requires } from '../../security/decorators.js';
import { ApplicationCreate, ApplicationListQuery, ApplicationUpdate } from './dto/application.requests.js';
import { ApplicationResponse, applicationResponse } from './dto/application.response.js';
import { ApplicationsService } from './applications.service.js';

const TAKEN = { 409: 'The client_id is taken.' };

/** Whoever can use the application. */
const REACH: ReachOf = (request) => ({ applications: pathId(request, 'application_id') });

@ApiTags('Applications')
@Controller('api/v1/tenants/:tenant_id/applications')
export class ApplicationsController {
  constructor(private readonly applications: ApplicationsService) {}

  @IdempotentPost()
  @Requires('applications:write')
  @Route({ summary: 'Create an application', status: 201, data: ApplicationResponse, versioned: true, refusals: TAKEN })
  async createApplication(@CurrentScope() scope: TenantScope, @Body() body: ApplicationCreate): Promise<Answer> {
    const application = await this.applications.create(scope, body);
    return created(applicationResponse(application), { createdAs: application.id, version: application.version });
  }

  @Get()
  @Requires('applications:read')
  @Route({ summary: 'List the applications', page: ApplicationResponse })
  async listApplications(@CurrentScope() scope: TenantScope, @Query() query: ApplicationListQuery): Promise<Answer> {
    return paged(mapPage(await this.applications.list(scope, query, query.toPageRequest()), applicationResponse));
  }

  @Get(':application_id')
  @Requires('applications:read')
  @Route({ summary: 'Read an application', data: ApplicationResponse, versioned: true })
  async getApplication(@CurrentScope() scope: TenantScope, @PathId('application_id') id: string): Promise<Answer> {
    const application = await this.applications.get(scope, id);
    return resource(applicationResponse(application), application.version);
  }

  @Patch(':application_id')
  @Requires('applications:write')
  @Route({
    summary: 'Change an application',
    description: 'A JSON merge patch (RFC 7396): what is left out stays, null takes a value away.',
    data: ApplicationResponse,
    versioned: true,
    refusals: TAKEN,
    dryRun: REACH,
  })
  async updateApplication(
    @CurrentScope() scope: TenantScope,
    @PathId('application_id') id: string,
    @IfMatch() expected: ExpectedVersion,
    @Body() body: ApplicationUpdate,
  ): Promise<Answer> {
    const application = await this.applications.update(scope, id, expected, body);
    return resource(applicationResponse(application), application.version);
  }

  @Delete(':application_id')
  @Requires('applications:write')
  @Route({ summary: 'Delete an application with its assignments', versioned: true, dryRun: REACH })
  async deleteApplication(
    @CurrentScope() scope: TenantScope,
    @PathId('application_id') id: string,
    @IfMatch() expected: ExpectedVersion,
  ): Promise<void> {
    await this.applications.remove(scope, id, expected);
  }
}
