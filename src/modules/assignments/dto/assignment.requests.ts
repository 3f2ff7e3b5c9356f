import { ApiSchema } from '@nestjs/swagger';
import { Id, Ids } from '../../../http/fields/fields.js';
import { FlagParameter } from '../../../http/fields/query-fields.js';

/** Most applications given in one bulk call. */
const MOST_APPLICATIONS = 1000;

const APPLICATION = '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44';

@ApiSchema({ name: 'AssignmentCreate' })
export class AssignmentCreate {
  @Id({ description: 'The application to assign.', example: APPLICATION })
  application_id!: string;
}

@ApiSchema({ name: 'BulkAssignmentCreate' })
export class BulkAssignmentCreate {
  @Ids({
    description: `The applications to assign, 1 to ${MOST_APPLICATIONS}; repeats count once. All are assigned, or none.`,
    example: [APPLICATION],
    max: MOST_APPLICATIONS,
  })
  application_ids!: string[];
}

export class UserApplicationsQuery {
  @FlagParameter({
    description: 'Include apps assigned via groups.',
    example: true,
    fallback: true,
  })
  include_group_assignments?: boolean;
}
