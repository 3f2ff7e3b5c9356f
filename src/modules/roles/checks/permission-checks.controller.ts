import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { TenantScope } from '../../../kernel/scope.js';
import { Answer, answer } from '../../../http/answers.js';
import { ReadingPost } from '../../../http/posts.js';
import { TakesLongUrl } from '../../../http/long-urls.js';
import { Route } from '../../../http/openapi/route.decorator.js';
import { Body, Query } from '../../../http/request-parts.js';
import { CurrentScope } from '../../../security/current-scope.js';
import { Requires } from '../../../security/decorators.js';
import { AboutApplications } from '../../../security/named-applications.js';
import { PermissionCheckBody, PermissionCheckQuery, namesInQuery } from './dto/permission-check.requests.js';
import { PermissionCheckResponse } from './dto/permission-check.response.js';
import { PermissionChecksService } from './permission-checks.service.js';
import { readResource, readResources } from './resources.js';

const ANSWER = {
  description:
    'By the roles that the user holds, directly and through nested groups: a role counts in its own scope, those of an Admin of the organization everywhere, those of an Admin of a workspace in its projects too. What the tenant does not have is false; so is everything for a suspended user.',
  data: PermissionCheckResponse,
} as const;

@ApiTags('Roles')
@Requires('roles:read')
@Controller('api/v1/tenants/:tenant_id/permissions/check')
export class PermissionChecksController {
  constructor(private readonly checks: PermissionChecksService) {}

  @Get()
  @TakesLongUrl()
  @AboutApplications(({ query }) => applicationsAmong(namesInQuery((query as { resources?: unknown }).resources)))
  @Route({ summary: 'Whether a user may do something to resources, up to 1,000 at once', ...ANSWER })
  async checkPermission(@CurrentScope() scope: TenantScope, @Query() query: PermissionCheckQuery): Promise<Answer> {
    return this.#answer(scope, query, 'query');
  }

  @ReadingPost()
  @AboutApplications(({ body }) => applicationsAmong((body as { resources?: unknown } | undefined)?.resources))
  @Route({
    summary: 'The same with the question in the body, where long URLs do not pass; it changes nothing',
    status: 200,
    ...ANSWER,
  })
  async checkPermissionInBody(@CurrentScope() scope: TenantScope, @Body() body: PermissionCheckBody): Promise<Answer> {
    return this.#answer(scope, body, 'body');
  }

  async #answer(
    scope: TenantScope,
    { user_id: userId, action, resources, explain = false }: PermissionCheckQuery | PermissionCheckBody,
    at: 'query' | 'body',
  ): Promise<Answer> {
    return answer(await this.checks.check(scope, { userId, action, resources: readResources(resources, at), explain }));
  }
}

/** The ids of the applications where all of the resources are applications, else one that is none. */
function applicationsAmong(names: unknown): unknown[] {
  if (!Array.isArray(names)) return [];
  return names.map(readResource).map((resource) => (resource?.kind === 'application' ? resource.id : null));
}
