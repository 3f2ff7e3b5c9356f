import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { Choice, Line } from '../../../http/fields/fields.js';
import { EntitlementRight } from './entitlement.responses.js';

/** One change of the right values of an assignment. */
@ApiSchema({ name: 'AssignmentRightsUpdate' })
export class AssignmentRightsUpdate {
  @Choice({ description: 'What to do.', example: 'add', of: ['add', 'remove', 'replace'] })
  op!: 'add' | 'remove' | 'replace';

  @Line({ description: 'The value; for `replace` the new one.', example: 'apac' })
  value!: string;

  @Line({ description: 'For `replace` only: the value that goes.', optional: true })
  oldValue?: string;
}

@ApiSchema({ name: 'AssignmentRight' })
class AssignmentRight extends EntitlementRight {
  @ApiProperty({ type: [String], description: 'The values that the assignment has of it.', example: ['emea'] })
  rightValues!: string[];
}

@ApiSchema({ name: 'AssignmentRights' })
export class AssignmentRightsResponse {
  @ApiProperty({
    type: String,
    description: 'Code of the assignment.',
    example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5dcc',
  })
  code!: string;

  @ApiProperty({
    type: String,
    description: 'Code of the entitlement.',
    example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5dbb',
  })
  entitlement!: string;

  @ApiProperty({ type: [AssignmentRight], description: 'The rights of the entitlement, in their order.' })
  rights!: AssignmentRight[];
}
