import { Controller, Delete, Get, Patch, Put } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { TenantScope } from '../../../kernel/scope.js';
import { validityOf } from '../../../kernel/validity.js';
import { PageQuery } from '../../../http/fields/query-fields.js';
import { Answer, answer, paged, put } from '../../../http/answers.js';
import { IdempotentPost } from '../../../http/posts.js';
import { bodyIds, pathId, type ReachOf } from '../../../http/dry-run/reach.js';
import { Route } from '../../../http/openapi/route.decorator.js';
import { PathId } from '../../../http/path-id.js';
import { Body, Query } from '../../../http/request-parts.js';
import { CurrentScope } from '../../../security/current-scope.js';
import { Requires } from '../../../security/decorators.js';
import { MemberListQuery, MembersAdd, MembershipPut, MembershipUpdate } from '../dto/group.requests.js';
import { MemberResponse, MembersAddedResponse, MembershipResponse, UserGroupResponse } from '../dto/group.responses.js';
import { MembersService } from './members.service.js';

/** Whatever is assigned to the group or around it, of the users that are named. */
const REACH: ReachOf = (request) => ({
  groups: pathId(request, 'group_id'),
  onlyUsers: [...pathId(request, 'user_id'), ...bodyIds(request, 'user_ids')],
});

const BY_RULE = { 409: 'The group is dynamic: its rule says who is in it.' };

@ApiTags('Groups')
@Controller('api/v1/tenants/:tenant_id')
export class MembersController {
  constructor(private readonly members: MembersService) {}

  @Get('groups/:group_id/members')
  @Requires('directory:read')
  @Route({
    summary: 'List the members of a group',
    description: 'Its own ones with those that are in it later, or were; `state` says which.',
    page: MemberResponse,
  })
  async listMembers(
    @CurrentScope() scope: TenantScope,
    @PathId('group_id') groupId: string,
    @Query() query: MemberListQuery,
  ): Promise<Answer> {
    return paged(await this.members.list(scope, groupId, query.transitive ?? false, query.toPageRequest()));
  }

  @IdempotentPost('groups/:group_id/members')
  @Requires('directory:write')
  @Route({
    summary: 'Add users to a group, all or none',
    data: MembersAddedResponse,
    dryRun: REACH,
    refusals: BY_RULE,
  })
  async addMembers(
    @CurrentScope() scope: TenantScope,
    @PathId('group_id') groupId: string,
    @Body() body: MembersAdd,
  ): Promise<Answer> {
    return answer(await this.members.add(scope, groupId, body.user_ids, validityOf(body)));
  }

  @Put('groups/:group_id/members/:user_id')
  @Requires('directory:write')
  @Route({
    summary: 'Put a user into a group',
    description:
      '201 where the user was not in it, or is no more; 200 where it is. With a body the membership then has exactly its bounds.',
    data: MembershipResponse,
    alsoCreates: true,
    dryRun: REACH,
    refusals: BY_RULE,
  })
  @ApiBody({ type: MembershipPut, required: false })
  async putMember(
    @CurrentScope() scope: TenantScope,
    @PathId('group_id') groupId: string,
    @PathId('user_id') userId: string,
    @Body() body?: MembershipPut,
  ): Promise<Answer> {
    const { membership, isNew } = await this.members.put(scope, groupId, userId, body && validityOf(body));
    return put(membership, isNew);
  }

  @Get('groups/:group_id/members/:user_id')
  @Requires('directory:read')
  @Route({
    summary: "Read a user's own membership in a group",
    description: 'Also where it holds later, or has held.',
    data: MembershipResponse,
  })
  async getMember(
    @CurrentScope() scope: TenantScope,
    @PathId('group_id') groupId: string,
    @PathId('user_id') userId: string,
  ): Promise<Answer> {
    return answer(await this.members.get(scope, groupId, userId));
  }

  @Patch('groups/:group_id/members/:user_id')
  @Requires('directory:write')
  @Route({
    summary: 'Change from when until when a membership holds',
    description: 'A JSON merge patch (RFC 7396): what is left out stays, null takes a bound away.',
    data: MembershipResponse,
    dryRun: REACH,
    refusals: BY_RULE,
  })
  async updateMember(
    @CurrentScope() scope: TenantScope,
    @PathId('group_id') groupId: string,
    @PathId('user_id') userId: string,
    @Body() body: MembershipUpdate,
  ): Promise<Answer> {
    return answer(await this.members.change(scope, groupId, userId, body));
  }

  @Delete('groups/:group_id/members/:user_id')
  @Requires('directory:write')
  @Route({ summary: 'Take a user out of a group', dryRun: REACH, refusals: BY_RULE })
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
