import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { RoleInScopeResponse } from './role-in-scope.response.js';

const ID = { type: String, format: 'uuid' } as const;
const TYPE = { type: String, description: '`direct` wins over `group`.', enum: ['direct', 'group'], example: 'group' };

/** A group on the way from a user to a role. */
@ApiSchema({ name: 'RolePathGroup' })
export class RolePathGroupResponse {
  @ApiProperty({ ...ID, example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d55' })
  group_id!: string;

  @ApiProperty({ type: String, example: 'Engineering' })
  name!: string;
}

/** One way from a user to a role. */
@ApiSchema({ name: 'RolePath' })
export class RolePathResponse {
  @ApiProperty({ ...ID, example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5dcc' })
  role_assignment_id!: string;

  @ApiProperty({ ...TYPE, description: '`direct`: the user itself has it; `group`: the last group of `via` has it.' })
  assignment_type!: 'direct' | 'group';

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-22T09:30:00.000Z' })
  assigned_at!: Date;

  @ApiProperty({ type: String, description: 'The subject of the token that assigned it.', example: 'demo-client' })
  assigned_by!: string;

  @ApiProperty({
    type: [RolePathGroupResponse],
    description: 'From the group that holds the user up to the one that has the role; empty where direct.',
  })
  via!: RolePathGroupResponse[];
}

/** A role that a user holds in one scope. */
@ApiSchema({ name: 'UserRole' })
export class UserRoleResponse extends RoleInScopeResponse {
  @ApiProperty({ type: [String], description: 'What it allows within its scope.', example: ['documents:read'] })
  permissions!: string[];

  @ApiProperty(TYPE)
  assignment_type!: 'direct' | 'group';

  @ApiProperty({
    ...ID,
    nullable: true,
    description: 'The group that has the role (the first, where several have); null where direct.',
    example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d55',
  })
  assigned_via!: string | null;

  @ApiProperty({ type: 'integer', description: 'How many paths there are, at most 2^53 - 1.', example: 1 })
  path_count!: number;

  @ApiProperty({ type: [RolePathResponse], description: 'The shortest ones, at most 20.' })
  paths!: RolePathResponse[];

  @ApiProperty({ type: Boolean, description: 'Whether there are more paths than are shown.', example: false })
  paths_truncated!: boolean;
}
