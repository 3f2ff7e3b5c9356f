import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { RolePathResponse, UserRoleResponse } from './user-role.response.js';

const ID = { type: String, format: 'uuid' } as const;

/** A permission and the roles that give it. */
@ApiSchema({ name: 'GivenPermission' })
class GivenPermissionResponse {
  @ApiProperty({ type: String, example: 'documents:read' })
  permission!: string;

  @ApiProperty({
    type: 'array',
    items: { type: 'string', format: 'uuid' },
    description: 'The first roles that give it, at most 10, in the order of their ids; each is in `roles`.',
    example: ['019ab5f2-7a40-7c11-8d2f-0a6b1c9e5dbb'],
  })
  role_ids!: string[];

  @ApiProperty({ type: 'integer', minimum: 1, description: 'How many roles give it.', example: 1 })
  roles_total!: number;
}

/** A role that a page of permissions names. */
@ApiSchema({ name: 'GivingRole' })
class GivingRoleResponse extends UserRoleResponse {
  @ApiProperty({
    type: [String],
    description: 'The permissions of this page that name it, in the order that the role has them in.',
    example: ['documents:read'],
  })
  declare permissions: string[];

  @ApiProperty({
    type: [RolePathResponse],
    description: 'The shortest ones, at most 20; fewer where the page names more than 200 roles.',
  })
  declare paths: RolePathResponse[];
}

/** What a user may do in an application. */
@ApiSchema({ name: 'UserPermissions' })
export class UserPermissionsResponse {
  @ApiProperty({ ...ID, example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33' })
  user_id!: string;

  @ApiProperty({ ...ID, example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44' })
  application_id!: string;

  @ApiProperty({
    type: [GivenPermissionResponse],
    description: 'Those of the page, each once, in the order of its text.',
  })
  permissions!: GivenPermissionResponse[];

  @ApiProperty({ type: [GivingRoleResponse], description: 'The roles that the page names, in the order of their ids.' })
  roles!: GivingRoleResponse[];
}
