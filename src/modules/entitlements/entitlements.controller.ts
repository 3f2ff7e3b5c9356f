import { Controller, Delete, Get, Patch } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { TenantScope } from '../../kernel/scope.js';
import { Answer, bare } from '../../http/answers.js';
import { IdempotentPost, ReadingPost } from '../../http/posts.js';
import { Route } from '../../http/openapi/route.decorator.js';
import { PathId } from '../../http/path-id.js';
import { Body, Query } from '../../http/request-parts.js';
import { CurrentScope } from '../../security/current-scope.js';
import { RequiresOneOf } from '../../security/decorators.js';
import { AboutApplications } from '../../security/named-applications.js';
import { EntitlementListQuery, EntitlementSearch } from './dto/assignment-search.requests.js';
import { EntitlementCreate, EntitlementUpdate } from './dto/entitlement.requests.js';
import { EntitlementResponse, EntitlementsPage } from './dto/entitlement.responses.js';
import { EntitlementGrant } from './dto/grant.requests.js';
import { EntitlementGrantOutcome } from './dto/grant.responses.js';
import { ENTITLEMENT_MANAGERS, ENTITLEMENT_READERS, applicationInBody } from './entitlement-scopes.js';
import { GrantingService } from './granting/granting.service.js';
import { EntitlementsService } from './entitlements.service.js';

const TAKEN = 'The application has an entitlement of this name, or a right that would go is in use.';

@ApiTags('Entitlements')
@Controller('v1.0/entitlements')
export class EntitlementsController {
  constructor(
    private readonly entitlements: EntitlementsService,
    private readonly granting: GrantingService,
  ) {}

  @IdempotentPost()
  @RequiresOneOf(...ENTITLEMENT_MANAGERS)
  @AboutApplications(applicationInBody)
  @Route({
    summary: 'Create an entitlement of an application',
    description:
      'A role, which contract 2 shows as well, or a permission, which is held like a role and allows its own name.',
    status: 201,
    bare: EntitlementResponse,
    refusals: { 404: 'There is no such application.', 409: TAKEN },
  })
  async createEntitlement(@CurrentScope() scope: TenantScope, @Body() body: EntitlementCreate): Promise<Answer> {
    const made = await this.entitlements.create(scope, body);
    return bare(made, { createdAs: made.code });
  }

  @ReadingPost('search')
  @RequiresOneOf(...ENTITLEMENT_READERS)
  @AboutApplications(applicationInBody)
  @Route({
    summary: 'Search entitlements',
    description:
      'The fields that are sent combine with AND, each compared exactly, and with `filter`, which is sent in the query or in the body; `{}` finds all.',
    status: 200,
    bare: EntitlementsPage,
  })
  async searchEntitlements(
    @CurrentScope() scope: TenantScope,
    @Query() query: EntitlementListQuery,
    @Body() body: EntitlementSearch,
  ): Promise<Answer> {
    return bare(await this.entitlements.search(scope, query, body));
  }

  @IdempotentPost(':entitlement_code')
  @RequiresOneOf(...ENTITLEMENT_MANAGERS)
  @Route({
    summary: 'Grant an entitlement to users and groups, and revoke it',
    description:
      'Answers an outcome for each item: grants to users, to groups, then what is revoked from users and from groups, in the order sent. One that fails stops no other.',
    status: 200,
    bare: [EntitlementGrantOutcome],
  })
  async grantEntitlement(
    @CurrentScope() scope: TenantScope,
    @PathId('entitlement_code') code: string,
    @Body() body: EntitlementGrant,
  ): Promise<Answer> {
    return bare(await this.granting.run(scope, code, body));
  }

  @Get(':entitlement_code')
  @RequiresOneOf(...ENTITLEMENT_READERS)
  @Route({ summary: 'Read an entitlement', bare: EntitlementResponse })
  async getEntitlement(
    @CurrentScope() scope: TenantScope,
    @PathId('entitlement_code') code: string,
  ): Promise<EntitlementResponse> {
    return this.entitlements.get(scope, code);
  }

  @Patch(':entitlement_code')
  @RequiresOneOf(...ENTITLEMENT_MANAGERS)
  @Route({
    summary: 'Change an entitlement',
    description:
      'What is left out stays; `rights` are replaced as a whole, and none goes that an assignment has a value of.',
    bare: EntitlementResponse,
    refusals: { 409: TAKEN },
  })
  async updateEntitlement(
    @CurrentScope() scope: TenantScope,
    @PathId('entitlement_code') code: string,
    @Body() body: EntitlementUpdate,
  ): Promise<EntitlementResponse> {
    return this.entitlements.update(scope, code, body);
  }

  @Delete(':entitlement_code')
  @RequiresOneOf(...ENTITLEMENT_MANAGERS)
  @Route({ summary: 'Delete an entitlement, and take it from all who hold it' })
  async deleteEntitlement(@CurrentScope() scope: TenantScope, @PathId('entitlement_code') code: string): Promise<void> {
    await this.entitlements.remove(scope, code);
  }
}
