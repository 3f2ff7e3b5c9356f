import { Controller, Delete, Get, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { TenantScope } from '../../../kernel/scope.js';
import { Answer, paged, put } from '../../../http/answers.js';
import { PageQuery } from '../../../http/fields/query-fields.js';
import { pathId, type ReachOf } from '../../../http/dry-run/reach.js';
import { Route } from '../../../http/openapi/route.decorator.js';
import { PathId } from '../../../http/path-id.js';
import { Query } from '../../../http/request-parts.js';
import { CurrentScope } from '../../../security/current-scope.js';
import { Requires } from '../../../security/decorators.js';
import { NestedGroupResponse, NestingResponse } from '../dto/group.responses.js';
import { NestingsService } from './nestings.service.js';

/** Whatever is assigned to the outer group or around it. */
const REACH: ReachOf = (request) => ({ groups: pathId(request, 'group_id') });

@ApiTags('Groups')
@Controller('api/v1/tenants/:tenant_id/groups/:group_id/groups')
export class NestingsController {
  constructor(private readonly nestings: NestingsService) {}

  @Get()
  @Requires('directory:read')
  @Route({ summary: 'List the groups directly inside a group', page: NestedGroupResponse })
  async listNestedGroups(
    @CurrentScope() scope: TenantScope,
    @PathId('group_id') groupId: string,
    @Query() query: PageQuery,
  ): Promise<Answer> {
    return paged(await this.nestings.list(scope, groupId, query.toPageRequest()));
  }

  @Put(':child_id')
  @Requires('directory:write')
  @Route({
    summary: 'Put a group into a group',
    description: 'Whoever is in the child is then in the parent. 201 where it was not in it, 200 where it was.',
    data: NestingResponse,
    alsoCreates: true,
    dryRun: REACH,
    refusals: { 409: 'The nesting would close a cycle; `detail` shows it.' },
  })
  async putNestedGroup(
    @CurrentScope() scope: TenantScope,
    @PathId('group_id') parentId: string,
    @PathId('child_id') childId: string,
  ): Promise<Answer> {
    const { nesting, isNew } = await this.nestings.put(scope, parentId, childId);
    return put(nesting, isNew);
  }

  @Delete(':child_id')
  @Requires('directory:write')
  @Route({ summary: 'Take a group out of a group', dryRun: REACH })
  async removeNestedGroup(
    @CurrentScope() scope: TenantScope,
    @PathId('group_id') parentId: string,
    @PathId('child_id') childId: string,
  ): Promise<void> {
    await this.nestings.remove(scope, parentId, childId);
  }
}
