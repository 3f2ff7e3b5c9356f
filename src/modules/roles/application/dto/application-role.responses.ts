import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { Role } from '../../role.entity.js';

/** A role of an application, as contract 2 has it. */
@ApiSchema({ name: 'ApplicationRole' })
export class ApplicationRoleResponse {
  @ApiProperty({ type: String, format: 'uuid', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5dbb' })
  role_id!: string;

  @ApiProperty({ type: String, example: 'Editor' })
  role_name!: string;

  @ApiProperty({ type: String, format: 'uuid', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44' })
  app_id!: string;

  @ApiProperty({
    type: [String],
    description: 'Without repeats, in the order given.',
    example: ['documents:read', 'documents:write'],
  })
  permissions!: string[];

  @ApiProperty({ type: String, nullable: true, example: 'Writes and publishes.' })
  description!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'Editor in chief' })
  display_name!: string | null;
}

@ApiSchema({ name: 'ApplicationRoleResult' })
export class ApplicationRoleResult {
  @ApiProperty({ type: ApplicationRoleResponse })
  result!: ApplicationRoleResponse;
}

@ApiSchema({ name: 'ApplicationRoleList' })
export class ApplicationRoleList {
  @ApiProperty({ type: [ApplicationRoleResponse], description: 'In the order in which they were made.' })
  result!: ApplicationRoleResponse[];
}

/** How callers of contract 2 see a role; `applicationId` is the application that it was found in. */
export function applicationRole(
  applicationId: string,
  role: Pick<Role, 'id' | 'name' | 'permissions' | 'description' | 'displayName'>,
): ApplicationRoleResponse {
  return {
    role_id: role.id,
    role_name: role.name,
    app_id: applicationId,
    permissions: role.permissions,
    description: role.description,
    display_name: role.displayName,
  };
}
