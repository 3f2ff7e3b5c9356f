import { ApiProperty } from '@nestjs/swagger';
import { ROLE_LEVELS, type RoleLevel } from '../../role.entity.js';

const ID = { type: String, format: 'uuid' } as const;

/** A role and where it is held. */
export class RoleInScopeResponse {
  @ApiProperty({ ...ID, example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5dbb' })
  role_id!: string;

  @ApiProperty({ type: String, example: 'Editor' })
  role_name!: string;

  @ApiProperty({ type: String, enum: ROLE_LEVELS, example: 'application' })
  level!: RoleLevel;

  @ApiProperty({
    ...ID,
    nullable: true,
    description: 'At level `application`.',
    example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44',
  })
  application_id!: string | null;

  @ApiProperty({ ...ID, nullable: true, description: 'At the levels `workspace` and `project`.', example: null })
  workspace_id!: string | null;

  @ApiProperty({ ...ID, nullable: true, description: 'At level `project`.', example: null })
  project_id!: string | null;
}
