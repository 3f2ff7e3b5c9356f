import { Id } from '../../../http/fields/fields.js';
import { FilterText } from '../../../http/fields/filter-fields.js';
import { DryRunCursor } from '../../../http/dry-run/dry-run.query.js';

/** A rule that is only looked at. */
export class RulePreview {
  @FilterText({ description: 'A filter over users.', example: 'attributes.department eq "Sales"' })
  rule!: string;

  @Id({
    description: 'A dynamic group whose members the rule is compared with; left out: nobody is in it yet.',
    sample: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d55',
    optional: true,
  })
  group_id?: string;
}

export class RulePreviewQuery {
  @DryRunCursor()
  cursor?: string;
}
