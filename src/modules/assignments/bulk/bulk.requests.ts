import { Choice, Flag, Id } from '../../../http/fields/fields.js';
import { ObjectList } from '../../../http/fields/object-list.js';
import { ValidityFields } from '../../../http/fields/validity-fields.js';

/** Most operations of one call. */
const MOST_OPERATIONS = 10_000;

/** One operation on the assignments of an application; the bounds are for `add` alone. */
export class AssignmentOperation extends ValidityFields {
  @Choice({ description: 'What to do.', example: 'add', of: ['add', 'remove'] })
  op!: 'add' | 'remove';

  @Id({
    description: 'The user, or `group_id`: exactly one of them.',
    example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33',
    optional: true,
    nullable: true,
  })
  user_id?: string | null;

  @Id({ description: 'The group, or `user_id`: exactly one of them.', optional: true, nullable: true })
  group_id?: string | null;
}

export class AssignmentOperations {
  @Flag({
    description: 'Whether one operation that fails refuses all (422); with false, each succeeds or fails by itself.',
    example: true,
    fallback: true,
  })
  atomic?: boolean;

  @ObjectList({
    description: `1 to ${MOST_OPERATIONS} operations; repeats of the same one count once, and removals are done first.`,
    of: AssignmentOperation,
    max: MOST_OPERATIONS,
  })
  operations!: AssignmentOperation[];
}
