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
import { UserCreate, UserListQuery, UserUpdate } from './dto/user.requests.js';
import { UserResponse, userResponse } from './dto/user.response.js';
import { UsersService } from './users.service.js';

/** Whatever the user can use. */
const REACH: ReachOf = (request) => ({ users: pathId(request, 'user_id'), onlyUsers: pathId(request, 'user_id') });

const TAKEN = { 409: 'The user_name or the external_id is taken.' };

@ApiTags('Users')
@Controller('api/v1/tenants/:tenant_id/users')
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @IdempotentPost()
  @Requires('directory:write')
  @Route({
    summary: 'Create a user',
    status: 201,
    data: UserResponse,
    versioned: true,
    refusals: TAKEN,
    dryRun: () => ({ createsUser: true }),
  })
  async createUser(@CurrentScope() scope: TenantScope, @Body() body: UserCreate): Promise<Answer> {
    const user = await this.users.create(scope, body);
    return created(userResponse(user), { createdAs: user.id, version: user.version });
  }

  @Get()
  @Requires('directory:read')
  @Route({ summary: 'List the users', page: UserResponse })
  async listUsers(@CurrentScope() scope: TenantScope, @Query() query: UserListQuery): Promise<Answer> {
    return paged(mapPage(await this.users.list(scope, query, query.toPageRequest()), userResponse));
  }

  @Get(':user_id')
  @Requires('directory:read')
  @Route({ summary: 'Read a user', data: UserResponse, versioned: true })
  async getUser(@CurrentScope() scope: TenantScope, @PathId('user_id') id: string): Promise<Answer> {
    const user = await this.users.get(scope, id);
    return resource(userResponse(user), user.version);
  }

  @Patch(':user_id')
  @Requires('directory:write')
  @Route({
    summary: 'Change a user',
    description: 'A JSON merge patch (RFC 7396): what is left out stays, null takes a value away, attributes merge.',
    data: UserResponse,
    versioned: true,
    refusals: TAKEN,
    dryRun: REACH,
  })
  async updateUser(
    @CurrentScope() scope: TenantScope,
    @PathId('user_id') id: string,
    @IfMatch() expected: ExpectedVersion,
    @Body() body: UserUpdate,
  ): Promise<Answer> {
    const user = await this.users.update(scope, id, expected, body);
    return resource(userResponse(user), user.version);
  }

  @Delete(':user_id')
  @Requires('directory:write')
  @Route({
    summary: 'Delete a user with its memberships, assignments and roles',
    versioned: true,
    refusals: { 409: 'The user owns the organization.' },
    dryRun: REACH,
  })
  async deleteUser(
    @CurrentScope() scope: TenantScope,
    @PathId('user_id') id: string,
    @IfMatch() expected: ExpectedVersion,
  ): Promise<void> {
    await this.users.remove(scope, id, expected);
  }
}
