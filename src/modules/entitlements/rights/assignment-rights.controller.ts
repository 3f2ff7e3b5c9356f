import { Controller, Get, Patch } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { TenantScope } from '../../../kernel/scope.js';
import { Route } from '../../../http/openapi/route.decorator.js';
import { PathId } from '../../../http/path-id.js';
import { Body } from '../../../http/request-parts.js';
import { CurrentScope } from '../../../security/current-scope.js';
import { RequiresOneOf } from '../../../security/decorators.js';
import { AssignmentRightsResponse, AssignmentRightsUpdate } from '../dto/assignment-rights.js';
import { ENTITLEMENT_MANAGERS, ENTITLEMENT_READERS } from '../entitlement-scopes.js';
import { AssignmentRightsService } from './assignment-rights.service.js';

@ApiTags('Entitlements')
@Controller('v1.0/assignments/:assignment_code/rights')
export class AssignmentRightsController {
  constructor(private readonly rights: AssignmentRightsService) {}

  @Get()
  @RequiresOneOf(...ENTITLEMENT_READERS)
  @Route({ summary: 'Read the right values of an assignment', bare: AssignmentRightsResponse })
  async getAssignmentRights(
    @CurrentScope() scope: TenantScope,
    @PathId('assignment_code') code: string,
  ): Promise<AssignmentRightsResponse> {
    return this.rights.get(scope, code);
  }

  @Patch()
  @RequiresOneOf(...ENTITLEMENT_MANAGERS)
  @Route({
    summary: 'Add, remove or replace a right value of an assignment',
    bare: AssignmentRightsResponse,
    refusals: { 409: 'The assignment has the value already.' },
  })
  async updateAssignmentRights(
    @CurrentScope() scope: TenantScope,
    @PathId('assignment_code') code: string,
    @Body() body: AssignmentRightsUpdate,
  ): Promise<AssignmentRightsResponse> {
    return this.rights.change(scope, code, body);
  }
}
