import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { TenantScope } from '../../../kernel/scope.js';
import { Answer, answer } from '../../../http/answers.js';
import { Route } from '../../../http/openapi/route.decorator.js';
import { PathId } from '../../../http/path-id.js';
import { CurrentScope } from '../../../security/current-scope.js';
import { Requires } from '../../../security/decorators.js';
import { AccessPathsService } from './access-paths.service.js';
import { AccessExplanationResponse } from './dto/access-explanation.response.js';

@ApiTags('Access')
@Controller('api/v1/tenants/:tenant_id/users/:user_id/applications/:application_id/access')
export class AccessExplanationController {
  constructor(private readonly paths: AccessPathsService) {}

  @Get()
  @Requires('assignments:read')
  @Route({
    summary: 'Whether a user can use an application, and why',
    description:
      'Every path from the user to the application, directly or through groups nested to any depth, with those that have ended or not begun; where the user cannot use it, every reason why.',
    data: AccessExplanationResponse,
  })
  async explainAccess(
    @CurrentScope() scope: TenantScope,
    @PathId('user_id') userId: string,
    @PathId('application_id') applicationId: string,
  ): Promise<Answer> {
    return answer(await this.paths.explain(scope, userId, applicationId));
  }
}
