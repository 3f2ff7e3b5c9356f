import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { TenantScope } from '../../../kernel/scope.js';
import { Answer, answer } from '../../../http/answers.js';
import { ReadingPost } from '../../../http/posts.js';
import { Route } from '../../../http/openapi/route.decorator.js';
import { Body } from '../../../http/request-parts.js';
import { CurrentScope } from '../../../security/current-scope.js';
import { Requires } from '../../../security/decorators.js';
import { AboutApplications } from '../../../security/named-applications.js';
import { AccessChecksService } from './access-checks.service.js';
import { AccessChecks } from './dto/access-check.requests.js';
import { AccessCheckResultsResponse } from './dto/access-check.responses.js';

function applicationsOfChecks({ body }: { readonly body?: unknown }): unknown[] {
  const checks: unknown = (body as { readonly checks?: unknown } | undefined)?.checks;
  return Array.isArray(checks) ? checks.map((check: { application_id?: unknown } | null) => check?.application_id) : [];
}

@ApiTags('Access')
@Controller('api/v1/tenants/:tenant_id/access/check')
export class AccessChecksController {
  constructor(private readonly checks: AccessChecksService) {}

  @ReadingPost()
  @Requires('assignments:read')
  @AboutApplications(applicationsOfChecks)
  @Route({
    summary: 'Whether users can use applications, up to 1,000 pairs at once',
    description:
      'Every pair is answered, in the order of the checks; an unknown user or application is an answer too. It changes nothing.',
    data: AccessCheckResultsResponse,
  })
  async checkAccess(@CurrentScope() scope: TenantScope, @Body() body: AccessChecks): Promise<Answer> {
    return answer(await this.checks.check(scope, body.checks));
  }
}
