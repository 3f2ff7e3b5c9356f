import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { AccessPathResponse } from '../../explanation/dto/access-path.response.js';

/** A user who may use the application. */
@ApiSchema({ name: 'EffectiveUser' })
export class EffectiveUserResponse {
  @ApiProperty({ type: String, format: 'uuid', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33' })
  user_id!: string;

  @ApiProperty({ type: String, example: 'ada' })
  user_name!: string;

  @ApiProperty({ type: String, nullable: true, example: 'ada@example.com' })
  email!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'Ada Lovelace' })
  display_name!: string | null;

  @ApiProperty({
    type: String,
    description: 'Suspended users are listed only where they are asked for: they have no access until they are active.',
    enum: ['active', 'suspended'],
    example: 'active',
  })
  status!: 'active' | 'suspended';

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
    required: false,
    description: 'With `include=paths`: how many paths there are, at most 2^53 - 1.',
    example: 1,
  })
  path_count?: number;

  @ApiProperty({
    type: [AccessPathResponse],
    required: false,
    description: 'With `include=paths`: the shortest ones, at most 20.',
  })
  paths?: AccessPathResponse[];

  @ApiProperty({
    type: Boolean,
    required: false,
    description: 'With `include=paths`: whether there are more than are shown.',
    example: false,
  })
  paths_truncated?: boolean;
}
