import { Choice, Id, Line } from '../../../../http/fields/fields.js';
import { PageQuery, TextParameter } from '../../../../http/fields/query-fields.js';

/** Orders of the list; a minus in front turns one round. */
const SORTS = ['created_at', '-created_at', 'user_name', '-user_name', 'display_name', '-display_name'] as const;
type Sort = (typeof SORTS)[number];

/** How the holders of a permission are listed. */
export class PermissionHoldersQuery extends PageQuery {
  @Line({
    description: 'The permission, compared exactly. Who holds `*` holds it, too.',
    example: 'documents:read',
  })
  permission!: string;

  @Choice({
    description:
      'By when the user was made (the default), or by name whatever the case (`display_name`: the user name where there is none); a minus in front turns the order round.',
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
    description: 'Only users who hold it through this group, whether it has a role or is inside of one that has.',
    sample: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d55',
    optional: true,
  })
  via_group?: string;

  @Choice({ description: 'Only rows of this type.', sample: 'group', optional: true, of: ['direct', 'group'] })
  assignment_type?: 'direct' | 'group';

  @Choice({
    description: '`active`: who holds it (the default); `suspended`: who would if not suspended; `any`: both.',
    sample: 'active',
    optional: true,
    of: ['active', 'suspended', 'any'],
  })
  status?: 'active' | 'suspended' | 'any';
}
