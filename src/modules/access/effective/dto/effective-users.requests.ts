import { Choice } from '../../../../http/fields/fields.js';
import { ReachedUsersQuery } from './reached-users.requests.js';

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
export class EffectiveUsersQuery extends ReachedUsersQuery {
  @Choice({
    description:
      'By when the user was made (the default), by name whatever the case (`display_name`: the user name where there is none), or by when the access that the row shows was assigned; a minus in front turns the order round.',
    sample: 'user_name',
    optional: true,
    of: SORTS,
  })
  sort?: Sort;

  @Choice({
    description: '`paths`: by which ways each user of the page comes to the application.',
    sample: 'paths',
    optional: true,
    of: ['paths'],
  })
  include?: 'paths';
}
