import { ApiProperty, ApiSchema } from '@nestjs/swagger';

const OUTCOMES = ['created', 'unchanged', 'removed', 'failed'] as const;
const CODES = ['user_not_found', 'group_not_found', 'assignment_not_found'] as const;
const UUID = { type: String, format: 'uuid', nullable: true } as const;
const COUNT = { type: 'integer', minimum: 0 } as const;

export type OperationOutcome = (typeof OUTCOMES)[number];
export type OperationFailure = (typeof CODES)[number];

/** What one operation of a bulk call came to. */
@ApiSchema({ name: 'AssignmentOperationResult' })
export class OperationResult {
  @ApiProperty({ ...COUNT, description: 'Its place among the operations, from 0.', example: 0 })
  index!: number;

  @ApiProperty({ type: String, enum: ['add', 'remove'], example: 'add' })
  op!: 'add' | 'remove';

  @ApiProperty({ ...UUID, example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33' })
  user_id!: string | null;

  @ApiProperty({ ...UUID, example: null })
  group_id!: string | null;

  @ApiProperty({
    type: String,
    enum: OUTCOMES,
    description: '`unchanged`: assigned before (its bounds stay), or the same as an earlier operation of the call.',
    example: 'created',
  })
  outcome!: OperationOutcome;

  @ApiProperty({ type: String, enum: CODES, nullable: true, description: 'Why it failed, else null.', example: null })
  code!: OperationFailure | null;

  @ApiProperty({
    ...UUID,
    description: 'The assignment that is there now, or was removed; null where it failed.',
    example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d77',
  })
  assignment_id!: string | null;
}

/** What a bulk call did: one result an operation, in their order. */
@ApiSchema({ name: 'AssignmentOperationResults' })
export class OperationResults {
  @ApiProperty({ type: [OperationResult] })
  results!: OperationResult[];

  @ApiProperty({ ...COUNT, example: 1 })
  created!: number;

  @ApiProperty({ ...COUNT, example: 0 })
  unchanged!: number;

  @ApiProperty({ ...COUNT, example: 0 })
  removed!: number;

  @ApiProperty({ ...COUNT, example: 0 })
  failed!: number;
}
