import { ApiSchema } from '@nestjs/swagger';
import { Id } from '../../../../http/fields/fields.js';
import { ObjectList } from '../../../../http/fields/object-list.js';

/** Most checks of one call. */
const MOST_CHECKS = 1000;

@ApiSchema({ name: 'AccessCheck' })
export class AccessCheck {
  @Id({ description: 'Who.', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33' })
  user_id!: string;

  @Id({ description: 'What for.', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44' })
  application_id!: string;
}

@ApiSchema({ name: 'AccessChecks' })
export class AccessChecks {
  @ObjectList({
    description: `The checks, 1 to ${MOST_CHECKS}; repeats are answered again.`,
    of: AccessCheck,
    max: MOST_CHECKS,
  })
  checks!: AccessCheck[];
}
