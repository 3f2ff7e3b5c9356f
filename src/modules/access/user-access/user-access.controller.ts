import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { TenantScope } from '../../../kernel/scope.js';
import { Answer, paged } from '../../../http/answers.js';
import { PageQuery } from '../../../http/fields/query-fields.js';
import { Route } from '../../../http/openapi/route.decorator.js';
import { PathId } from '../../../http/path-id.js';
import { Query } from '../../../http/request-parts.js';
import { CurrentScope } from '../../../security/current-scope.js';
import { Requires } from '../../../security/decorators.js';
import { UserAccessResponse } from './dto/user-access.response.js';
import { UserAccessService } from './user-access.service.js';

@ApiTags('Access')
@Controller('api/v1/tenants/:tenant_id/users/:user_id/access')
export class UserAccessController {
  constructor(private readonly access: UserAccessService) {}

  @Get()
  @Requires('assignments:read')
  @Route({
    summary: 'Every application that a user can use now, with the paths that give it',
    description:
      'Each application once, in the order of their ids, with the exact number of all. A suspended user can use nothing, and nobody a disabled application.',
    page: UserAccessResponse,
  })
  async listUserAccess(
    @CurrentScope() scope: TenantScope,
    @PathId('user_id') userId: string,
    @Query() query: PageQuery,
  ): Promise<Answer> {
    return paged(await this.access.applicationsOf(scope, userId, query.toPageRequest()));
  }
}
