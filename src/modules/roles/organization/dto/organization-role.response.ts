import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { ROLE_TYPES, type Role, type RoleType } from '../../role.entity.js';
import { ORGANIZATION_LEVELS, type OrganizationLevel } from './organization-role.requests.js';

const MOMENT = { type: String, format: 'date-time', example: '2026-11-22T09:30:00.000Z' } as const;

@ApiSchema({ name: 'OrganizationRole' })
export class OrganizationRoleResponse {
  @ApiProperty({ type: String, format: 'uuid', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d77' })
  id!: string;

  @ApiProperty({ type: String, example: 'Auditor' })
  name!: string;

  @ApiProperty({ type: String, nullable: true, example: 'Reads everything, changes nothing.' })
  description!: string | null;

  @ApiProperty({ type: String, enum: ORGANIZATION_LEVELS, example: 'workspace' })
  level!: OrganizationLevel;

  @ApiProperty({ type: String, enum: ROLE_TYPES, example: 'normal' })
  type!: RoleType;

  @ApiProperty({ type: [String], example: ['project:read', 'stack:read'] })
  permissions!: string[];

  @ApiProperty({ type: Boolean, description: 'Made with the tenant; it cannot be changed or deleted.', example: false })
  system_managed!: boolean;

  @ApiProperty(MOMENT)
  created_at!: Date;

  @ApiProperty(MOMENT)
  updated_at!: Date;
}

/** How callers see a role that belongs to no application. */
export function organizationRoleResponse(role: Role): OrganizationRoleResponse {
  return {
    id: role.id,
    name: role.name,
    description: role.description,
    level: role.level as OrganizationLevel,
    type: role.type,
    permissions: role.permissions,
    system_managed: role.builtIn !== null,
    created_at: role.createdAt,
    updated_at: role.updatedAt,
  };
}
