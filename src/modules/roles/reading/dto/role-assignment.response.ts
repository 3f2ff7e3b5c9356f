import { ApiProperty, ApiSchema } from '@nestjs/swagger';

const ID = { type: String, format: 'uuid' } as const;

/** Kinds of holders, as native routes name them. */
export const HOLDER_TYPES = ['user', 'group', 'application'] as const;
export type HolderType = (typeof HOLDER_TYPES)[number];

/** One holder of a role of an application. */
@ApiSchema({ name: 'ApplicationRoleAssignment' })
export class ApplicationRoleAssignmentResponse {
  @ApiProperty({ ...ID, example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5dcc' })
  id!: string;

  @ApiProperty({ ...ID, example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5dbb' })
  role_id!: string;

  @ApiProperty({ type: String, enum: HOLDER_TYPES, example: 'user' })
  holder_type!: HolderType;

  @ApiProperty({
    ...ID,
    description: 'The user, group or application.',
    example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33',
  })
  holder_id!: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-22T09:30:00.000Z' })
  assigned_at!: Date;

  @ApiProperty({ type: String, description: 'The subject of the token that assigned it.', example: 'demo-client' })
  assigned_by!: string;
}
