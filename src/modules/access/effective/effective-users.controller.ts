import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { TenantScope } from '../../../kernel/scope.js';
import { Answer, paged } from '../../../http/answers.js';
import { Route } from '../../../http/openapi/route.decorator.js';
import { PathId } from '../../../http/path-id.js';
import { Query } from '../../../http/request-parts.js';
import { CurrentScope } from '../../../security/current-scope.js';
import { Requires } from '../../../security/decorators.js';
import { EffectiveUserResponse } from './dto/effective-user.response.js';
import { EffectiveUsersQuery } from './dto/effective-users.requests.js';
import { EffectiveUsersService } from './effective-users.service.js';

@ApiTags('Access')
@Controller('api/v1/tenants/:tenant_id/applications/:application_id/effective-users')
export class EffectiveUsersController {
  constructor(private readonly effective: EffectiveUsersService) {}

  @Get()
  @Requires('assignments:read')
  @Route({
    summary: 'Every user with access, directly or through a group',
    description:
      'Each active user once, through groups nested to any depth, by assignments and memberships that hold now, with the exact number of all. Nobody has access to a disabled application.',
    page: EffectiveUserResponse,
    dict: true,
  })
  async getApplicationEffectiveUsers(
    @CurrentScope() scope: TenantScope,
    @PathId('application_id') applicationId: string,
    @Query() query: EffectiveUsersQuery,
  ): Promise<Answer> {
    return paged(await this.effective.list(scope, applicationId, query, query.toPageRequest()));
  }
}
