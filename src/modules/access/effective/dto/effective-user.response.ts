import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { AccessPathResponse } from '../../explanation/dto/access-path.response.js';
import { ReachedUserResponse } from './reached-user.response.js';

/** A user who may use the application. */
@ApiSchema({ name: 'EffectiveUser' })
export class EffectiveUserResponse extends ReachedUserResponse {
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
