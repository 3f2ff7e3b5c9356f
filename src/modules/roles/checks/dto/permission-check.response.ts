import {
  ApiExtraModels,
  ApiProperty,
  ApiPropertyOptional,
  ApiSchema,
  IntersectionType,
  getSchemaPath,
} from '@nestjs/swagger';
import { RoleInScopeResponse } from '../../reading/dto/role-in-scope.response.js';
import { RolePathResponse } from '../../reading/dto/user-role.response.js';

const RESOURCE = 'application:019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44';

/** Why something is not allowed, the most telling first. */
export const PERMISSION_REASONS = ['resource_not_found', 'no_role', 'user_suspended'] as const;

/** One way from a user to a role that allows it. */
@ApiSchema({ name: 'PermissionPath' })
export class PermissionPathResponse extends IntersectionType(RoleInScopeResponse, RolePathResponse) {}

/** Why the user may do it to one resource, or why not. */
@ApiSchema({ name: 'PermissionReasons' })
export class PermissionReasonsResponse {
  @ApiProperty({ type: Boolean, example: true })
  allowed!: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    enum: PERMISSION_REASONS,
    description: 'Why not; null where allowed.',
    example: null,
  })
  reason!: (typeof PERMISSION_REASONS)[number] | null;

  @ApiProperty({ type: 'integer', description: 'How many paths there are, at most 2^53 - 1.', example: 1 })
  path_count!: number;

  @ApiProperty({ type: String, description: 'The same, however many they are.', example: '1' })
  path_count_exact!: string;

  @ApiProperty({
    type: [PermissionPathResponse],
    description: 'The shortest ones, at most 20; those of a suspended user, too.',
  })
  paths!: PermissionPathResponse[];

  @ApiProperty({ type: Boolean, description: 'Whether there are more paths than are shown.', example: false })
  paths_truncated!: boolean;
}

/** What the user may do, by resource. */
@ApiSchema({ name: 'PermissionCheck' })
@ApiExtraModels(PermissionReasonsResponse)
export class PermissionCheckResponse {
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'boolean' },
    description: 'Each resource once, its id in lower case, in the order given.',
    example: { [RESOURCE]: true },
  })
  results!: Record<string, boolean>;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { $ref: getSchemaPath(PermissionReasonsResponse) },
    description: 'With `explain` alone.',
    example: {},
  })
  explanations?: Record<string, PermissionReasonsResponse>;
}
