import { Controller, Get, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { TenantScope } from '../../../kernel/scope.js';
import { Answer, answer } from '../../../http/answers.js';
import { Route } from '../../../http/openapi/route.decorator.js';
import { Body } from '../../../http/request-parts.js';
import { CurrentScope } from '../../../security/current-scope.js';
import { Requires } from '../../../security/decorators.js';
import { OwnerPut } from './dto/owner.requests.js';
import { OwnerResponse } from './dto/owner.response.js';
import { OwnerService } from './owner.service.js';

@ApiTags('Roles')
@Controller('api/v1/tenants/:tenant_id/owner')
export class OwnerController {
  constructor(private readonly owner: OwnerService) {}

  @Get()
  @Requires('roles:read')
  @Route({ summary: 'Read who owns the organization', data: OwnerResponse })
  async getOwner(@CurrentScope() scope: TenantScope): Promise<Answer> {
    return answer(await this.owner.get(scope));
  }

  @Put()
  @Requires('roles:write')
  @Route({
    summary: 'Make a user the owner of the organization',
    description:
      'The user becomes an Admin of the organization as well, and cannot lose that role, be suspended or be deleted while owning it. Whoever was the owner stays an Admin.',
    data: OwnerResponse,
    refusals: { 409: 'The user is suspended.' },
    dryRun: { permissionsOf: () => ({ role: 'organization.admin' }) },
  })
  async putOwner(@CurrentScope() scope: TenantScope, @Body() body: OwnerPut): Promise<Answer> {
    return answer(await this.owner.set(scope, body.user_id));
  }
}
