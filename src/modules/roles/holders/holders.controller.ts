import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { TenantScope } from '../../../kernel/scope.js';
import { Answer, paged } from '../../../http/answers.js';
import { Route } from '../../../http/openapi/route.decorator.js';
import { PathId } from '../../../http/path-id.js';
import { Query } from '../../../http/request-parts.js';
import { CurrentScope } from '../../../security/current-scope.js';
import { Requires } from '../../../security/decorators.js';
import { PermissionHolderResponse } from './dto/holder.response.js';
import { PermissionHoldersQuery } from './dto/holders.requests.js';
import { PermissionHoldersService } from './holders.service.js';

@ApiTags('Roles')
@Controller('api/v1/tenants/:tenant_id/applications/:application_id/permissions/holders')
export class PermissionHoldersController {
  constructor(private readonly holders: PermissionHoldersService) {}

  @Get()
  @Requires('roles:read')
  @Route({
    summary: 'Every user who holds a permission in an application, directly or through a group',
    description:
      'Each active user once who has a role of the application with this permission or `*`, through groups nested to any depth, with the exact number of all. Whether the user can use the application does not matter here.',
    page: PermissionHolderResponse,
  })
  async listPermissionHolders(
    @CurrentScope() scope: TenantScope,
    @PathId('application_id') applicationId: string,
    @Query() query: PermissionHoldersQuery,
  ): Promise<Answer> {
    return paged(await this.holders.list(scope, applicationId, query, query.toPageRequest()));
  }
}
