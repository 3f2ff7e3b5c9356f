import { ApiSchema } from '@nestjs/swagger';
import { Choice, Id, Ids } from '../../../http/fields/fields.js';
import { FilterParameter, SortParameter, SortedPageQuery } from '../../../http/fields/filter-fields.js';
import { FlagParameter } from '../../../http/fields/query-fields.js';
import { ValidityFields } from '../../../http/fields/validity-fields.js';
import { OptionalBody } from '../../../http/optional-body.js';
import { VALIDITY_STATES, type ValidityState } from '../../../kernel/validity.js';
import { filterNames, sortNames } from '../../../persistence/filter/filtered-list.js';
import { ASSIGNMENT_FILTER } from '../assignment-filter.read-model.js';

/** Most applications given in one bulk call. */
const MOST_APPLICATIONS = 1000;

const APPLICATION = '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44';

@ApiSchema({ name: 'AssignmentCreate' })
export class AssignmentCreate extends ValidityFields {
  @Id({ description: 'The application to assign.', example: APPLICATION })
  application_id!: string;
}

@ApiSchema({ name: 'BulkAssignmentCreate' })
export class BulkAssignmentCreate extends ValidityFields {
  @Ids({
    description: `The applications to assign, 1 to ${MOST_APPLICATIONS}; repeats count once. All are assigned, or none.`,
    example: [APPLICATION],
    max: MOST_APPLICATIONS,
  })
  application_ids!: string[];
}

/** The bounds that an assignment then has; without a body, one that is there keeps its own. */
@OptionalBody()
export class AssignmentPut extends ValidityFields {}

/** A JSON merge patch (RFC 7396). */
export class AssignmentUpdate extends ValidityFields {}

export class UserApplicationsQuery {
  @FlagParameter({
    description: 'Include apps assigned via groups.',
    example: true,
    fallback: true,
  })
  include_group_assignments?: boolean;
}

export class ApplicationAssignmentsQuery extends SortedPageQuery {
  @FilterParameter(filterNames(ASSIGNMENT_FILTER), 'assigned_by eq "demo-client" and user_id pr')
  filter?: string;

  @SortParameter(sortNames(ASSIGNMENT_FILTER))
  sort_by?: string;

  @Choice({
    description: 'Only those that hold now, will hold, or have held.',
    sample: 'scheduled',
    optional: true,
    of: VALIDITY_STATES,
  })
  state?: ValidityState;

  @Choice({
    description: 'Only those to users themselves (`direct`), or to groups.',
    sample: 'direct',
    optional: true,
    of: ['direct', 'group'],
  })
  assignment_type?: 'direct' | 'group';
}
