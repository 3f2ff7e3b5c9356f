import { Id } from '../../../http/fields/fields.js';
import { MomentParameter, PageQuery, TextParameter } from '../../../http/fields/query-fields.js';

export class AuditListQuery extends PageQuery {
  @TextParameter({ description: 'Only this kind of resource, such as `user`.', example: undefined })
  resource_type?: string;

  @Id({
    description: 'Only this resource; for memberships and nestings the group that holds.',
    example: undefined,
    optional: true,
  })
  resource_id?: string;

  @TextParameter({ description: 'Only changes by this actor (the subject of a token).', example: undefined })
  actor_id?: string;

  @TextParameter({ description: 'Only this action, such as `assignment.created`.', example: undefined })
  action?: string;

  @MomentParameter({ description: 'Only changes at or after this moment.', example: undefined })
  from?: string;

  @MomentParameter({ description: 'Only changes before this moment.', example: undefined })
  to?: string;
}
