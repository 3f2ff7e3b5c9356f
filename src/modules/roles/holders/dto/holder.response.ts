import { ApiProperty, ApiSchema } from '@nestjs/swagger';

const ID = { type: String, format: 'uuid' } as const;

/** A user who holds a permission in an application. */
@ApiSchema({ name: 'PermissionHolder' })
export class PermissionHolderResponse {
  @ApiProperty({ ...ID, example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33' })
  user_id!: string;

  @ApiProperty({ type: String, example: 'ada' })
  user_name!: string;

  @ApiProperty({ type: String, nullable: true, example: 'ada@example.com' })
  email!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'Ada Lovelace' })
  display_name!: string | null;

  @ApiProperty({
    type: String,
    description: 'Suspended users are listed only where they are asked for: they may do nothing until they are active.',
    enum: ['active', 'suspended'],
    example: 'active',
  })
  status!: 'active' | 'suspended';

  @ApiProperty({ ...ID, description: 'The role that gives it.', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5dbb' })
  role_id!: string;

  @ApiProperty({
    type: String,
    description: '`direct`: the user itself has a role that gives it; that wins over `group`.',
    enum: ['direct', 'group'],
    example: 'group',
  })
  assignment_type!: 'direct' | 'group';

  @ApiProperty({
    ...ID,
    nullable: true,
    description: 'The group that has the role (the first to get one, where several have); null where direct.',
    example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d55',
  })
  assigned_via!: string | null;
}
