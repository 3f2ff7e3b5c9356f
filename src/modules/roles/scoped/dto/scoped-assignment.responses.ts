import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { ROLE_TYPES, type RoleType } from '../../role.entity.js';
import { ORGANIZATION_LEVELS, type OrganizationLevel } from '../../organization/dto/organization-role.requests.js';

const ORGANIZATION = { type: String, format: 'uuid', example: '019ab5f2-6c1e-7000-8000-000000000001' } as const;
const MOMENT = { type: String, format: 'date-time', example: '2026-11-22T09:30:00.000Z' } as const;
const NOTHING = { type: String, nullable: true, example: null } as const;

/** A user as contract 3 shows it. This service keeps no passwords, so that it can show none. */
@ApiSchema({ name: 'ScopedRoleUser' })
export class ScopedRoleUser {
  @ApiProperty({ type: String, format: 'uuid', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33' })
  id!: string;

  @ApiProperty({ type: String, example: 'ada' })
  username!: string;

  @ApiProperty({ type: String, nullable: true, example: 'Ada Lovelace' })
  name!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'ada@example.com' })
  email!: string | null;

  @ApiProperty(NOTHING)
  avatar_url!: string | null;

  @ApiProperty(NOTHING)
  company!: string | null;

  @ApiProperty(NOTHING)
  job_title!: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'The attributes of the user.',
    example: { team: 'research' },
  })
  metadata!: object;

  @ApiProperty({ type: Boolean, description: 'Whether the user is not suspended.', example: true })
  is_active!: boolean;

  @ApiProperty({ type: Boolean, example: false })
  is_superuser!: boolean;

  @ApiProperty({ type: Boolean, example: false })
  is_service_account!: boolean;

  @ApiProperty(ORGANIZATION)
  organization_id!: string;

  @ApiProperty({ type: Boolean, example: true })
  is_onboarded!: boolean;
}

/** A group as contract 3 shows it. */
@ApiSchema({ name: 'ScopedRoleTeam' })
export class ScopedRoleTeam {
  @ApiProperty({ type: String, format: 'uuid', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d55' })
  id!: string;

  @ApiProperty({ type: String, example: 'Engineering' })
  name!: string;

  @ApiProperty({ type: String, nullable: true, example: 'Builds the product.' })
  description!: string | null;

  @ApiProperty(MOMENT)
  created!: Date;

  @ApiProperty(MOMENT)
  updated!: Date;

  @ApiProperty({ type: 'integer', description: 'Users who are in the group itself now.', example: 12 })
  member_count!: number;
}

/** A role as contract 3 shows it. */
@ApiSchema({ name: 'ScopedRole' })
export class ScopedRole {
  @ApiProperty({ type: String, format: 'uuid', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5dbb' })
  id!: string;

  @ApiProperty({ type: String, example: 'Developer' })
  name!: string;

  @ApiProperty({ type: String, nullable: true, example: 'Changes the workspace and its projects.' })
  description!: string | null;

  @ApiProperty(ORGANIZATION)
  organization_id!: string;

  @ApiProperty({ type: String, enum: ORGANIZATION_LEVELS, example: 'workspace' })
  level!: OrganizationLevel;

  @ApiProperty({ type: Boolean, description: 'Made with the organization.', example: true })
  system_managed!: boolean;

  @ApiProperty({ type: String, enum: ROLE_TYPES, example: 'normal' })
  type!: RoleType;
}

/** A role that a user or a team holds in one scope. */
@ApiSchema({ name: 'ScopedRoleAssignment' })
export class ScopedRoleAssignment {
  @ApiProperty({
    anyOf: [{ $ref: '#/components/schemas/ScopedRoleUser' }, { type: 'null' }],
    description: 'The user who holds it; null where a team does.',
  })
  user!: ScopedRoleUser | null;

  @ApiProperty({
    anyOf: [{ $ref: '#/components/schemas/ScopedRoleTeam' }, { type: 'null' }],
    description: 'The team that holds it; null where a user does.',
    example: null,
  })
  team!: ScopedRoleTeam | null;

  @ApiProperty({ type: ScopedRole })
  role!: ScopedRole;

  @ApiProperty(ORGANIZATION)
  organization_id!: string;

  @ApiProperty({ type: String, format: 'uuid', nullable: true, example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5db1' })
  workspace_id!: string | null;

  @ApiProperty({ type: String, format: 'uuid', nullable: true, example: null })
  project_id!: string | null;
}
