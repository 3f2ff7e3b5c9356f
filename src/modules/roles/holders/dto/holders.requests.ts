import { Choice, Line } from '../../../../http/fields/fields.js';
import { ReachedUsersQuery } from '../../../access/index.js';

/** Orders of the list; a minus in front turns one round. */
const SORTS = ['created_at', '-created_at', 'user_name', '-user_name', 'display_name', '-display_name'] as const;
type Sort = (typeof SORTS)[number];

/** How the holders of a permission are listed. */
export class PermissionHoldersQuery extends ReachedUsersQuery {
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
}
