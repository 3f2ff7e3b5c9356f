import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { ReachedUserResponse } from '../../../access/index.js';

/** A user who holds a permission in an application. */
@ApiSchema({ name: 'PermissionHolder' })
export class PermissionHolderResponse extends ReachedUserResponse {
  @ApiProperty({
    type: String,
    format: 'uuid',
    description: 'The role that gives it.',
    example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5dbb',
  })
  role_id!: string;
}
