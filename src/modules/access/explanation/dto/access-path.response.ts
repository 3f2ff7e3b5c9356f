import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { REASONS, type Reason } from '../access-reasons.js';

const MOMENT = { type: String, format: 'date-time', example: '2026-11-22T09:30:00.000Z' } as const;
const FROM = { ...MOMENT, nullable: true, description: 'From when on it holds; null: since ever.', example: null };
const UNTIL = { ...MOMENT, nullable: true, description: 'Before when it holds; null: for ever.', example: null };

/** The assignment at the end of a path. */
@ApiSchema({ name: 'AccessPathAssignment' })
export class AccessPathAssignmentResponse {
  @ApiProperty({ type: String, format: 'uuid', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d77' })
  id!: string;

  @ApiProperty({
    type: String,
    description: '`direct`: to the user itself; `group`: to the last group of `via`.',
    enum: ['direct', 'group'],
    example: 'group',
  })
  assignment_type!: 'direct' | 'group';

  @ApiProperty(MOMENT)
  assigned_at!: Date;

  @ApiProperty({ type: String, description: 'The subject of the token that assigned it.', example: 'demo-client' })
  assigned_by!: string;

  @ApiProperty(FROM)
  valid_from!: Date | null;

  @ApiProperty(UNTIL)
  valid_until!: Date | null;
}

/** A group on the way from a user to an application. */
@ApiSchema({ name: 'AccessPathGroup' })
export class AccessPathGroupResponse {
  @ApiProperty({ type: String, format: 'uuid', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d55' })
  group_id!: string;

  @ApiProperty({ type: String, example: 'Engineering' })
  name!: string;

  @ApiProperty({ ...MOMENT, description: 'When the user, or the group before this one, was put into it.' })
  added_at!: Date;

  @ApiProperty({ ...FROM, description: 'From when on the membership of the user holds; null: since ever.' })
  valid_from!: Date | null;

  @ApiProperty({ ...UNTIL, description: 'Before when the membership of the user holds; null: for ever.' })
  valid_until!: Date | null;

  @ApiProperty({
    type: Boolean,
    required: false,
    description: 'Only where the user is in it by its rule.',
    enum: [true],
    example: true,
  })
  by_rule?: true;
}

/** One way from a user to an application. */
@ApiSchema({ name: 'AccessPath' })
export class AccessPathResponse {
  @ApiProperty({ type: Boolean, description: 'Whether this path gives access now.', example: true })
  effective!: boolean;

  @ApiProperty({ type: AccessPathAssignmentResponse })
  assignment!: AccessPathAssignmentResponse;

  @ApiProperty({
    type: [AccessPathGroupResponse],
    description: 'From the group that holds the user up to the assigned one; empty where assigned directly.',
  })
  via!: AccessPathGroupResponse[];

  @ApiProperty({
    enum: REASONS.filter((reason) => reason !== 'no_assignment'),
    isArray: true,
    description: 'Why this path does not give access now; empty where it does.',
    example: [],
  })
  reasons!: Reason[];
}
