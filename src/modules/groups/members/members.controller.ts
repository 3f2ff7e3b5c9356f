import { Body, Controller, Delete, Get, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { TenantScope } from '../../../kernel/scope.js';
import { PageQuery } from '../../../http/fields/query-fields.js';
import { Answer, answer, paged, put } from '../../../http/answers.js';
import { IdempotentPost } from '../../../http/idempotent-post.js';
import { bodyIds, pathId, type ReachOf } from '../../../http/dry-run/reach.js';
import { Route } from '../../../http/openapi/route.decorator.js';
import { PathId } from '../../../http/path-id.js';
import { CurrentScope } from '../../../security/current-scope.js';
import { Requires } from '../../../security/decorators.js';
import { MemberListQuery, MembersAdd } from '../dto/group.requests.js';
import { MemberResponse, MembersAddedResponse, MembershipResponse, UserGroupResponse } from '../dto/group.responses.js';
import { MembersService } from './members.service.js';

/** Whatever is assigned to the group or around it, of the users that are named. */
const REACH: ReachOf = (request) => ({
  groups: pathId(request, 'group_id'),
  onlyUsers: [...pathId(request, 'user_id'), ...bodyIds(request, 'user_ids')],
});

@ApiTags('Groups')
@Controller('api/v1/tenants/:tenant_id')
export class MembersController {
  constructor(private readonly members: MembersService) {}

  @Get('groups/:group_id/members')
  @Requires('directory:read')
  @Route({ summary: 'List the members of a group', page: MemberResponse })
  async listMembers(
    @CurrentScope() scope: TenantScope,
    @PathId('group_id') groupId: string,
    @Query() query: MemberListQuery,
  ): Promise<Answer> {
    return paged(await this.members.list(scope, groupId, query.transitive ?? false, query.toPageRequest()));
  }

  @IdempotentPost('groups/:group_id/members')
  @Requires('directory:write')
  @Route({ summary: 'Add users to a group, all or none', data: MembersAddedResponse, dryRun: REACH })
  async addMembers(
    @CurrentScope() scope: TenantScope,
    @PathId('group_id') groupId: string,
    @Body() body: MembersAdd,
  ): Promise<Answer> {
    return answer(await this.members.add(scope, groupId, body.user_ids));
  }

  @Put('groups/:group_id/members/:user_id')
  @Requires('directory:write')
  @Route({
    summary: 'Put a user into a group',
    description: '201 where the user was not in it, 200 where it was.',
    data: MembershipResponse,
    alsoCreates: true,
    dryRun: REACH,
  })
  async putMember(
    @CurrentScope() scope: TenantScope,
    @PathId('group_id') groupId: string,
    @PathId('user_id') userId: string,
  ): Promise<Answer> {
    const { membership, isNew } = await this.members.put(scope, groupId, userId);
    return put(membership, isNew);
  }

  @Delete('groups/:group_id/members/:user_id')
  @Requires('directory:write')
  @Route({ summary: 'Take a user out of a group', dryRun: REACH })
  async removeMember(
    @CurrentScope() scope: TenantScope,
    @PathId('group_id') groupId: string,
    @PathId('user_id') userId: string,
  ): Promise<void> {
    await this.members.remove(scope, groupId, userId);
  }

  @Get('users/:user_id/groups')
  @Requires('directory:read')
  @Route({ summary: 'List the groups of a user, direct and inherited', page: UserGroupResponse })
  async listGroupsOfUser(
    @CurrentScope() scope: TenantScope,
    @PathId('user_id') userId: string,
    @Query() query: PageQuery,
  ): Promise<Answer> {
    return paged(await this.members.groupsOf(scope, userId, query.toPageRequest()));
  }
}
