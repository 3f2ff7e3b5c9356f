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
import { GroupCreate, GroupListQuery, GroupUpdate } from './dto/group.requests.js';
import { GroupResponse, groupResponse } from './dto/group.responses.js';
import { GroupsService } from './groups.service.js';

const TAKEN = { 409: 'The name or the external_id is taken.' };
const SLOW = { 400: 'The rule takes too long in this tenant.' };

/** Whether the body makes a rule or changes one. */
function namesRule({ body }: { readonly body?: unknown }): boolean {
  return typeof body === 'object' && body !== null && 'rule' in body;
}

/** Nobody has anything by a group that is new. */
const CREATION: ReachOf = (request) => (namesRule(request) ? { membersOf: null } : {});

/** Only a rule alters access. */
const CHANGE: ReachOf = (request) => {
  const groups = pathId(request, 'group_id');
  return namesRule(request) ? { groups, membersOf: groups[0] ?? null } : {};
};

@ApiTags('Groups')
@Controller('api/v1/tenants/:tenant_id/groups')
export class GroupsController {
  constructor(private readonly groups: GroupsService) {}

  @IdempotentPost()
  @Requires('directory:write')
  @Route({
    summary: 'Create a group',
    description: 'A dynamic group has its members when this answers, however many they are.',
    status: 201,
    data: GroupResponse,
    versioned: true,
    refusals: { ...SLOW, ...TAKEN },
    dryRun: CREATION,
  })
  async createGroup(@CurrentScope() scope: TenantScope, @Body() body: GroupCreate): Promise<Answer> {
    const group = await this.groups.create(scope, body);
    return created(groupResponse(group), { createdAs: group.id, version: group.version });
  }

  @Get()
  @Requires('directory:read')
  @Route({ summary: 'List the groups', page: GroupResponse })
  async listGroups(@CurrentScope() scope: TenantScope, @Query() query: GroupListQuery): Promise<Answer> {
    return paged(mapPage(await this.groups.list(scope, query, query.toPageRequest()), groupResponse));
  }

  @Get(':group_id')
  @Requires('directory:read')
  @Route({ summary: 'Read a group', data: GroupResponse, versioned: true })
  async getGroup(@CurrentScope() scope: TenantScope, @PathId('group_id') id: string): Promise<Answer> {
    const group = await this.groups.get(scope, id);
    return resource(groupResponse(group), group.version);
  }

  @Patch(':group_id')
  @Requires('directory:write')
  @Route({
    summary: 'Change a group',
    description:
      'A JSON merge patch (RFC 7396): what is left out stays, null takes a value away. With a rule, who is in the group is who the rule says when this answers.',
    data: GroupResponse,
    versioned: true,
    refusals: { ...SLOW, 409: 'The name or the external_id is taken; or a rule is sent for a static group.' },
    dryRun: CHANGE,
  })
  async updateGroup(
    @CurrentScope() scope: TenantScope,
    @PathId('group_id') id: string,
    @IfMatch() expected: ExpectedVersion,
    @Body() body: GroupUpdate,
  ): Promise<Answer> {
    const group = await this.groups.update(scope, id, expected, body);
    return resource(groupResponse(group), group.version);
  }

  @Delete(':group_id')
  @Requires('directory:write')
  @Route({
    summary: 'Delete a group with its memberships, nestings and assignments',
    versioned: true,
    dryRun: (request) => ({ groups: pathId(request, 'group_id') }),
  })
  async deleteGroup(
    @CurrentScope() scope: TenantScope,
    @PathId('group_id') id: string,
    @IfMatch() expected: ExpectedVersion,
  ): Promise<void> {
    await this.groups.remove(scope, id, expected);
  }
}
