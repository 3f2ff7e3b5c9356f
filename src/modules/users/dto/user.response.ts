import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { USER_STATUSES, type User, type UserStatus } from '../user.entity.js';

@ApiSchema({ name: 'User' })
export class UserResponse {
  @ApiProperty({ type: String, format: 'uuid', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33' })
  id!: string;

  @ApiProperty({ type: String, example: 'ada' })
  user_name!: string;

  @ApiProperty({ type: String, nullable: true, example: 'ada@example.com' })
  email!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'Ada Lovelace' })
  display_name!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'Ada' })
  given_name!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'Lovelace' })
  family_name!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'hr-1815' })
  external_id!: string | null;

  @ApiProperty({ type: String, enum: USER_STATUSES, example: 'active' })
  status!: UserStatus;

  @ApiProperty({ type: 'object', additionalProperties: true, example: { department: 'Engineering', title: 'Analyst' } })
  attributes!: object;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-22T09:30:00.000Z' })
  created_at!: Date;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-22T09:30:00.000Z' })
  updated_at!: Date;
}

/** How callers, and the audit trail, see a user. */
export function userResponse(user: User): UserResponse {
  return {
    id: user.id,
    user_name: user.userName,
    email: user.email,
    display_name: user.displayName,
    given_name: user.givenName,
    family_name: user.familyName,
    external_id: user.externalId,
    status: user.status,
    attributes: user.attributes,
    created_at: user.createdAt,
    updated_at: user.updatedAt,
  };
}

/** A user as filters look at it in memory. */
export function filterable(user: User): Readonly<Record<string, unknown>> {
  return { ...userResponse(user), active: user.status === 'active' };
}
