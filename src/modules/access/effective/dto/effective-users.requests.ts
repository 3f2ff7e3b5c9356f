import { Choice, Id } from '../../../../http/fields/fields.js';
import { PageQuery, TextParameter } from '../../../../http/fields/query-fields.js';

/** Orders of the list; a minus in front turns one round. */
const SORTS = [
  'created_at',
  '-created_at',
  'user_name',
  '-user_name',
  'display_name',
  '-display_name',
  'assigned_at',
  '-assigned_at',
] as const;
export type Sort = (typeof SORTS)[number];

/** How the effective users of an application are listed. */
export class EffectiveUsersQuery extends PageQuery {
  @Choice({
    description:
      'By when the user was made (the default), by name whatever the case (`display_name`: the user name where there is none), or by when the access that the row shows was assigned; a minus in front turns the order round.',
    sample: 'user_name',
    optional: true,
    of: SORTS,
  })
  sort?: Sort;

  @TextParameter({
    description: 'Only users whose user name, names or e-mail address contain this, whatever the case.',
    sample: 'ada',
  })
  search?: string;

  @Id({
    description:
      'Only users whose access comes through this group, whether it was assigned or is inside of one that was.',
    sample: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d55',
    optional: true,
  })
  via_group?: string;

  @Choice({
    description: 'Only rows of this type.',
    sample: 'group',
    optional: true,
    of: ['direct', 'group'],
  })
  assignment_type?: 'direct' | 'group';

  @Choice({
    description:
      '`active`: who has access (the default); `suspended`: who would have it if not suspended; `any`: both.',
    sample: 'active',
    optional: true,
    of: ['active', 'suspended', 'any'],
  })
  status?: 'active' | 'suspended' | 'any';

  @Choice({
    description: '`paths`: by which ways each user of the page comes to the application.',
    sample: 'paths',
    optional: true,
    of: ['paths'],
  })
  include?: 'paths';
}
