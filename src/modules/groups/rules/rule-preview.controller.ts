import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { TenantScope } from '../../../kernel/scope.js';
import { Answer, answer } from '../../../http/answers.js';
import { MemberChangeResponse } from '../../../http/dry-run/member-change.response.js';
import { ReadingPost } from '../../../http/posts.js';
import { Route } from '../../../http/openapi/route.decorator.js';
import { Body, Query } from '../../../http/request-parts.js';
import { CurrentScope } from '../../../security/current-scope.js';
import { Requires } from '../../../security/decorators.js';
import { RulePreview, RulePreviewQuery } from '../dto/rule.requests.js';
import { RulePreviewService } from './rule-preview.service.js';

@ApiTags('Groups')
@Controller('api/v1/tenants/:tenant_id/groups')
export class RulePreviewController {
  constructor(private readonly previews: RulePreviewService) {}

  @ReadingPost('preview')
  @Requires('directory:read')
  @Route({
    summary: 'Preview a rule',
    description:
      'For whom it holds; with a group, who would join and who would leave it. Nothing is written, and nobody waits.',
    status: 200,
    data: MemberChangeResponse,
    refusals: {
      400: 'The rule takes too long in this tenant, or the cursor belongs to another preview.',
      404: 'No such group.',
      409: 'The group is static.',
    },
  })
  async previewRule(
    @CurrentScope() scope: TenantScope,
    @Body() { rule, group_id: groupId }: RulePreview,
    @Query() { cursor }: RulePreviewQuery,
  ): Promise<Answer> {
    return answer(await this.previews.of(scope, { rule, groupId, cursor }));
  }
}
