import { Id } from '../../../http/fields/fields.js';
import { FilterParameter, SortParameter, SortedPageQuery } from '../../../http/fields/filter-fields.js';
import { MomentParameter, TextParameter } from '../../../http/fields/query-fields.js';
import { filterNames, sortNames } from '../../../persistence/filter/filtered-list.js';
import { AUDIT_FILTER, PLATFORM_AUDIT_FILTER } from '../audit-filter.read-model.js';

const CONCERNING = 'Only changes that concern this';

/** What both trails are asked for. */
export class PlatformAuditListQuery extends SortedPageQuery {
  @FilterParameter(filterNames(PLATFORM_AUDIT_FILTER), 'action sw "assignment."')
  filter?: string;

  @SortParameter(sortNames(PLATFORM_AUDIT_FILTER))
  sort_by?: string;

  @TextParameter({ description: 'Only this kind of resource, such as `user`.', sample: 'user' })
  resource_type?: string;

  @Id({
    description: 'Only this resource; for memberships and nestings the group that holds.',
    sample: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33',
    optional: true,
  })
  resource_id?: string;

  @TextParameter({ description: 'Only changes by this actor (the subject of a token).', sample: 'demo-client' })
  actor_id?: string;

  @TextParameter({ description: 'Only this action, such as `assignment.created`.', sample: 'assignment.created' })
  action?: string;

  @MomentParameter({ description: 'Only changes at or after this moment.', sample: '2026-11-22T00:00:00Z' })
  from?: string;

  @MomentParameter({ description: 'Only changes before this moment.', sample: '2026-11-23T00:00:00Z' })
  to?: string;
}

export class AuditListQuery extends PlatformAuditListQuery {
  @FilterParameter(filterNames(AUDIT_FILTER), 'action sw "assignment."')
  declare filter?: string;

  @Id({
    description: `${CONCERNING} user: itself, its memberships and its assignments.`,
    sample: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33',
    optional: true,
  })
  user_id?: string;

  @Id({
    description: `${CONCERNING} group: itself, its memberships and its assignments.`,
    sample: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d55',
    optional: true,
  })
  group_id?: string;

  @Id({
    description: `${CONCERNING} application: itself and its assignments.`,
    sample: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44',
    optional: true,
  })
  application_id?: string;
}
