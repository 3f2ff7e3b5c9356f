import { Choice, Id } from '../../../../http/fields/fields.js';
import { PageQuery, TextParameter } from '../../../../http/fields/query-fields.js';

/** How users are narrowed down who are reached from somewhere, directly or through groups. */
export abstract class ReachedUsersQuery extends PageQuery {
  @TextParameter({
    description: 'Only users whose user name, names or e-mail address contain this, whatever the case.',
    sample: 'ada',
  })
  search?: string;

  @Id({
    description: 'Only users who come through this group, whether it is the one that has it or is inside of that one.',
    sample: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d55',
    optional: true,
  })
  via_group?: string;

  @Choice({ description: 'Only rows of this type.', sample: 'group', optional: true, of: ['direct', 'group'] })
  assignment_type?: 'direct' | 'group';

  @Choice({
    description: '`active` (the default); `suspended`: who would be listed if not suspended; `any`: both.',
    sample: 'active',
    optional: true,
    of: ['active', 'suspended', 'any'],
  })
  status?: 'active' | 'suspended' | 'any';
}
