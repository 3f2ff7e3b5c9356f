import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { TenantScope } from '../../../kernel/scope.js';
import { Answer, bare } from '../../../http/answers.js';
import { IdempotentPost } from '../../../http/posts.js';
import { Route } from '../../../http/openapi/route.decorator.js';
import { PathId } from '../../../http/path-id.js';
import { Body, Query } from '../../../http/request-parts.js';
import { CurrentScope } from '../../../security/current-scope.js';
import { RequiresOneOf } from '../../../security/decorators.js';
import { ChildrenService } from '../children/children.service.js';
import { EntitlementListQuery } from '../dto/assignment-search.requests.js';
import { EntitlementChildren, HeldEntitlementsQuery } from '../dto/children.requests.js';
import { EntitlementsPage } from '../dto/entitlement.responses.js';
import { ENTITLEMENT_MANAGERS, ENTITLEMENT_READERS } from '../entitlement-scopes.js';
import { HeldEntitlementsService } from './held-entitlements.service.js';

@ApiTags('Entitlements')
@Controller('v1.0')
export class HeldEntitlementsController {
  constructor(
    private readonly held: HeldEntitlementsService,
    private readonly children: ChildrenService,
  ) {}

  @Get('users/:user_code/entitlements')
  @RequiresOneOf(...ENTITLEMENT_READERS)
  @Route({ summary: 'List the entitlements that a user was granted', bare: EntitlementsPage })
  async listUserEntitlements(
    @CurrentScope() scope: TenantScope,
    @PathId('user_code') code: string,
    @Query() query: HeldEntitlementsQuery,
  ): Promise<EntitlementsPage> {
    return this.held.ofUser(scope, code, query);
  }

  @Get('groups/:group_code/entitlements')
  @RequiresOneOf(...ENTITLEMENT_READERS)
  @Route({ summary: 'List the entitlements that a group was granted', bare: EntitlementsPage })
  async listGroupEntitlements(
    @CurrentScope() scope: TenantScope,
    @PathId('group_code') code: string,
    @Query() query: HeldEntitlementsQuery,
  ): Promise<EntitlementsPage> {
    return this.held.ofGroup(scope, code, query);
  }

  @Get('entitlements/:entitlement_code/children')
  @RequiresOneOf(...ENTITLEMENT_READERS)
  @Route({ summary: 'List the roles and permissions directly inside of a role', bare: EntitlementsPage })
  async listEntitlementChildren(
    @CurrentScope() scope: TenantScope,
    @PathId('entitlement_code') code: string,
    @Query() query: EntitlementListQuery,
  ): Promise<EntitlementsPage> {
    return this.held.children(scope, code, query);
  }

  @IdempotentPost('entitlements/:entitlement_code/children')
  @RequiresOneOf(...ENTITLEMENT_MANAGERS)
  @Route({
    summary: 'Put roles and permissions into a role, and take them out',
    description:
      'All or nothing. Whoever holds the role holds what is inside of it, to any depth. Answers the first page of the list.',
    status: 200,
    bare: EntitlementsPage,
    refusals: { 409: 'It would close a cycle, or the parent is a permission, or the role would give too much.' },
  })
  async changeEntitlementChildren(
    @CurrentScope() scope: TenantScope,
    @PathId('entitlement_code') code: string,
    @Body() body: EntitlementChildren,
  ): Promise<Answer> {
    await this.children.change(scope, code, body);
    return bare(await this.held.children(scope, code, new EntitlementListQuery()));
  }
}
