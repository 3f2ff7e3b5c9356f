import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { AccessPathResponse } from '../../explanation/dto/access-path.response.js';

/** An application that a user may use now. */
@ApiSchema({ name: 'UserAccess' })
export class UserAccessResponse {
  @ApiProperty({ type: String, format: 'uuid', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44' })
  application_id!: string;

  @ApiProperty({ type: String, example: 'CRM' })
  application_name!: string;

  @ApiProperty({ type: String, example: 'crm-web' })
  application_client_id!: string;

  @ApiProperty({
    type: String,
    description: '`direct` wins over `group`.',
    enum: ['direct', 'group'],
    example: 'group',
  })
  assignment_type!: 'direct' | 'group';

  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'The group that was assigned (the first, where several were); null where direct.',
    example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d55',
  })
  assigned_via!: string | null;

  @ApiProperty({
    type: 'integer',
    description: 'How many paths give access now, shown or not; 9007199254740991 where there are more than that.',
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    example: 1,
  })
  path_count!: number;

  @ApiProperty({
    type: [AccessPathResponse],
    description: 'At most 20, the shortest first, those of one length in the order of the ids of their groups.',
  })
  paths!: AccessPathResponse[];

  @ApiProperty({ type: Boolean, description: 'Whether there are more paths than are shown.', example: false })
  paths_truncated!: boolean;
}
